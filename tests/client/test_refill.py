"""A chat after a hole: a gap, what the API still has of it, and what is said now, in this order."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import msgspec
import pytest
from msgspec import Raw
from tests.client.world import Listener, World, answer, play_in

from vklive.client.http import HttpResponse
from vklive.client.queue import Overflow
from vklive.events import ChatMessageSent, Event, Gap, Listening, Reconnecting, Refilled
from vklive.protocol.messages import Publication


class ChattyWorld(World):
    """A platform whose API remembers the last messages of the chat, and takes its time to tell them."""

    def __init__(self) -> None:
        super().__init__()
        self.messages: list[dict[str, Any]] = []
        self.answer_takes = 1.0
        self.asked = 0
        self.faults: list[HttpResponse] = []

    async def say(self, number: int, *, private: bool = False) -> None:
        said = {"id": number, "author": {"id": 1, "nick": "n"}, "is_private": private, "parts": []}
        self.messages.append(said)
        payload = {"type": "channel_chat_message_send", "data": {"chat_message": said}}
        if not private:
            await self.node.publish("open:chat", Publication(data=Raw(msgspec.json.encode(payload))))

    async def request(self, method: str, url: str, *, params: Mapping[str, str], **rest: Any) -> HttpResponse:
        if not url.endswith("/v1/chat/messages"):
            return await super().request(method, url, params=params, **rest)
        self.asked += 1
        assert params == {"channel_url": "streamer", "limit": "200"}
        told = answer(200, data={"chat_messages": self.messages[-200:][::-1]})
        await asyncio.sleep(self.answer_takes)
        return self.faults.pop(0) if self.faults else told


def play(scene: Callable[[ChattyWorld], Awaitable[None]]) -> None:
    play_in(ChattyWorld, scene)


async def heard(listener: Listener, count: int) -> list[int | str]:
    """Numbers of messages, and the names of what happens between them."""
    found: list[int | str] = []
    while len(found) < count:
        event: Event = await listener.next()
        match event.data:
            case ChatMessageSent(chat_message=message):
                found.append(message.id)
            case Refilled(count=number, complete=complete):
                found.append(f"refilled {number}{'' if complete else ' of more'}")
            case data:
                found.append(type(data).__name__)
    return found


BACK = ["Reconnecting", "Connected", "Gap", "Listening"]


@pytest.mark.parametrize("overflow", list(Overflow))
def test_what_was_said_while_there_was_no_connection_is_filled_in(overflow: Overflow) -> None:
    async def scene(world: ChattyWorld) -> None:
        async with world.client(overflow=overflow) as client:
            async with client.listen("streamer", topics={"chat"}) as stream:
                listener = Listener(stream)
                await listener.next(Listening)
                await world.say(1)
                await world.say(2)
                assert await heard(listener, 2) == [1, 2]
                world.cut()
                for number in (3, 4, 5):
                    await world.say(number)
                await asyncio.sleep(1.5)
                await world.say(6)  # over the wire, while the API is being asked
                assert await heard(listener, 9) == [*BACK, "refilled 3", 3, 4, 5, 6]
                await world.say(7)
                assert await heard(listener, 1) == [7]
                assert client.stats().streams[0].topics[0].events == 7
        assert world.asked == 1

    play(scene)


def test_a_message_that_the_api_tells_before_the_wire_does_comes_once() -> None:
    async def scene(world: ChattyWorld) -> None:
        async with world.client() as client, client.listen("streamer", topics={"chat"}) as stream:
            listener = Listener(stream)
            await listener.next(Listening)
            await world.say(1)
            assert await heard(listener, 1) == [1]
            world.cut()
            await world.say(2)
            await listener.next(Gap)
            late = {"id": 3, "author": {"id": 1, "nick": "n"}, "parts": []}
            world.messages.append(late)
            await listener.next(Refilled)
            world.messages.pop()
            await world.say(3)
            await world.say(4)
            assert await heard(listener, 3) == [2, 3, 4]

    play(scene)


def test_of_more_than_the_api_has_the_newest_come_and_it_is_told() -> None:
    async def scene(world: ChattyWorld) -> None:
        async with world.client() as client, client.listen("streamer", topics={"chat"}) as stream:
            listener = Listener(stream)
            await listener.next(Listening)
            await world.say(1)
            assert await heard(listener, 1) == [1]
            world.cut()
            for number in range(2, 303):
                await world.say(number)
            assert await heard(listener, 5) == [*BACK, "refilled 200 of more"]
            assert await heard(listener, 200) == list(range(103, 303))

    play(scene)


@pytest.mark.parametrize("fault", [answer(503), answer(404, error="unknown_api_method"), answer(200, data=[])])
def test_where_the_api_does_not_help_the_gap_stands_and_what_is_said_now_is_heard(fault: HttpResponse) -> None:
    async def scene(world: ChattyWorld) -> None:
        world.faults = [fault]
        async with world.client() as client, client.listen("streamer", topics={"chat"}) as stream:
            listener = Listener(stream)
            await listener.next(Listening)
            await world.say(1)
            assert await heard(listener, 1) == [1]
            world.cut()
            await world.say(2)
            await asyncio.sleep(1.5)
            await world.say(3)
            assert await heard(listener, 6) == [*BACK, "refilled 0 of more", 3]

    play(scene)


def test_private_messages_are_not_put_into_the_chat_for_everybody() -> None:
    async def scene(world: ChattyWorld) -> None:
        async with world.client() as client, client.listen("streamer", topics={"chat"}) as stream:
            listener = Listener(stream)
            await listener.next(Listening)
            await world.say(1)
            assert await heard(listener, 1) == [1]
            world.cut()
            await world.say(2, private=True)
            await world.say(3)
            assert await heard(listener, 6) == [*BACK, "refilled 1", 3]

    play(scene)


@pytest.mark.parametrize("overflow", list(Overflow))
def test_a_connection_that_is_lost_while_the_api_is_asked_loses_nothing_that_was_heard(overflow: Overflow) -> None:
    async def scene(world: ChattyWorld) -> None:
        async with world.client(overflow=overflow) as client:
            async with client.listen("streamer", topics={"chat"}) as stream:
                listener = Listener(stream)
                await listener.next(Listening)
                await world.say(1)
                assert await heard(listener, 1) == [1]
                world.answer_takes = 4.0
                world.cut()
                await world.say(2)
                await listener.next(Listening)
                await world.say(3)
                await asyncio.sleep(0.1)
                world.cut()
                await world.say(4)
                assert await heard(listener, 7) == [3, *BACK, "refilled 1", 4]

    play(scene)


def test_who_does_not_want_it_is_not_filled() -> None:
    async def scene(world: ChattyWorld) -> None:
        async with world.client() as client:
            async with client.listen("streamer", topics={"chat"}, refill=False) as stream:
                listener = Listener(stream)
                await listener.next(Listening)
                await world.say(1)
                await listener.next(ChatMessageSent)
                world.cut()
                await listener.next(Reconnecting)
                await listener.next(Listening)
                await world.say(2)
                assert await heard(listener, 1) == [2]
        assert world.asked == 0

    play(scene)
