"""What is kept of chats: the newest, each for those who may read it."""

from __future__ import annotations

import json

import msgspec
import pytest
from msgspec import Raw

from vklive.protocol.messages import Publication
from vklive.server.chat_log import MAX_CHATS, MAX_MESSAGES, ChatLog

CHAT = "api-channel-chat:42"


def say(log: ChatLog, number: object, *, ws_channel: str = CHAT, kind: str = "channel_chat_message_send") -> None:
    payload = {"type": kind, "data": {"chat_message": {"id": number, "parts": []}}}
    log.take(ws_channel, Publication(data=Raw(json.dumps(payload).encode())))


def newest(log: ChatLog, *, user_id: int | None = None, limit: int = MAX_MESSAGES, channel_id: int = 42) -> list[int]:
    return [msgspec.json.decode(each)["id"] for each in log.newest(channel_id, user_id=user_id, limit=limit)]


def test_the_newest_are_kept_and_told_in_order() -> None:
    log = ChatLog()
    for number in range(1, MAX_MESSAGES + 51):
        say(log, number)
    assert newest(log) == list(range(51, MAX_MESSAGES + 51))
    assert newest(log, limit=2) == [MAX_MESSAGES + 49, MAX_MESSAGES + 50]
    assert newest(log, channel_id=43) == []


def test_private_messages_are_for_their_user_alone() -> None:
    log = ChatLog()
    say(log, 1)
    say(log, 2, ws_channel=f"{CHAT}#7")
    say(log, 3)
    assert (newest(log), newest(log, user_id=7), newest(log, user_id=8)) == ([1, 3], [1, 2, 3], [1, 3])


def test_a_message_that_was_taken_back_is_gone() -> None:
    log = ChatLog()
    say(log, 1)
    say(log, 2)
    say(log, 1, kind="channel_chat_message_delete")
    assert newest(log) == [2]


@pytest.mark.parametrize(
    ("ws_channel", "payload"),
    [
        (CHAT, b"no json"),
        (CHAT, b"[" * 100_000),
        (CHAT, b'{"type":"channel_chat_message_send","data":[]}'),
        (CHAT, b'{"type":"channel_chat_message_send","data":{"chat_message":{"id":"seven"}}}'),
        (CHAT, b'{"type":"other","data":{"chat_message":{"id":7}}}'),
        ("api-channel-info:42", b'{"type":"channel_chat_message_send","data":{"chat_message":{"id":7}}}'),
        ("other:42", b'{"type":"channel_chat_message_send","data":{"chat_message":{"id":7}}}'),
    ],
)
def test_what_is_no_message_of_a_chat_is_passed_over(ws_channel: str, payload: bytes) -> None:
    log = ChatLog()
    log.take(ws_channel, Publication(data=Raw(payload)))
    say(log, 1)
    assert newest(log) == [1]


def test_of_too_many_chats_the_quietest_are_forgotten() -> None:
    log = ChatLog()
    for number in range(1, MAX_CHATS + 1):
        say(log, number, ws_channel=f"api-channel-chat:{number}")
    say(log, 1, ws_channel="api-channel-chat:1")
    say(log, 5, ws_channel=f"api-channel-chat:{MAX_CHATS + 1}")
    assert newest(log, channel_id=1) == [1]
    assert newest(log, channel_id=2) == []
