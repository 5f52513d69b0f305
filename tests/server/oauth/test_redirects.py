"""Addresses that browsers are sent to."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vklive.server.oauth.redirects import MAX_LENGTH, with_fragment, with_query, wrong_with


@pytest.mark.parametrize(
    "address",
    [
        "https://bot.example/",
        "https://bot.example",
        "https://bot.example/back?kind=vk&x",
        "http://localhost:8123/",
        "http://127.0.0.1:8123/back",
        "http://[::1]:8123/",
        "https://xn--80ak6aa92e.com/",
    ],
)
def test_an_absolute_address_of_http_can_be_registered(address):
    assert wrong_with(address) == ""


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("", "characters"),
        ("bot.example", "form"),
        ("/back", "form"),
        ("//bot.example/", "form"),
        ("https:///back", "form"),
        ("javascript:alert(1)", "form"),
        ("data:text/html,x", "form"),
        ("mybot://back", "form"),
        ("ftp://bot.example/", "form"),
        ("https://bot.example/#", "fragment"),
        ("https://bot.example/#x", "fragment"),
        ("https://user@bot.example/", "user name"),
        ("https://:word@bot.example/", "user name"),
        ("https://bot.example/ ", "characters"),
        ("https://bot.example/\n", "characters"),
        ("https://bot.example/\r\nX: y", "characters"),
        ("https://бот.example/", "characters"),
        ("https://bot.example\\@evil.example/", "characters"),
        ('https://bot.example/"', "characters"),
        ("https://bot.example:x/", "no address"),
        ("https://bot.example:99999/", "no address"),
        ("https://[::1/", "no address"),
        ("https://bot.example/" + "x" * MAX_LENGTH, "more than"),
    ],
)
def test_what_no_browser_should_be_sent_to_cannot(address, said):
    assert said in wrong_with(address)


@pytest.mark.parametrize(
    ("address", "with_it"),
    [
        ("https://a.example", "https://a.example?code=1"),
        ("https://a.example/", "https://a.example/?code=1"),
        ("https://a.example/?", "https://a.example/?code=1"),
        ("https://a.example/?x=%20", "https://a.example/?x=%20&code=1"),
        ("https://a.example/?x&", "https://a.example/?x&code=1"),
    ],
)
def test_parameters_come_behind_those_that_are_there(address, with_it):
    assert with_query(address, {"code": "1"}) == with_it


TEXT = st.characters(exclude_categories=["Cs"])


@given(st.dictionaries(st.text(TEXT), st.text(TEXT), max_size=5))
def test_what_is_given_arrives_as_it_was_and_stays_in_its_place(parameters):
    query = urlsplit(with_query("https://a.example/?x=1", parameters))
    fragment = urlsplit(with_fragment("https://a.example/?x=1", parameters))

    assert parse_qsl(query.query, keep_blank_values=True) == [("x", "1"), *parameters.items()]
    assert query.fragment == ""
    assert dict(parse_qsl(fragment.fragment, keep_blank_values=True)) == parameters
    assert fragment.query == "x=1"
