"""Values fit their settings, or it is said what would."""

from __future__ import annotations

import pytest
from msgspec import Struct

from vklive.server.fitting import MisfitError, fit, kinds_by_key
from vklive.server.settings import Count, CountOrUnlimited, Path, Port, Seconds, SecondsOrNone


class Inner(Struct):
    depth: Count = 1


class Outer(Struct):
    inner: Inner
    name: str = ""


def test_settings_have_dotted_keys_however_deep_they_stand():
    assert dict(kinds_by_key(Outer)) == {"inner.depth": Count, "name": str}


@pytest.mark.parametrize(
    ("value", "kind", "is_text", "fitted"),
    [
        (5, Port, False, 5),
        ("5", Port, True, 5),
        (5, Seconds, False, 5.0),
        (0, SecondsOrNone, False, 0.0),
        ("true", bool, True, True),
        (["a"], tuple[str, ...], False, ("a",)),
        ("/x", Path, False, "/x"),
    ],
)
def test_what_fits_is_given_as_the_type_wants_it(value, kind, is_text, fitted):
    assert fit(value, kind, is_text=is_text) == fitted


@pytest.mark.parametrize(
    ("value", "kind", "expected"),
    [
        (70000, Port, "a whole number from 0 to 65535"),
        (0, Count, "a whole number, 1 or more"),
        (-1, CountOrUnlimited, "a whole number, 0 or more"),
        ("5", Port, "a whole number from 0 to 65535"),
        (0, Seconds, "a number of seconds greater than 0"),
        (-1.0, SecondsOrNone, "a number of seconds, 0 or more"),
        (float("inf"), Seconds, "a number of seconds greater than 0"),
        (1, bool, "true or false"),
        ("a", tuple[str, ...], "a list of texts"),
        ("x", Path, "a path that begins with /"),
        (1, str, "a text"),
    ],
)
def test_what_does_not_fit_is_told_what_would(value, kind, expected):
    with pytest.raises(MisfitError) as caught:
        fit(value, kind)
    assert caught.value.expected == expected
