"""What is heard: once, in order, and not after the end; and programs that are slow, wrong, or ask back."""

from __future__ import annotations

import asyncio
import time

import pytest
from tests.client.world import World, play
from tests.regressions.scene import listen, of, server_with, texts

from vklive.client.queue import Overflow
from vklive.client.router import Router
from vklive.client.suspension import Suspension
from vklive.client.watchdog import Watchdog
from vklive.errors import QueueOverflowError
from vklive.events import ChatMessageSent, Connected, Dropped, Event, Gap, Listening, Reconnecting
from vklive.server.turn import Frames
from vklive.testing.factories import chat_message
from vklive.testing.loop import VirtualLoop


def test_what_is_repeated_by_history_or_by_the_refill_is_heard_once():
    """twitchAPI #348, twitchdev #918, TwitchLib Webhooks #5, python-slack-events-api #93: the same event, twice."""
    for server in (server_with(), server_with(history=100)):

        async def scene(_, __, server=server):
            for number in range(10):
                await server.publish("streamer", chat_message(str(number)))
                server.cut()
                await server.publish("streamer", chat_message(f"{number}, meanwhile"))
                await server.heard("streamer")
            server.repeat()
            await asyncio.sleep(1)

        expected = [text for number in range(10) for text in (str(number), f"{number}, meanwhile")]
        assert texts(listen(server, scene)) == expected


def test_nothing_is_heard_of_a_stream_that_was_left():
    """centrifuge-js PR #393, centrifuge-go #150: recovered publications came after the end, and twice."""
    server = server_with(history=100)

    async def scene():
        async with server.client() as client:
            async with client.listen("streamer", topics={"chat"}) as first:
                await server.heard("streamer")
                server.cut()
                for number in range(5):
                    await server.publish("streamer", chat_message(str(number)))
            async with client.listen("streamer", topics={"chat"}) as second:
                await asyncio.sleep(30)
            left = [event async for event in first if event.raw]
            heard = [event async for event in second]
        assert left == []
        assert [event for event in heard if event.raw] == []
        assert len([event for event in heard if isinstance(event.data, Listening)]) == 1

    server.run(scene())


def test_a_program_that_was_restarted_goes_on_where_it_was(tmp_path):
    """centrifuge-js #115, twitchAPI #353: one wants to begin from an offset of one's own."""
    server = server_with(history=100)
    found: list[str] = []

    async def scene():
        for run in range(3):
            async with (
                server.client() as client,
                client.listen("streamer", topics={"chat"}, resume=tmp_path / "state.json") as stream,
            ):
                await server.heard("streamer")
                await server.publish("streamer", chat_message(f"run {run}"))
                async for event in stream:
                    if isinstance(event.data, ChatMessageSent):
                        found.append(event.data.chat_message.text)
                        if event.data.chat_message.text == f"run {run}":
                            break
            await server.publish("streamer", chat_message(f"after {run}"))

    server.run(scene())
    assert found == ["run 0", "after 0", "run 1", "after 1", "run 2"]


def test_whether_everything_was_recovered_is_told():
    """centrifuge-js #325, centrifugo #798 and #165: history is short, and nobody looked at `recovered`."""
    server = server_with(history=3)

    async def scene(_, __):
        server.cut()
        for number in range(10):
            await server.publish("streamer", chat_message(str(number)))
        await server.heard("streamer")

    heard = listen(server, scene)
    assert len(of(Gap, heard)) == 1


def test_a_handler_that_raises_ends_nothing_and_is_told():
    """centrifuge-js #319, #414, #420, PR #394, #425: a mistake of the program ended the dispatch, or the retry."""
    server = server_with()
    found: list[str] = []
    mistakes: list[BaseException] = []

    async def scene():
        async with server.client() as client, client.listen("streamer", topics={"chat"}) as stream:
            router = Router(on_error=lambda error, _, __: mistakes.append(error))

            @router.on(ChatMessageSent)
            def handle(event: Event) -> None:
                found.extend(texts([event]))
                raise ValueError("a mistake")

            routing = asyncio.ensure_future(router.run(stream))
            for number in range(3):
                await server.heard("streamer")
                await server.publish("streamer", chat_message(str(number)))
                server.cut()
            await server.heard("streamer")
            stream.close()
            await routing

    server.run(scene())
    assert found == ["0", "1", "2"]
    assert len(mistakes) == 3


def test_a_handler_that_takes_minutes_costs_no_connection():
    """The README of centrifuge-python: callbacks block the reading, and the server hangs up for want of a pong."""
    server = server_with()

    async def scene():
        async with server.client() as client, client.listen("streamer", topics={"chat"}) as stream:
            await server.heard("streamer")
            for number in range(3):
                await server.publish("streamer", chat_message(str(number)))
            async for event in stream:
                await asyncio.sleep(120)
                assert not isinstance(event.data, Reconnecting)
                if texts([event]) == ["2"]:
                    break
        assert server.attempts == 1

    server.run(scene())


def test_a_call_that_blocks_the_loop_is_named(caplog):
    """discord.py #6729, acheong08/ChatGPT #167: "heartbeat blocked for more than 10 seconds", and never by what."""

    async def program():
        dog = Watchdog(Suspension(lambda _: None))
        dog.start()
        try:
            until = time.monotonic() + 30
            while not dog.blockages.count and time.monotonic() < until:
                time.sleep(0.01)  # noqa: ASYNC251 - the mistake
        finally:
            dog.stop()

    asyncio.run(program())
    assert any("test_delivery.py" in record.getMessage() for record in caplog.records)


def test_after_a_long_block_what_has_arrived_counts_before_what_is_overdue():
    """centrifuge-js #423, #417, #398: overdue timers fired before what was buffered, and good connections ended."""

    async def scene(world: World) -> None:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, VirtualLoop)
        async with world.client() as client, client.listen("streamer", topics={"chat"}):
            await asyncio.sleep(1)

            def blocked() -> None:
                # A minute has passed when the loop goes on, and something has arrived meanwhile.
                loop._jumping.now += 60
                loop.call_soon(world.links[-1].write, [b'{"push":{"channel":"other","join":{}}}'], Frames())

            loop.call_soon(blocked)
            await asyncio.sleep(90)
            assert client.health().ok
        assert len(world.opened) == 1

    play(scene)


@pytest.mark.parametrize("overflow", [Overflow.DROP_OLDEST, Overflow.DROP_NEWEST])
def test_a_program_that_takes_nothing_costs_a_bounded_memory_and_is_told_what_it_missed(overflow):
    """bk-lite #4491, centrifugo #859 and #117, nats.py #113, #298, #372: queues without a bound, or counted wrong."""
    server = server_with()

    async def scene():
        async with (
            server.client(queue_limit=10, overflow=overflow) as client,
            client.listen("streamer", topics={"chat"}) as stream,
        ):
            await server.heard("streamer")
            for number in range(1000):
                await server.publish("streamer", chat_message(str(number)))
            await asyncio.sleep(1)
            assert stream.queue.depth == 10
            stream.close()
            heard = [event async for event in stream]
        assert sum(told.count for told in of(Dropped, heard)) == 990 == stream.dropped
        assert len(texts(heard)) == 10

    server.run(scene())


def test_a_program_that_would_rather_stop_is_stopped_where_it_missed_something():
    """nats.net PR #1041: a slow consumer froze everybody instead."""
    server = server_with()

    async def scene(_, __):
        for number in range(100):
            await server.publish("streamer", chat_message(str(number)))

    async def play():
        async with server.client(queue_limit=10, overflow=Overflow.DISCONNECT) as client:
            async with client.listen("streamer", topics={"chat"}) as slow:
                await server.heard("streamer")
                await scene(None, None)
                heard = []
                with pytest.raises(QueueOverflowError):
                    async for event in slow:
                        heard.append(event)
                assert texts(heard) == [str(number) for number in range(10)]
            async with client.listen("streamer", topics={"chat"}) as next_one:
                assert isinstance((await anext(next_one)).data, Connected)

    server.run(play())


def test_closing_gives_what_has_arrived():
    """nats.py #100: a drain cut off the last callback."""
    server = server_with()
    found: list[str] = []

    async def scene():
        client = server.client()
        async with client:
            stream = client.listen("streamer", topics={"chat"})
            async with stream:
                await server.heard("streamer")

                async def take() -> None:
                    async for event in stream:
                        await asyncio.sleep(0.5)
                        found.extend(texts([event]))

                taking = asyncio.ensure_future(take())
                for number in range(5):
                    await server.publish("streamer", chat_message(str(number)))
                await asyncio.sleep(0)
                assert await client.close(drain=10) == 0
                await taking

    server.run(scene())
    assert found == ["0", "1", "2", "3", "4"]
