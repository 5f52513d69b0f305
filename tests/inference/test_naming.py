"""Names as one would have chosen them, valid and apart from each other."""

from __future__ import annotations

import keyword

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vklive.inference.naming import class_name, field_name, singular


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("nick_color", "nick_color"),
        ("nickColor", "nick_color"),
        ("HTTPStatus", "http_status"),
        ("some-key.x", "some_key_x"),
        ("_private", "private"),
        ("2x", "field_2_x"),
        ("class", "class_"),
        ("None", "none"),
        ("str", "str_"),
        ("id", "id"),
        ("имя", "field"),
        ("", "field"),
    ],
)
def test_fields(key, name):
    assert field_name(key, set()) == name


@pytest.mark.parametrize(
    ("wire", "name"),
    [
        ("channel_poll_start", "ChannelPollStart"),
        ("pollStart", "PollStart"),
        ("1", "Event1"),
        ("имя", "Event"),
        ("struct", "StructData"),
    ],
)
def test_classes(wire, name):
    assert class_name(wire, set()) == name


@pytest.mark.parametrize(
    ("several", "one"),
    [
        ("badges", "badge"),
        ("entries", "entry"),
        ("status", "status"),
        ("class", "class"),
        ("analysis", "analysis"),
        ("data", "data"),
    ],
)
def test_one_of_several(several, one):
    assert singular(several) == one


@given(st.lists(st.text()))
def test_names_are_valid_and_differ(keys):
    fields: set[str] = set()
    classes: set[str] = set()
    names = [field_name(key, fields) for key in keys] + [class_name(key, classes) for key in keys]

    assert all(name.isidentifier() and not keyword.iskeyword(name) for name in names)
    assert len(fields) == len(classes) == len(keys)
