"""Namespaces: which options a ws channel has, by its name alone."""

from __future__ import annotations

import pytest

from vklive.errors import ConfigError
from vklive.server.namespaces import Namespace, Namespaces, users_of

TOP = Namespace(name="")
NEWS = Namespace(name="news", allow_subscribe_for_client=True)


@pytest.mark.parametrize(
    ("channel", "namespace"),
    [
        ("news:1", NEWS),
        ("news:eu:1", NEWS),
        ("$news:1", NEWS),
        ("news", TOP),
        ("$news", TOP),
        (":x", TOP),
        ("", TOP),
        ("sport:1", None),
        ("$$news:1", None),
        ("News:1", None),
    ],
)
def test_the_part_before_the_first_colon_names_the_namespace(channel, namespace):
    assert Namespaces([TOP, NEWS]).of(channel) == namespace


def test_what_is_not_configured_is_unknown_also_at_the_top():
    assert Namespaces([NEWS]).of("plain") is None


@pytest.mark.parametrize("name", ["a", "a b", "ю-ю", "a:b", "$a"])
def test_a_name_that_could_not_be_looked_up_is_refused(name):
    with pytest.raises(ConfigError, match="is not a name"):
        Namespaces([Namespace(name=name)])


def test_a_name_stands_once():
    with pytest.raises(ConfigError, match="'news' is there twice"):
        Namespaces([NEWS, NEWS])


@pytest.mark.parametrize(
    ("channel", "users"),
    [
        ("chat:1#42", ["42"]),
        ("chat:1#42,43", ["42", "43"]),
        ("chat#1:2#42", ["42"]),
        ("chat:1#", [""]),
        ("chat:1", None),
    ],
)
def test_the_users_of_a_limited_ws_channel_stand_after_the_last_hash(channel, users):
    assert users_of(channel) == users
