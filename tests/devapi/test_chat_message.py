"""Messages that are to be sent, made of what people have at hand."""

from __future__ import annotations

import msgspec
import pytest
from msgspec import Raw

from vklive.devapi.models import ChatMessageToSend, MentionToSend, PartToSend, Sendable
from vklive.errors import ConfigError
from vklive.events import ChatMessage, Link, Mention, Smile, Text
from vklive.events.parts import Part, UnknownPart


def on_wire(message: ChatMessageToSend) -> object:
    return msgspec.json.decode(msgspec.json.encode(message))["parts"]


def test_a_text_is_one_part():
    assert on_wire(ChatMessageToSend.of("hello")) == [{"text": {"content": "hello"}}]


def test_parts_are_sent_with_what_the_api_takes_of_them():
    said: list[Sendable] = [
        Mention(id=9, nick="viewer"),
        "see ",
        Text(content="this: "),
        Link(url="https://x", content="shown"),
        Smile(id="4", name="Kappa", small_url="https://x/s"),
        PartToSend(mention=MentionToSend(id=1)),
    ]
    assert on_wire(ChatMessageToSend.of(said)) == [
        {"mention": {"id": 9}},
        {"text": {"content": "see "}},
        {"text": {"content": "this: "}},
        {"link": {"url": "https://x"}},
        {"smile": {"id": "4"}},
        {"mention": {"id": 1}},
    ]


def test_what_was_heard_can_be_said():
    author = {"id": 9, "nick": "viewer"}
    parts = [{"mention": {"id": 1, "nick": "me"}}, {"text": {"content": "hi"}}]
    heard = msgspec.convert({"id": 1, "author": author, "parts": parts}, ChatMessage)
    assert on_wire(ChatMessageToSend.of(heard.parts)) == [{"mention": {"id": 1}}, {"text": {"content": "hi"}}]


def test_what_could_not_be_read_cannot_be_said():
    part = Part(unknown=UnknownPart(kind="poll", data=Raw(b'{"poll":{}}')))
    with pytest.raises(ConfigError, match="a kind that is not known"):
        ChatMessageToSend.of(["vote: ", part])
