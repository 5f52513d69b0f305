"""Who tokens must be from and for."""

from __future__ import annotations

import pytest

from vklive.errors import ConfigError
from vklive.server.tokens import InvalidTokenError
from vklive.server.tokens.expected import ANYBODY, MAX_LENGTH, Expected


@pytest.mark.parametrize("audience", [None, "x", ["x", "y"]])
def test_without_a_wish_anybody_will_do(audience):
    assert ANYBODY.check(audience=audience, issuer=None) == {}


@pytest.mark.parametrize(
    ("audience", "good"),
    [("us", True), (["them", "us"], True), ("us ", False), ("usa", False), (None, False), ([], False)],
)
def test_the_audience_is_the_text_itself_or_has_it_among_others(audience, good):
    expected = Expected(audience="us")
    if good:
        assert expected.check(audience=audience, issuer=None) == {}
    else:
        with pytest.raises(InvalidTokenError, match="another audience"):
            expected.check(audience=audience, issuer=None)


@pytest.mark.parametrize(("issuer", "good"), [("me", True), ("me\n", False), ("", False), (None, False)])
def test_the_issuer_is_the_text_itself(issuer, good):
    expected = Expected(issuer="me")
    if good:
        assert expected.check(audience=None, issuer=issuer) == {}
    else:
        with pytest.raises(InvalidTokenError, match="another issuer"):
            expected.check(audience=None, issuer=issuer)


def test_a_pattern_finds_parts():
    expected = Expected(issuer_regex=r"^https://(?P<realm>\w+)\.example$")
    assert expected.check(audience=None, issuer="https://north.example") == {"realm": "north"}
    with pytest.raises(InvalidTokenError):
        expected.check(audience=None, issuer="https://north.example.evil")


def test_a_pattern_may_be_found_anywhere_unless_it_says_where():
    assert Expected(audience_regex="us").check(audience=["them", "the usual"], issuer=None) == {}


def test_the_end_of_a_pattern_is_the_end_of_the_text():
    with pytest.raises(InvalidTokenError):
        Expected(issuer_regex="^me$").check(audience=None, issuer="me\n")


def test_of_two_groups_of_one_name_that_of_the_audience_counts():
    expected = Expected(audience_regex="^(?P<name>.)", issuer_regex="(?P<name>.)$|(?P<other>x)")
    assert expected.names == {"name", "other"}
    assert expected.check(audience=["us"], issuer="me") == {"name": "u", "other": ""}


def test_what_is_too_long_is_not_looked_at():
    expected = Expected(issuer_regex="^m+$")
    assert expected.check(audience=None, issuer="m" * MAX_LENGTH) == {}
    with pytest.raises(InvalidTokenError):
        expected.check(audience=None, issuer="m" * (MAX_LENGTH + 1))


def test_a_text_and_a_pattern_for_the_same_are_too_much():
    with pytest.raises(ConfigError, match="exclude each other"):
        Expected(audience="x", audience_regex="y")


def test_a_pattern_must_be_one():
    with pytest.raises(ConfigError, match="not a regular expression"):
        Expected(issuer_regex="(")
