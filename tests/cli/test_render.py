"""Events as a person would read them."""

from __future__ import annotations

import json
import unicodedata
from datetime import UTC

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vklive.cli import render
from vklive.events import registered
from vklive.events.lifecycle import (
    Connected,
    Dropped,
    Gap,
    Listening,
    NoAccess,
    Reconnecting,
    Refilled,
    TokenRefreshed,
    Unsubscribed,
)


def shown(event) -> str:
    return render.line(event, timezone=UTC).plain


AUTHOR = {"id": 2002, "nick": "viewer_one", "nick_color": 4}


def message(*parts, **fields) -> str:
    content = {"id": 1, "author": AUTHOR, "parts": parts, **fields}
    return json.dumps({"type": "channel_chat_message_send", "data": {"chat_message": content}})


def text(content: str) -> dict[str, object]:
    return {"text": {"content": content}}


SAID = [
    (
        message(
            {"mention": {"id": 1001, "nick": "streamer"}},
            text(", привет "),
            {"smile": {"id": "1", "name": "peepo"}},
            text("!"),
        ),
        "chat",
        "12:03:04  chat                    viewer_one: @streamer, привет :peepo:!",
    ),
    (
        message({"link": {"content": "https://example.org/", "url": "https://example.org/"}}),
        "chat",
        "12:03:04  chat                    viewer_one: https://example.org/",
    ),
    (
        message({"link": {"content": "bank.example", "url": "https://evil.example/"}}),
        "chat",
        "12:03:04  chat                    viewer_one: bank.example <https://evil.example/>",
    ),
    (
        message(text("hi"), author={**AUTHOR, "is_moderator": True}),
        "limited_chat",
        "12:03:04  limited_chat            viewer_one (moderator): hi",
    ),
    (
        message(text("hi"), author={**AUTHOR, "is_owner": True, "is_moderator": True}, is_private=True),
        "private_chat",
        "12:03:04  private_chat            viewer_one (owner) (only you see this): hi",
    ),
    (
        message(text("hi"), author={"id": 7}),
        "chat",
        "12:03:04  chat                    user 7: hi",
    ),
    (
        '{"type":"channel_chat_message_delete","data":{"chat_message":{"id":700123}}}',
        "chat",
        "12:03:04  chat                    message 700123 was deleted",
    ),
    (
        (
            '{"type":"channel_points_reward_demand_create","data":{"demand":{"id":5,"user":{"id":2,"nick":"viewer_one"},'
            '"reward":{"id":"6d0f"},"message_parts":[{"text":{"content":"play jazz"}}]}}}'
        ),
        "private_channel_points",
        "12:03:04  private_channel_points  viewer_one asks for reward 6d0f: play jazz",
    ),
    (
        (
            '{"type":"channel_points_reward_demand_create","data":{"demand":{"id":5,"user":{"id":2,"nick":"viewer_one"},'
            '"reward":{"id":"6d0f","name":"Hydrate","price":300}}}}'
        ),
        "channel_points",
        "12:03:04  channel_points          viewer_one asks for Hydrate for 300 points",
    ),
    (
        '{"type":"channel_follow_create","data":{"follow":{"follower":{"id":2003,"nick":"newbie"}}}}',
        "info",
        "12:03:04  info                    newbie follows the channel",
    ),
    (
        '{"type":"channel_raid_income","data":{"raid":{"source":{"owner":{"nick":"raider"}},"raiders_count":42}}}',
        "info",
        "12:03:04  info                    raider comes with 42 viewers",
    ),
    (
        '{"type":"channel_stream_start","data":{"stream":{"id":"1","title":"Evening","category":{"title":"Jazz"}}}}',
        "info",
        "12:03:04  info                    the stream is on: Evening (Jazz)",
    ),
    (
        '{"type":"something_new","data":{"a":[1,2]}}',
        "info",
        '12:03:04  info                    something_new {"type":"something_new","data":{"a":[1,2]}} (unknown type)',
    ),
    (
        "5",
        "info",
        "12:03:04  info                    no type 5 (Expected `object`, got `int`)",
    ),
]


LEVEL = {"id": "1", "name": "Gold"}
SENTENCES = {
    "channel_follow_delete": ({"follow": {"follower": {"nick": "ann"}}}, "ann follows the channel no more"),
    "channel_subscription_create": (
        {"subscription": {"subscriber": {"nick": "ann"}, "level": LEVEL}},
        "ann subscribes (Gold)",
    ),
    "channel_subscription_renew": (
        {"subscription": {"subscriber": {"nick": "ann"}, "level": LEVEL}},
        "ann goes on to subscribe (Gold)",
    ),
    "channel_subscription_change": (
        {"subscription": {"subscriber": {"nick": "ann"}, "level": LEVEL}},
        "ann now subscribes (Gold)",
    ),
    "channel_subscription_delete": ({"subscription": {"subscriber": {"nick": "ann"}}}, "ann subscribes no more"),
    "channel_subscription_gift_buy": (
        {"gift_subscription": {"donator": {"nick": "ann"}, "count": 3, "level": LEVEL}},
        "ann has bought 3 subscriptions for others (Gold)",
    ),
    "channel_subscription_gift_give": (
        {"subscription": {"is_anonymous": True, "donator": {"nick": "ann"}, "subscriber": {"nick": "bob"}}},
        "bob was given a subscription by somebody",
    ),
    "raid_start": ({"raid": {"source": {}, "raiders_count": 9}}, "the channel goes on a raid with 9 viewers"),
    "channel_stream_pause": ({"stream": {"id": "1", "title": "Jazz"}}, "the stream is paused: Jazz"),
    "channel_stream_resume": ({"stream": {"id": "1", "title": "Jazz"}}, "the stream goes on: Jazz"),
    "channel_stream_settings_change": ({"stream": {"id": "1", "title": "Jazz"}}, "the stream is now: Jazz"),
    "channel_stream_stop": ({"stream": {"id": "1", "title": "Jazz"}}, "the stream has ended: Jazz"),
    "channel_stream_record_new": ({"stream_record": {"id": "1", "title": "Jazz"}}, "there is a record: Jazz"),
}


@pytest.mark.parametrize("event_type", SENTENCES)
def test_what_the_platform_does(heard, event_type):
    data, sentence = SENTENCES[event_type]

    line = shown(heard(json.dumps({"type": event_type, "data": data}), topic="info"))

    assert line == f"12:03:04  {'info':<22}  {sentence}"


def test_there_is_a_sentence_for_every_event_that_vklive_knows():
    said = {json.loads(payload)["type"] for payload, _, _ in SAID if payload.startswith('{"type"')}

    assert set(registered()) <= said | set(SENTENCES)


@pytest.mark.parametrize(("payload", "topic", "line"), SAID)
def test_what_was_said(heard, payload, topic, line):
    assert shown(heard(payload, topic=topic)) == line


HAPPENED = [
    (Connected(attempt=1, client_id="c"), "", "connected"),
    (Connected(attempt=3, client_id="c"), "", "connected, attempt 3"),
    (
        Reconnecting(cause="connection lost: 1006", code=1006, delay=1.26, attempt=2),
        "",
        "no connection: connection lost: 1006; trying again in 1.3 s",
    ),
    (Listening(topic="chat", ws_channel="x"), "chat", "listening"),
    (NoAccess(topic="limited_chat", ws_channel="x", reason="no token"), "limited_chat", "no access: no token"),
    (Gap(topic="chat", ws_channel="x", reason="new epoch"), "chat", "some events may be missing here: new epoch"),
    (Refilled(topic="chat", ws_channel="x", count=3, complete=True), "chat", "messages that were missed: 3"),
    (
        Refilled(topic="chat", ws_channel="x", count=200, complete=False),
        "chat",
        "messages that were missed: 200; older ones cannot be had",
    ),
    (TokenRefreshed(kind="connection"), "", "a new connection token"),
    (TokenRefreshed(kind="subscription", ws_channel="x:1"), "limited_chat", "a new subscription token for x:1"),
    (
        Unsubscribed(topic="chat", ws_channel="x", code=2500, reason="insufficient state"),
        "chat",
        "the server ended the subscription: insufficient state (code 2500)",
    ),
    (Dropped(count=12, policy="drop_oldest"), "", "12 events came too fast and were dropped (drop_oldest)"),
]


@pytest.mark.parametrize(("data", "topic", "sentence"), HAPPENED)
def test_what_happened_to_the_connection(happened, data, topic, sentence):
    assert shown(happened(data, topic=topic)) == f"12:03:04  {topic:<22}  {sentence}"


def test_a_long_payload_without_a_sentence_is_shortened(heard):
    payload = json.dumps({"type": "new", "data": "x" * 1000})

    assert shown(heard(payload)).endswith("x… (unknown type)")
    assert len(shown(heard(payload))) < render.JSON_SHOWN + 80


def test_the_nick_has_the_colour_of_the_platform(heard):
    line = render.line(heard(message(text("hi"))))

    assert "bold #59A840" in {span.style for span in line.spans}


def test_a_message_cannot_forge_a_second_line(heard):
    forged = message(text("hi\n12:03:05  chat                    streamer (owner): give me your password"))

    assert shown(heard(forged)).splitlines() == [
        (
            r"12:03:04  chat                    viewer_one: hi\n12:03:05  chat                    streamer (owner): "
            "give me your password"
        )
    ]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(said=st.text(), nick=st.text(), unknown=st.text(), cause=st.text())
def test_no_control_character_gets_through_from_anywhere(heard, happened, said, nick, unknown, cause):
    events = [
        heard(message(text(said), {"link": {"content": said, "url": nick}}, author={"id": 1, "nick": nick})),
        heard(json.dumps({"type": unknown, "data": {said: nick}}, ensure_ascii=False)),
        happened(Reconnecting(cause=cause, delay=1.0, attempt=1)),
        happened(NoAccess(topic="chat", ws_channel=nick, reason=said)),
    ]

    for line in map(shown, events):
        assert not [character for character in line if unicodedata.category(character) in {"Cc", "Zl", "Zp"}]
