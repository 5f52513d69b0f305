"""Regular expressions mean what they mean to Go, wherever Python would take them for something else."""

from __future__ import annotations

import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from vklive.server.re2 import RegexError, compiled


@pytest.mark.parametrize(
    ("pattern", "found", "not_found"),
    [
        ("", ["", "x"], []),
        ("b", ["abc"], ["ac"]),
        ("^[a-z]+$", ["abc"], ["aBc", "abc\n", ""]),
        ("(?m)^a$", ["b\na\nc", "a"], ["ab"]),
        ("(?m:^a$)|^b$", ["x\na\nx", "b"], ["x\nb"]),
        (r"\Aa\z", ["a"], ["a\n", "ba"]),
        (r"^\d+$", ["42"], ["٤٢"]),
        (r"^\D$", ["٤", "x"], ["4"]),
        (r"^\w+$", ["a_1"], ["ю"]),
        (r"^\W$", ["ю", "-"], ["a"]),
        (r"^\s$", [" ", "\t", "\f"], ["\v", "\u00a0"]),
        (r"^\S$", ["\v", "a"], ["\n"]),
        (r"\bа", ["xа"], ["а"]),  # noqa: RUF001
        (r"\Bа", ["а", " а"], ["xа"]),  # noqa: RUF001
        (r"^\pL+$", ["aю"], ["a1"]),
        (r"^\p{Lu}\P{L}$", ["Ю1"], ["ю1", "ЮЮ"]),
        (r"^\p{^L}$", ["1"], ["a"]),
        (r"^\P{^L}$", ["a"], ["1"]),
        (r"^[\p{L}\d_-]+$", ["ю-1_"], ["ю 1"]),
        (r"^[^\pL]$", ["1"], ["ю"]),
        (r"^[^\D5]$", ["4"], ["5", "x"]),
        ("^[[:alpha:]_]+$", ["aB_"], ["1", "ю", ":"]),
        ("^[[:^digit:]]$", ["a"], ["1"]),
        ("^[]a]+$", ["]a"], ["b"]),
        ("^[^]a]$", ["b"], ["]", "a"]),
        ("^[[a]+$", ["[a"], ["]"]),
        ("^[a&&b~~c||d+--]+$", ["&~|abcd", "+,-"], ["]", "."]),
        ("^[a-]+$", ["a-"], ["b"]),
        ("^[-a]+$", ["a-"], ["b"]),
        (r"^[\x41-\x{43}\104]$", ["A", "B", "D"], ["E"]),
        (r"^\x{44e}\0?$", ["ю", "ю\0"], ["x"]),
        (r"^[\]\\\-]+$", ["]\\-"], ["x"]),
        (r"^\t\n\r\f\v\a$", ["\t\n\r\f\v\a"], ["x"]),
        (r"^\.\_\{$", ["._{"], ["x_{"]),
        (r"^\Qa.b\E+$", ["a.bbb"], ["axb"]),
        (r"^\Qa.b", ["a.bbb"], ["axb"]),
        ("^a{2}$", ["aa"], ["a"]),
        ("^a{2,}$", ["aaa"], ["a"]),
        ("^a{1,2}?$", ["a", "aa"], ["aaa"]),
        ("^a{,2}$", ["a{,2}"], ["aa"]),
        ("^a{x}$", ["a{x}"], ["a"]),
        ("^(?:a*)*?$", ["", "aa"], ["b"]),
        ("(?i)ю", ["Ю"], ["я"]),
        ("^x(?i)a|b$", ["xA", "B"], ["XA"]),
        ("^(x(?i)a)b$", ["xAb"], ["xAB"]),
        ("^(?i:a)b$", ["Ab"], ["AB"]),
        ("^(?i)a(?-i)b$", ["Ab"], ["AB"]),
        ("^.$", ["a", "ю"], ["\n"]),
        ("(?s)^.$", ["\n"], [""]),
        ("^(?P<who>a|b)-(?:c)$", ["a-c"], ["c"]),
        ("^a|b$", ["ax", "xb"], ["xa"]),
    ],
)
def test_a_pattern_means_what_it_means_to_go(pattern, found, not_found):
    search = compiled(pattern).search
    assert [text for text in found if search(text) is None] == []
    assert [text for text in not_found if search(text) is not None] == []


@pytest.mark.parametrize(
    ("pattern", "problem"),
    [
        ("(?=a)", "no look-around"),
        ("(?!a)", "no look-around"),
        ("(?<=a)b", "no look-around"),
        ("(?<!a)b", "no look-around"),
        (r"(a)\1", "no references"),
        ("(?P<x>a)(?P=x)", "nothing that RE2 has"),
        ("(?>a)", "nothing that RE2 has"),
        ("(?#a)", "nothing that RE2 has"),
        ("(?", "nothing that RE2 has"),
        ("(?a)b", "other flags"),
        ("(?x) b", "other flags"),
        ("(?U)b", "other flags"),
        ("(?i-)b", "other flags"),
        (r"a\Z", "nothing that RE2 has"),
        (r"\u0041", "nothing that RE2 has"),
        (r"\x{110000}", "nothing that RE2 has"),
        (r"[\b]", "nothing that RE2 has"),
        (r"\ю", "nothing that RE2 has"),
        (r"\p{Greek}", "write the characters themselves"),
        ("[[:letter:]]", "no class of characters"),
        ("a++", "nothing that + could repeat"),
        ("a**", "nothing that * could repeat"),
        ("*a", "nothing that * could repeat"),
        ("(+)", "nothing that + could repeat"),
        ("a|?", "nothing that ? could repeat"),
        ("(?i)*", "nothing that * could repeat"),
        ("a{2,1}", "from less to more"),
        ("a{1001}", "1000 times at most"),
        ("(", "a parenthesis is open"),
        ("a)", "was not open"),
        ("[a", "a bracket is open"),
        ("[]", "a bracket is open"),
        ("a\\", "a bracket or a backslash"),
        ("[z-a]", "no range of characters"),
        (r"[a-\d]", "no range of characters"),
        (r"[\pL-z]", "no range of characters"),
        ("(?P<1>a)", "group name"),
        ("(" * 5000 + ")" * 5000, "nested too deeply"),
    ],
)
def test_what_is_not_of_re2_is_refused(pattern, problem):
    with pytest.raises(RegexError, match=re.escape(problem)):
        compiled(pattern)


@given(st.text() | st.text(r"\[](){}?*+^$|-:.abPpLQExims<>=!#,&~019", max_size=12))
def test_any_text_is_a_pattern_or_an_error_that_says_why(pattern):
    try:
        search = compiled(pattern).search
    except RegexError as error:
        assert error.problem
    else:
        search("ab")


@given(st.text())
def test_what_is_quoted_stands_for_itself(text):
    assume("\\E" not in text)
    assert compiled(rf"\A\Q{text}\E\z").search(text)
