"""The events of one channel, without a connection: what a stream keeps, tells and gives to the program."""

from __future__ import annotations

import pytest

from vklive.client.queue import EventQueue
from vklive.client.stream import Stream
from vklive.client.subscriptions import NO_WS_CHANNEL, Phase
from vklive.devapi.topics import Topic, WebSocketChannels
from vklive.errors import VkliveError
from vklive.events import EventData, NoAccess, TokenRefreshed
from vklive.protocol.position import Position
from vklive.testing.clock import EPOCH, VirtualClock

RENEWED = TokenRefreshed(kind="connection")


class Supply:
    """Whoever feeds streams; it knows which."""

    def __init__(self) -> None:
        self.fed: list[Stream] = []

    def add(self, stream: Stream) -> None:
        self.fed.append(stream)

    def remove(self, stream: Stream) -> None:
        if stream in self.fed:
            self.fed.remove(stream)

    def calls(self, stream: Stream) -> None: ...


def stream_of(*topics: Topic, supply: Supply | None = None) -> Stream:
    return Stream(supply or Supply(), "streamer", topics=topics, queue=EventQueue(), clock=VirtualClock())


async def told(stream: Stream) -> list[EventData]:
    stream.close()
    return [event.data async for event in stream]


async def test_it_is_fed_from_its_beginning_to_its_end():
    supply = Supply()
    async with stream_of(Topic.CHAT, supply=supply) as stream:
        assert supply.fed == [stream]
    assert supply.fed == []
    assert [event async for event in stream] == []


async def test_what_has_arrived_can_be_taken_after_the_end_and_then_the_error_is_raised():
    supply = Supply()
    async with stream_of(Topic.CHAT, supply=supply) as stream:
        stream.tell(RENEWED)
        stream.fail(VkliveError("no such channel"))
        assert supply.fed == []
        assert (await anext(stream)).data == RENEWED
        for _ in range(2):
            with pytest.raises(VkliveError, match="no such channel"):
                await anext(stream)


async def test_what_it_tells_is_an_event_of_its_channel_at_this_time():
    stream = stream_of(Topic.CHAT)
    stream.tell(RENEWED, topic="chat", ws_channel="c")
    event = await anext(stream)
    assert (event.type, event.channel_url, event.topic, event.ws_channel) == (
        "vklive.token_refreshed",
        "streamer",
        "chat",
        "c",
    )
    assert event.received_at.timestamp() == EPOCH
    assert event.raw == b""


async def test_a_topic_without_a_ws_channel_is_told_once_and_again_only_after_it_had_one():
    stream = stream_of(Topic.CHAT, Topic.INFO)
    missing = NoAccess(topic=Topic.INFO, ws_channel="", reason=NO_WS_CHANNEL)
    without, complete = WebSocketChannels(chat="c"), WebSocketChannels(chat="c", info="i")
    for names in (without, without, complete, without):
        stream.plan(names)
    assert stream.planned
    assert await told(stream) == [missing, missing]


def test_a_new_plan_keeps_what_is_known_of_a_ws_channel_and_the_hole_of_one_that_was_renamed():
    stream = stream_of(Topic.CHAT, Topic.INFO)
    stream.plan(WebSocketChannels(chat="c", info="i"))
    for subscription in stream.subscriptions:
        subscription.phase, subscription.position = Phase.LISTENING, Position("e", 1)
        subscription.interrupt("cut")
    stream.plan(WebSocketChannels(chat="c", info="renamed"))
    chat, info = stream.subscriptions
    assert (chat.ws_channel, chat.position, chat.gap) == ("c", Position("e", 1), "cut")
    assert (info.ws_channel, info.position, info.gap) == ("renamed", None, "cut")
