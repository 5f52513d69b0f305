"""Events of a foreign platform: what is passed on, where, and what is not."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Raw
from tests.server.platform.conftest import World

from vklive.devapi.topics import Topic
from vklive.events import UnknownEvent, registered
from vklive.server.platform.foreign import ForeignEvent, read, tell
from vklive.server.refusal import RefusalError

MESSAGE = {
    "id": 5,
    "created_at": 1_780_000_000,
    "author": {"id": 11, "nick": "viewer"},
    "parts": [{"text": {"content": "hi"}}],
    "is_private": False,
}
DEMAND = {"id": 5, "user": {"id": 11, "nick": "viewer"}, "reward": {"id": "r"}, "status": "pending"}
SENT, DEMANDED, FOLLOWED = "channel_chat_message_send", "channel_points_reward_demand_create", "channel_follow_create"


def event(type_: str, data: Any, **more: Any) -> ForeignEvent:
    raw = Raw(data if isinstance(data, bytes) else json.dumps(data).encode())
    return ForeignEvent(**{"channel": "streamer", "type": type_, "data": raw, **more})


async def told_in(world: World, told: ForeignEvent) -> str:
    ws_channel = await world.do(tell, told)
    assert world.told == [(ws_channel, {"type": told.type, "data": json.loads(bytes(told.data))})]
    return str(ws_channel)


@pytest.mark.parametrize(
    ("told", "ws_channel"),
    [
        (event(SENT, {"chat_message": MESSAGE}), "api-channel-chat:42"),
        (event(SENT, {"chat_message": MESSAGE}, channel=43), "api-channel-chat:43"),
        (event(SENT, {"chat_message": MESSAGE}, limited=True), "api-channel-limited-chat:42"),
        (event(SENT, {"chat_message": MESSAGE}, user_id=11), "api-channel-chat:42#11"),
        (event(SENT, {"chat_message": MESSAGE | {"is_private": True}}, user_id=11), "api-channel-chat:42#11"),
        (event(SENT, {"chat_message": MESSAGE}, user_id=11, limited=True), "api-channel-limited-chat:42#11"),
        (event(DEMANDED, {"demand": DEMAND}), "api-channel-points:42#1"),
        (event(DEMANDED, {"demand": DEMAND}, topic=Topic.CHANNEL_POINTS), "api-channel-points:42"),
        (event(DEMANDED, {"demand": DEMAND}, user_id=11), "api-channel-points:42#11"),
        (event(FOLLOWED, {"follow": {"follower": {"id": 1}}}), "api-channel-info:42"),
        (event("reaction", {}, topic=Topic.INFO), "api-channel-info:42"),
        (event("reaction", {}, topic=Topic.PRIVATE_INFO), "api-channel-info:42#1"),
        (event("reaction", {}, topic=Topic.PRIVATE_INFO, user_id=11), "api-channel-info:42#11"),
        (event("reaction", {}, topic=Topic.INFO, user_id=11), "api-channel-info:42#11"),
    ],
)
async def test_an_event_is_heard_where_the_table_says(small_world, told, ws_channel):
    assert await told_in(small_world, told) == ws_channel


async def test_what_nobody_knows_is_passed_on_as_it_was_written(world):
    written = b'{"chat_message": {"id": 5, "author": {"id": 1, "x": [1e3, {}]}, "parts": []},\n "new": 1.50, "a": null}'
    async with world.acting() as act:
        await tell(act, event(SENT, written))
        (announcement,) = act.announcements
    assert bytes(announcement.data) == written
    assert announcement.type == SENT
    assert world.told[0][1] == {"type": SENT, "data": json.loads(written)}


@pytest.mark.parametrize(
    ("told", "why"),
    [
        (event(SENT, {}), "Object missing required field `chat_message` - at `$.data`"),
        (
            event(FOLLOWED, {"follow": {"follower": {"id": "1"}}}),
            "Expected `int`, got `str` - at `$.data.follow.follower.id`",
        ),
        (
            event(SENT, {"chat_message": MESSAGE | {"parts": [{"text": 7}]}}),
            "Expected `object | null`, got `int` - at `$.data.chat_message.parts[0].text`",
        ),
        (event(SENT, {"chat_message": MESSAGE | {"is_private": True}}), "user_id: the message is private"),
        (
            event(SENT, {"chat_message": MESSAGE | {"is_private": True}}, topic=Topic.PRIVATE_CHAT),
            "user_id: the message is private",
        ),
        (event("reaction", {}), "topic: vklive does not know where"),
        (event("vklive.gap", {}, topic=Topic.INFO), "type: 'vklive.' begins"),
        (event("reaction", [], topic=Topic.INFO), "data: it is not an object"),
        (event("reaction", b"{", topic=Topic.INFO), "data: it is not JSON"),
        (event("reaction", b'{"a":"\xff"}', topic=Topic.INFO), "data: it is not UTF-8"),
        (event("reaction", b'{"a":' * 5000 + b"1" + b"}" * 5000, topic=Topic.INFO), "data: it is nested too deeply"),
        (event(FOLLOWED, {"follow": {"follower": {"id": 1}}}, limited=True), "limited: only what is said in a chat"),
        (event(SENT, {"chat_message": MESSAGE}, topic=Topic.INFO, limited=True), "limited: only what"),
    ],
)
async def test_what_does_not_fit_is_told_to_nobody(small_world, told, why):
    with pytest.raises(RefusalError) as caught:
        await small_world.do(tell, told)
    assert str(caught.value).startswith(f"unprocessable_entity: {why}")
    assert small_world.told == []


@pytest.mark.parametrize(
    ("channel", "error"), [("nobody", "channel_not_found"), (7, "channel_not_found"), ("gone", "channel_banned")]
)
async def test_a_channel_that_there_is_not_hears_nothing(world, channel, error):
    with pytest.raises(RefusalError, match=f"^{error}:"):
        await world.do(tell, event("reaction", {}, topic=Topic.INFO, channel=channel))
    assert world.told == []


_JSON = st.recursive(st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(), st.lists)
_KEYS = (
    st.sampled_from(["chat_message", "follow", "demand", "raid", "stream", "subscription", "id", "parts"]) | st.text()
)


@given(
    type_=st.sampled_from(sorted(registered())) | st.text(),
    data=st.recursive(_JSON, lambda inner: st.dictionaries(_KEYS, inner, max_size=4), max_leaves=8),
    topic=st.none() | st.sampled_from(Topic),
)
def test_any_json_is_read_or_refused(type_, data, topic):
    told = event(type_, data, topic=topic)
    try:
        found = read(told)
    except RefusalError as refusal:
        assert refusal.error.status == 422
    else:
        assert isinstance(data, dict)
        assert isinstance(found, registered().get(type_, UnknownEvent))
