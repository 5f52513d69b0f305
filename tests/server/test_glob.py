"""Patterns over names."""

from __future__ import annotations

import contextlib
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vklive.server.glob import MAX_ALTERNATIVES, MAX_LENGTH, Glob, PatternError

EVIL = "a*" * 60 + "b"


@pytest.mark.parametrize(
    ("pattern", "name", "stands"),
    [
        ("*", "", True),
        ("*", "any:thing", True),
        ("ne*", "news", True),
        ("ne*", "one", False),
        ("*:42", "chat:42", True),
        ("*a*b*", "xxaxxbxx", True),
        ("*a*b*", "xxbxxaxx", False),
        ("*ab*ab", "abab", True),
        ("*ab*ab", "ab", False),
        ("a**b", "ab", True),
        ("?", "x", True),
        ("?", "", False),
        ("?", "\n", True),
        ("chat:[0-9]", "chat:7", True),
        ("chat:[!0-9]", "chat:7", False),
        ("chat:[!0-9]", "chat:x", True),
        ("[abc]", "b", True),
        ("[abc]", "d", False),
        (r"[\]]", "]", True),
        ("[^a]", "a", True),
        ("{news,chat}:*", "chat:1", True),
        ("{news,chat}:*", "info:1", False),
        ("{a,b*}c", "bxxc", True),
        ("*{abc,b}*c", "abc", True),
        ("{a,{b,c}d}", "cd", True),
        ("{,a}b", "b", True),
        ("{a,b", "b", True),
        ("a,b", "a,b", True),
        ("a}", "a}", True),
        (r"\*", "*", True),
        (r"\*", "x", False),
        (r"\{a\}", "{a}", True),
        (r"{a\,b}", "a,b", True),
        ("chat", "chats", False),
        ("CHAT", "chat", False),
        ("", "", True),
        ("", "x", False),
    ],
)
def test_what_a_pattern_stands_for(pattern, name, stands):
    assert Glob(pattern).matches(name) is stands


@pytest.mark.parametrize(
    "pattern",
    ["a\\", "[z-a]", "*" * (MAX_LENGTH + 1), "{a,b}" * MAX_ALTERNATIVES, "{" * 300 + "a,b" + "}" * 300 + "{a,b}" * 9],
)
def test_what_is_no_pattern_is_refused_with_what_is_wrong(pattern):
    with pytest.raises(PatternError) as caught:
        Glob(pattern)
    assert caught.value.problem


def test_no_pattern_takes_long_to_be_compared_with_a_name():
    began = time.process_time()
    assert Glob(EVIL).matches("a" * 255) is False
    assert Glob("*" + "{a*,aa*}" * 8 + "b").matches("a" * 255) is False
    assert time.process_time() - began < 1.0


def by_trying_everything(pattern: str, name: str) -> bool:
    """The same for patterns of ``*``, ``?`` and letters, in the simplest way there is."""
    if not pattern:
        return not name
    if pattern[0] == "*":
        return any(by_trying_everything(pattern[1:], name[start:]) for start in range(len(name) + 1))
    return bool(name) and pattern[0] in {"?", name[0]} and by_trying_everything(pattern[1:], name[1:])


@given(st.text("ab*?", max_size=8), st.text("ab", max_size=8))
def test_stars_are_taken_in_every_way_there_is(pattern, name):
    assert Glob(pattern).matches(name) is by_trying_everything(pattern, name)


@given(
    st.text("ab", max_size=4), st.lists(st.text("ab*", max_size=3), min_size=1, max_size=3), st.text("ab", max_size=6)
)
def test_braces_are_the_same_as_several_patterns(start, choices, name):
    with_braces = Glob(start + "{" + ",".join(choices) + "}*a")
    assert with_braces.matches(name) is any(Glob(f"{start}{choice}*a").matches(name) for choice in choices)


@given(st.text(alphabet="ab.*?[]{},!\\^-", max_size=12), st.text(max_size=12))
def test_any_text_is_a_pattern_or_refused_in_clear_words(pattern, name):
    with contextlib.suppress(PatternError):
        Glob(pattern).matches(name)
