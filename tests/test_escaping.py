"""What a stranger writes cannot do anything to a terminal."""

from __future__ import annotations

import json
import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vklive.escaping import escape, escape_json

ANYTHING = st.text(st.characters())
TRICKS = ("Cc", "Cf", "Cs", "Zl", "Zp")
JOINER = "\u200d"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain text, Привет, 日本語, é", "plain text, Привет, 日本語, é"),
        ("two\nlines\r\n", r"two\nlines\r\n"),
        ("a\ttab", r"a\ttab"),
        ("\x1b[2J\x1b]0;title\x07", r"\x1b[2J\x1b]0;title\x07"),
        ("\x9b31m", r"\x9b31m"),
        ("\x7f", r"\x7f"),
        ("abc\u202edcba", r"abc\u202edcba"),
        ("\u2066isolate\u2069", r"\u2066isolate\u2069"),
        ("zero\u200bwidth\ufeff", r"zero\u200bwidth\ufeff"),
        ("line\u2028paragraph\u2029", r"line\u2028paragraph\u2029"),
        ("blank\u3164letter", r"blank\u3164letter"),
        ("tag\U000e0041", r"tag\U000e0041"),
        ("half\ud83d", r"half\ud83d"),
    ],
)
def test_tricks_are_shown_as_what_they_are(text, shown):
    assert escape(text) == shown


def test_the_joiner_of_an_emoji_is_left_alone():
    family = f"\U0001f468{JOINER}\U0001f469{JOINER}\U0001f467"

    assert escape(family) == family


@pytest.mark.parametrize("text", [f"a{JOINER}b", f"a{JOINER}\U0001f469", f"\U0001f469{JOINER}b", JOINER])
def test_the_joiner_elsewhere_is_shown(text):
    assert r"\u200d" in escape(text)


def test_every_character_of_the_dangerous_categories_is_escaped():
    tricky = (chr(code) for code in range(sys.maxunicode + 1) if unicodedata.category(chr(code)) in TRICKS)

    assert [hex(ord(character)) for character in tricky if escape(character) == character] == []


@given(ANYTHING)
def test_whatever_comes_in_what_goes_out_is_one_printable_line(text):
    shown = escape(text)

    assert len(shown.splitlines()) <= 1
    assert not [character for character in shown if unicodedata.category(character) in TRICKS and character != JOINER]
    shown.encode("utf-8")


@given(
    st.recursive(st.none() | st.integers() | ANYTHING, lambda inner: st.lists(inner) | st.dictionaries(ANYTHING, inner))
)
def test_json_means_the_same_when_it_is_escaped(value):
    written = json.dumps(value, ensure_ascii=False, indent=1)

    shown = escape_json(written)

    assert json.loads(shown) == json.loads(written)
    assert len(shown.splitlines()) == 1
    assert not [character for character in shown if unicodedata.category(character) in TRICKS and character != JOINER]


def test_white_space_between_the_values_of_json_becomes_spaces():
    assert escape_json('{\r\n\t"a":\t1}') == '{   "a": 1}'
