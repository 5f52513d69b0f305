"""A program that takes its time, and whose policy is to wait: its connection lives on, and what comes is held."""

from __future__ import annotations

import asyncio

import pytest
from tests.client.world import Listener, World, play

from vklive.client import Overflow, backlog, session
from vklive.errors import VkliveError
from vklive.events import Gap, Listening, Reconnecting, TokenRefreshed


def test_a_program_that_takes_its_time_keeps_its_connection_and_every_event_when_the_policy_is_to_wait():
    async def scene(world: World) -> None:
        world.ttl = 600
        client = world.client(queue_limit=10, overflow=Overflow.BLOCK)
        async with client, client.listen("streamer", topics={"chat"}) as stream:
            listener = Listener(stream)
            await listener.next(Listening)
            for number in range(25):
                await world.publish("open:chat", number)
            first_read_at = world.clock.wall()
            await asyncio.sleep(700)
            await world.publish("open:chat", 25)
            await asyncio.sleep(700)
            assert stream.queue.depth == 10
            assert len(world.opened) == 1, "pings were answered and the connection's token renewed"
            event = await listener.next()
            assert event.received_at.timestamp() == pytest.approx(first_read_at, abs=1)
            assert await listener.numbers(25) == list(range(1, 26))
            await listener.next(TokenRefreshed)
            assert stream.dropped == 0

    play(scene)


def test_held_events_are_stamped_with_the_time_at_which_they_were_read():
    async def scene(world: World) -> None:
        client = world.client(queue_limit=1, overflow=Overflow.BLOCK)
        async with client, client.listen("streamer", topics={"chat"}) as stream:
            listener = Listener(stream)
            await listener.next(Listening)
            expected = []
            for number in range(3):
                expected.append(world.clock.wall())
                await world.publish("open:chat", number)
                await asyncio.sleep(100)
            read_at = [(await listener.next()).received_at.timestamp() for _ in range(3)]
            assert read_at == pytest.approx(expected, abs=1)

    play(scene)


def test_what_is_held_comes_before_the_end_of_its_connection_is_told():
    async def scene(world: World) -> None:
        client = world.client(queue_limit=2, overflow=Overflow.BLOCK)
        async with client, client.listen("streamer", topics={"chat"}) as stream:
            listener = Listener(stream)
            await listener.next(Listening)
            for number in range(5):
                await world.publish("open:chat", number)
            await asyncio.sleep(1)
            world.cut()
            await asyncio.sleep(100)
            assert await listener.numbers(5) == [0, 1, 2, 3, 4]
            await listener.next(Reconnecting)
            await listener.next(Gap)

    play(scene)


def test_more_than_may_be_held_is_not_read(monkeypatch):
    monkeypatch.setattr(backlog, "MAX_HELD_EVENTS", 5)

    async def scene(world: World) -> None:
        client = world.client(queue_limit=2, overflow=Overflow.BLOCK)
        async with client, client.listen("streamer", topics={"chat"}) as stream:
            listener = Listener(stream)
            await listener.next(Listening)
            for number in range(50):
                await world.publish("open:chat", number)
                await asyncio.sleep(0.1)
            assert len(world.links[-1]._inbox) > 30
            # The server's patience ends: what had been read is delivered, and then the hole is told.
            await asyncio.sleep(100)
            heard = await listener.numbers(7)
            assert heard == list(range(7))
            await listener.next(Reconnecting)
            await listener.next(Gap)

    play(scene)


@pytest.mark.parametrize("leave", ["stream", "client"])
def test_who_leaves_while_events_are_held_leaves_nothing_behind(leave):
    async def scene(world: World) -> None:
        client = world.client(queue_limit=2, overflow=Overflow.BLOCK)
        async with client, client.listen("streamer", topics={"chat"}) as stream, client.listen("streamer") as other:
            listener = Listener(stream)
            await listener.next(Listening)
            for number in range(5):
                await world.publish("open:chat", number)
            await asyncio.sleep(1)
            if leave == "stream":
                stream.close()
                await asyncio.sleep(1)
                # The other one has room for two, and goes on when it takes them.
                assert await Listener(other).numbers(5) == [0, 1, 2, 3, 4]
        assert world.node.connections == 0

    play(scene)


def test_a_mistake_of_the_clients_own_while_events_are_held_ends_the_stream(monkeypatch):
    def broken(payload: object) -> None:
        raise TypeError("a bug")

    async def scene(world: World) -> None:
        client = world.client(queue_limit=2, overflow=Overflow.BLOCK)
        async with client, client.listen("streamer", topics={"chat"}) as stream:
            listener = Listener(stream)
            await listener.next(Listening)
            for number in range(5):
                await world.publish("open:chat", number)
            await asyncio.sleep(1)
            monkeypatch.setattr(session, "decode_payload", broken)
            # What finds room now meets the mistake.
            assert await listener.numbers(2) == [0, 1]
            with pytest.raises(VkliveError, match="a bug"):
                await listener.next()

    play(scene)
