"""The pages in two languages."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from vklive.devapi.scopes import Scope
from vklive.server.http.oauth.words import ENGLISH, RUSSIAN, words_for
from vklive.server.oauth.errors import Problem


@pytest.mark.parametrize("words", [ENGLISH, RUSSIAN], ids=lambda words: words.language)
def test_there_are_words_for_every_scope_and_every_problem(words):
    assert set(words.scopes) == set(Scope)
    assert set(words.problems) == set(Problem)
    assert all(structs.asdict(words).values())


def test_both_languages_are_filled_in_with_the_same():
    english, russian = structs.asdict(ENGLISH), structs.asdict(RUSSIAN)
    for name, said in english.items():
        assert re.findall(r"{\w+}", str(said)) == re.findall(r"{\w+}", str(russian[name])), name


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "en"),
        ("ru", "ru"),
        ("ru-RU,ru;q=0.9,en-US;q=0.8,en;q=0.7", "ru"),
        ("en-US,en;q=0.9,ru;q=0.8", "en"),
        ("en;q=0.5, RU;q=0.6", "ru"),
        ("de, fr;q=0.9", "en"),
        ("de, ru;q=0.1", "ru"),
        ("*", "en"),
        ("ru;q=0", "en"),
        ("ru;q=nan", "en"),
        ("ru;q=x", "en"),
        ("rusty", "en"),
        ("," * 10_000 + "ru", "en"),
    ],
)
def test_the_language_is_the_one_that_the_browser_likes_best(header, language):
    assert words_for(header).language == language


@given(st.text())
def test_any_header_has_an_answer(header):
    assert words_for(header).language in {"en", "ru"}
