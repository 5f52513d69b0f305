"""What can be said at all, and what it comes to."""

from __future__ import annotations

import string

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vklive.devapi.errors import ApiError
from vklive.devapi.models import LinkToSend, MentionToSend, PartToSend, SmileToSend, TextToSend
from vklive.server.platform.chat.parts import (
    MAX_LENGTH,
    MAX_PARTS,
    check_says_something,
    contents_of,
    fingerprint,
    has_link,
    is_only_smiles,
    is_ru_en_numbers,
    lower_case,
    shown_for,
)
from vklive.server.refusal import RefusalError


def text(content: str) -> PartToSend:
    return PartToSend(text=TextToSend(content=content))


def link(url: str = "https://example.org/") -> PartToSend:
    return PartToSend(link=LinkToSend(url=url))


def mention(id_: int = 7) -> PartToSend:
    return PartToSend(mention=MentionToSend(id=id_))


def smile(id_: str = "s-1") -> PartToSend:
    return PartToSend(smile=SmileToSend(id=id_))


def refusal(*parts: PartToSend) -> ApiError:
    with pytest.raises(RefusalError) as caught:
        check_says_something(contents_of(parts))
    return caught.value.error


PARTS = st.lists(
    st.one_of(
        st.builds(text, st.text(max_size=20)),
        st.builds(mention, st.integers(1, 2**63 - 1)),
        st.builds(smile, st.text(string.ascii_letters, min_size=1, max_size=10)),
        st.just(link()),
    ),
    max_size=10,
)


def test_texts_that_follow_each_other_are_one_and_empty_ones_are_none():
    assert contents_of([text("a"), text(""), text("b"), smile(), text(""), text("c")]) == [
        TextToSend(content="ab"),
        SmileToSend(id="s-1"),
        TextToSend(content="c"),
    ]


@pytest.mark.parametrize(
    "parts",
    [
        (),
        (text(""),),
        (text(" \n"), text("\t")),
        (PartToSend(),),
        (PartToSend(text=TextToSend(content="a"), smile=SmileToSend(id="s")),),
        (text("a"), link("example.org")),
        (link("javascript:alert(1)"),),
        (link("https://"),),
        (link("https://[x/"),),
        (link("https://example.org/\n"),),
        (link("https://example.org/a b"),),
        (mention(0),),
        (mention(2**63),),
        (mention(-1),),
        (smile(""),),
        (smile("x" * 65),),
        (smile("a\0"),),
    ],
)
def test_what_says_nothing_or_is_no_part_is_refused(parts):
    assert refusal(*parts) is ApiError.INVALID_PARAM


def test_a_message_may_be_so_long_and_no_longer():
    address = "https://example.org/"
    rest = MAX_LENGTH - 2 - len(address)
    assert contents_of([text("ж" * MAX_LENGTH)])
    assert contents_of([mention(), smile(), link(address), text("ж" * rest)])
    assert refusal(text("ж" * (MAX_LENGTH + 1))) is ApiError.MESSAGE_TOO_LONG
    assert refusal(mention(), smile(), link(address), text("ж" * (rest + 1))) is ApiError.MESSAGE_TOO_LONG
    assert contents_of([smile()] * MAX_PARTS)
    assert refusal(*[smile()] * (MAX_PARTS + 1)) is ApiError.MESSAGE_TOO_LONG


@given(PARTS)
def test_whatever_is_said_is_the_same_when_it_is_said_again(parts):
    found = contents_of(parts)
    again = contents_of([_part(content) for content in found])
    assert again == found
    assert fingerprint(again) == fingerprint(found)
    assert sum(len(part.text.content) for part in parts if part.text) == sum(
        len(content.content) for content in found if isinstance(content, TextToSend)
    )


def _part(content: object) -> PartToSend:
    kind = type(content).__name__.removesuffix("ToSend").lower()
    return msgspec.convert({kind: content}, PartToSend, from_attributes=True)


@given(PARTS, PARTS)
def test_fingerprints_are_equal_exactly_for_what_is_the_same_to_a_reader(one, other):
    first, second = contents_of(one), contents_of(other)
    same = [_flat(each) for each in first if _flat(each)] == [_flat(each) for each in second if _flat(each)]
    assert (fingerprint(first) == fingerprint(second)) is same


def _flat(content: object) -> object:
    return " ".join(content.content.split()).casefold() if isinstance(content, TextToSend) else content


def test_letter_case_and_white_space_make_no_other_message():
    assert fingerprint(contents_of([text("Hi  There\n")])) == fingerprint(contents_of([text("hi "), text("there")]))
    assert fingerprint(contents_of([text("a b")])) != fingerprint(contents_of([text("ab")]))
    assert fingerprint(contents_of([text("7")])) != fingerprint(contents_of([mention(7)]))
    assert len(fingerprint(contents_of([text("a")]))) == 64


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://example.org/", "example.org"),
        ("https://example.org", "example.org"),
        ("http://example.org/a/", "example.org/a/"),
        ("https://example.org/?q=1", "example.org/?q=1"),
    ],
)
def test_a_link_is_shown_without_what_says_nothing(url, shown):
    assert shown_for(url) == shown


@pytest.mark.parametrize(
    ("said", "is_one"),
    [
        ("https://example.org/x", True),
        ("смотри HTTP://x", True),
        ("www.example", True),
        ("заходи на example.ru!", True),
        ("пример.рф", True),
        ("a.b.c.example.com", True),
        ("t.me/abc", True),
        ("привет.Как дела", False),
        ("3.14", False),
        ("ну и ну...", False),
        ("example.communism", False),
        ("a: b", False),
        ("://", False),
        ("", False),
    ],
)
def test_links_inside_a_text_are_seen(said, is_one):
    assert has_link([TextToSend(content=said)]) is is_one


def test_a_link_part_is_a_link_and_nothing_else_is():
    assert has_link([LinkToSend(url="https://example.org/")])
    assert not has_link([MentionToSend(id=1), SmileToSend(id="www.example.ru")])


@given(st.text(), st.text())
def test_an_address_is_seen_wherever_it_stands(before, after):
    assert has_link([TextToSend(content=f"{before} https://example.org/ {after}")])


LATIN = string.ascii_letters
RUSSIAN = "".join(map(chr, range(ord("А"), ord("я") + 1))) + "Ёё"  # noqa: RUF001 - they are Russian
ALLOWED = LATIN + RUSSIAN + string.digits + "-_., \n\t"
ODD = "!?@ґіәéß²…—\0😀漢"


@given(st.text(ALLOWED))
def test_the_documented_characters_are_allowed(said):
    assert is_ru_en_numbers([TextToSend(content=said)])


@given(st.text(ALLOWED), st.sampled_from(ODD) | st.characters(min_codepoint=0x2100), st.text(ALLOWED))
def test_no_others_are(before, odd, after):
    assert odd.isspace() or not is_ru_en_numbers([TextToSend(content=before + odd + after)])


def test_only_smiles_are_only_smiles():
    assert is_only_smiles([SmileToSend(id="a"), TextToSend(content=" \n"), SmileToSend(id="b")])
    for other in (TextToSend(content="a"), MentionToSend(id=1), LinkToSend(url="https://example.org/")):
        assert not is_only_smiles([SmileToSend(id="a"), other])


def test_lower_case_is_for_texts_alone():
    assert lower_case([TextToSend(content="ГРОМКО Loud"), LinkToSend(url="https://e.org/A"), SmileToSend(id="A")]) == [
        TextToSend(content="громко loud"),
        LinkToSend(url="https://e.org/A"),
        SmileToSend(id="A"),
    ]
