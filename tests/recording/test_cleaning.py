"""What an event looks like in a recording, and as what it comes back."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Raw

from vklive.events import (
    Connected,
    Dropped,
    Gap,
    Joined,
    Left,
    Listening,
    NoAccess,
    Position,
    Reconnecting,
    Refilled,
    ServerMessage,
    TokenRefreshed,
    Unsubscribed,
)
from vklive.recording.cleaning import Cleaning
from vklive.recording.lines import Heard, decode_line, encode_line
from vklive.recording.playing import event_of
from vklive.recording.secrets import Secrets

CHAT = {"topic": "chat", "ws_channel": "api-channel-chat:42"}
HAPPENINGS = [
    Connected(attempt=1, client_id="c"),
    Reconnecting(cause="refused", code=3000, delay=0.5, attempt=2),
    Listening(**CHAT),
    NoAccess(**CHAT, reason="no token"),
    Gap(**CHAT, reason="the program was not running"),
    Refilled(**CHAT, count=3, complete=False),
    TokenRefreshed(kind="connection"),
    Unsubscribed(**CHAT, code=2500, reason="bye"),
    Joined(**CHAT, user_id="7", client_id="c"),
    Left(**CHAT, user_id="7", client_id="c"),
    ServerMessage(payload=Raw(b'{"a":1}')),
    Dropped(count=1, policy="drop_oldest"),
]


def there_and_back(cleaning, event):
    return event_of(decode_line(encode_line(cleaning.line(event))))


def test_an_event_comes_back_as_it_was(cleaning, heard):
    event = heard(b'{ "type":"new", "data":{"a":1.50,"\\u0451":"\xd1\x91"}}', position=Position(epoch="e", offset=7))

    assert there_and_back(cleaning, event) == event


@pytest.mark.parametrize("data", HAPPENINGS, ids=lambda data: data.event_type)
def test_what_happened_comes_back_as_it_was(cleaning, happened, data):
    event = happened(data)

    assert there_and_back(cleaning, event) == event


@given(payload=st.binary())
def test_what_is_no_json_is_kept_as_text(payload, heard):
    cleaning = Cleaning(Secrets())
    event = heard(payload or b"x")

    line = decode_line(encode_line(cleaning.line(event)))

    assert isinstance(line, Heard)
    assert line.raw == event.raw or line.text == Secrets().without_in_text(
        event.raw.decode("utf-8", "backslashreplace")
    )


def test_a_line_is_one_line_and_harmless(cleaning, heard):
    line = encode_line(cleaning.line(heard('{"type":"new",\n"data":"\u202e\\n"}'.encode())))

    assert line.count(b"\n") == 1
    assert b"\\u202e" in line
    assert json.loads(line)["payload"] == {"type": "new", "data": "\u202e\n"}


def test_secrets_are_in_no_part_of_a_line(cleaning, heard):
    event = heard({"type": "new", "data": {"token": "hush", "x": "a-known-secret"}}, ws_channel="a:a-known-secret")

    line = encode_line(cleaning.line(event)).decode()

    assert "hush" not in line
    assert "a-known-secret" not in line


def test_people_are_in_no_part_of_an_anonymous_line(anonymous, heard, happened):
    said = heard({"type": "new", "data": {"user": {"id": 2002, "nick": "Anna"}}}, ws_channel="api-channel-chat:42#2002")
    joined = happened(Joined(topic="chat", ws_channel="api-channel-chat:42", user_id="2002", client_id="c"))

    lines = "".join(encode_line(anonymous.line(event)).decode() for event in (said, joined))

    for private in ("2002", "Anna", ":42", "streamer"):
        assert private not in lines


def test_what_happened_is_told_in_its_own_words_also_in_an_anonymous_line(anonymous, happened):
    event = happened(Gap(topic="chat", ws_channel="api-channel-chat:42", reason="the program was not running"))

    assert b'"reason":"the program was not running"' in encode_line(anonymous.line(event))


def test_of_what_cannot_be_read_an_anonymous_line_says_only_how_much_it_was(anonymous, heard):
    assert anonymous.line(heard(b"{Anna")).text == "<5 bytes that are not JSON>"
