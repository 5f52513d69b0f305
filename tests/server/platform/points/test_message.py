"""What is written with a demand."""

from __future__ import annotations

import pytest

from vklive.devapi.errors import ApiError
from vklive.devapi.models import LinkToSend, MentionToSend, PartToSend, SmileToSend, TextToSend
from vklive.events import Link, Mention, Part, Smile, Text
from vklive.server.platform.points.message import MAX_LENGTH, shown
from vklive.server.refusal import RefusalError
from vklive.server.store.tables import SmileRow

NICKS = {7: "Анна"}
SMILES = {"s": SmileRow(id="s", name="cat", animated=True, small_url="s.png", medium_url="m.png", large_url="l.png")}


def text(content: str) -> PartToSend:
    return PartToSend(text=TextToSend(content=content))


def link(url: str) -> PartToSend:
    return PartToSend(link=LinkToSend(url=url))


@pytest.mark.parametrize(
    ("part", "as_shown"),
    [
        (text("hello"), Part(text=Text(content="hello"))),
        (link("https://a.example"), Part(link=Link(content="https://a.example", url="https://a.example"))),
        (PartToSend(mention=MentionToSend(id=7)), Part(mention=Mention(id=7, nick="Анна"))),
        (
            PartToSend(smile=SmileToSend(id="s")),
            Part(
                smile=Smile(id="s", name="cat", animated=True, small_url="s.png", medium_url="m.png", large_url="l.png")
            ),
        ),
    ],
)
def test_parts_are_shown_with_what_the_platform_knows(part, as_shown):
    assert shown([part], nicks=NICKS, smiles=SMILES) == [as_shown]


@pytest.mark.parametrize(
    ("part", "words"),
    [
        (PartToSend(mention=MentionToSend(id=8)), "there is no such user"),
        (PartToSend(smile=SmileToSend(id="t")), "there is no such smile"),
        (link("javascript:alert(1)"), "its link leads not to http:// or https://"),
        (PartToSend(), "it is not exactly one of text, link, mention and smile"),
        (
            PartToSend(text=TextToSend(content=""), mention=MentionToSend(id=7)),
            "it is not exactly one of text, link, mention and smile",
        ),
    ],
)
def test_a_part_that_cannot_be_shown_is_named(part, words):
    with pytest.raises(RefusalError) as refused:
        shown([text("a"), part], nicks=NICKS, smiles=SMILES)

    assert (refused.value.error, refused.value.description) == (ApiError.INVALID_PARAM, f"parts[1]: {words}")


def test_the_length_is_that_of_the_text_that_people_read():
    mention = PartToSend(mention=MentionToSend(id=7))
    room = MAX_LENGTH - len("@Анна")

    assert len(shown([mention, text("ж" * room)], nicks=NICKS, smiles=SMILES)) == 2
    with pytest.raises(RefusalError) as refused:
        shown([mention, text("ж" * (room + 1))], nicks=NICKS, smiles=SMILES)
    assert refused.value.error is ApiError.MESSAGE_TOO_LONG
    assert refused.value.description == "The message has 501 characters, at most 500"
