"""How a client waits for the DevAPI: its calls by themselves, its connections in sight of the program."""

from __future__ import annotations

import asyncio

import pytest
from tests.client.world import Listener, World, answer, play

from vklive.errors import RateLimitedError
from vklive.events import Listening, Reconnecting


def test_a_call_waits_by_itself_as_long_as_the_program_wants():
    async def scene(world: World) -> None:
        world.http_faults["/v1/channel"] = [answer(429, headers={"retry-after": "20"}, error="ratelimit_exceeded")] * 2
        async with world.client(patience=10.0) as client:
            with pytest.raises(RateLimitedError):
                await client.api.channels.get("streamer")
            assert world.clock.monotonic() < 1
        async with world.client() as client:
            assert (await client.api.channels.get("streamer")).channel.id == 1
            assert 20 <= world.clock.monotonic() < 21

    play(scene)


def test_a_connection_that_waits_says_so_in_the_stream():
    async def scene(world: World) -> None:
        world.http_faults["/v1/websocket/token"] = [
            answer(429, headers={"retry-after": "20"}, error="ratelimit_exceeded")
        ]
        async with world.client() as client, client.listen("streamer", topics={"chat"}) as stream:
            told = await Listener(stream).next(Reconnecting)
            assert world.clock.monotonic() < 1
            assert isinstance(told.data, Reconnecting)
            assert told.data.delay >= 20
            await Listener(stream).next(Listening)
            assert world.clock.monotonic() >= 20

    play(scene)


def test_calls_and_streams_do_not_hold_each_other_up():
    async def scene(world: World) -> None:
        world.http_faults["/v1/channel"] = [answer(429, headers={"retry-after": "50"}, error="ratelimit_exceeded")]
        async with world.client() as client:
            waiting = asyncio.create_task(client.api.channels.get("streamer"))
            await asyncio.sleep(1)
            async with client.listen("streamer", topics={"chat"}) as stream:
                await Listener(stream).next(Listening)
                assert world.clock.monotonic() < 2
                assert not waiting.done()
                assert (await waiting).channel.id == 1

    play(scene)
