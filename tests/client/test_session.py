"""One connection at work, in the order of things that nobody expects: answers that cross, programs that hold up."""

from __future__ import annotations

import asyncio
import gc
import itertools
import json
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from typing import Any

import pytest
from tests.client.world import USER, Listener, World, answer, play

from vklive.errors import DevApiError
from vklive.events import (
    Connected,
    Gap,
    Listening,
    NoAccess,
    Position,
    Reconnecting,
    TokenRefreshed,
    Unsubscribed,
)
from vklive.protocol.codes import UnsubscribeCode
from vklive.server.turn import Frames
from vklive.testing.loop import VirtualLoop
from vklive.testing.wire import Wire

Says = Callable[[int, dict[str, Any]], list[dict[str, Any]] | None]


def speak_for_the_server(link: Wire, command: str, says: Says) -> None:
    """Answer commands of a kind in the server's place: with replies of one frame, or with `None` for its own."""
    send = link.send

    def intercept(message: bytes) -> None:
        for line in message.split(b"\n"):
            asked = json.loads(line)
            replies = says(asked["id"], asked[command]) if command in asked else None
            if replies is None:
                send(line)
            else:
                link.write([json.dumps(reply).encode() for reply in replies], Frames())

    link.send = intercept  # type: ignore[method-assign]


def refusal(number: int, code: int, *, temporary: bool = False) -> dict[str, Any]:
    return {"id": number, "error": {"code": code, "message": "no", "temporary": temporary}}


def test_a_refusal_that_comes_with_the_end_of_the_connection_does_not_end_the_client():
    async def scene(world: World) -> None:
        world.ttl = 600
        async with world.client() as client, client.listen("streamer", topics={"limited_chat"}) as stream:
            listener = Listener(stream)
            await listener.next(Listening)
            goodbye = {"push": {"disconnect": {"code": 3001, "reason": "shutdown"}}}
            speak_for_the_server(world.links[-1], "sub_refresh", lambda number, _: [refusal(number, 103), goodbye])
            await listener.next(NoAccess)
            await listener.next(Reconnecting)
            hole = (await listener.next(Gap)).data
            assert hole == Gap(topic="limited_chat", ws_channel="limited:chat", reason="the server said: no")
            await listener.next(Listening)

    play(scene)


def test_a_stream_that_joins_while_the_other_one_leaves_is_told_that_it_is_heard_and_of_its_gaps():
    async def scene(world: World) -> None:
        world.http_faults["/v1/websocket/subscription_token"] = [answer(503, error="later")]
        async with world.client() as client, AsyncExitStack() as leaving:
            async with client.listen("streamer", topics={"chat"}) as first:
                await Listener(first).next(Listening)
                second = await leaving.enter_async_context(client.listen("streamer", topics={"chat", "limited_chat"}))
                await asyncio.sleep(0.1)
            listener = Listener(second)
            assert {(await listener.next(Listening)).topic for _ in range(2)} == {"chat", "limited_chat"}
            world.cut()
            assert {(await listener.next(Gap)).topic for _ in range(2)} == {"chat", "limited_chat"}

    play(scene)


def test_a_subscription_that_is_refused_for_now_is_tried_again_less_and_less_often():
    async def scene(world: World) -> None:
        async with world.client() as client, client.listen("streamer", topics={"info"}) as stream:
            listener = Listener(stream)
            await listener.next(Listening)
            asked_at: list[float] = []

            def refuse(number: int, asked: dict[str, Any]) -> list[dict[str, Any]] | None:
                asked_at.append(world.clock.monotonic())
                return [refusal(number, 111, temporary=True)] if len(asked_at) not in {9, 11} else None

            speak_for_the_server(world.links[-1], "subscribe", refuse)
            connection = world.links[-1].connection
            assert connection is not None
            connection.machine.unsubscribe("open:info", UnsubscribeCode.INSUFFICIENT_STATE)
            world.node.turn.add(connection)
            await listener.next(Unsubscribed)
            await listener.next(Gap)
            await listener.next(Listening)
            delays = [later - earlier for earlier, later in itertools.pairwise(asked_at)]
            assert len(delays) == 8
            assert delays[0] <= 1.0
            # A little more, as one in forty is the longest and the clock's sums are not exact.
            assert all(delay <= 20.0 + 1e-6 for delay in delays)
            assert sum(delays) > 8 * 1.0
            connection.machine.unsubscribe("open:info", UnsubscribeCode.INSUFFICIENT_STATE)
            world.node.turn.add(connection)
            await listener.next(Listening)
            assert len(asked_at) == 11
            assert asked_at[10] - asked_at[9] <= 1.0, "after a success delays are short again"
            assert len(world.opened) == 1

    play(scene)


def test_a_channel_that_the_api_calls_invalid_ends_its_stream_and_no_other():
    async def scene(world: World) -> None:
        async with world.client() as client, client.listen("streamer", topics={"chat"}) as good:
            listener = Listener(good)
            await listener.next(Listening)
            world.http_faults["/v1/channel"] = [answer(400, error="invalid_param")]
            async with client.listen("odd") as bad:
                with pytest.raises(DevApiError, match="invalid_param"):
                    await Listener(bad).next(Listening)
            await world.publish("open:chat", 1)
            assert await listener.numbers(1) == [1]

    play(scene)


def test_tokens_that_the_api_does_not_give_for_a_fault_of_ours_leave_what_is_open():
    async def scene(world: World) -> None:
        world.http_faults["/v1/websocket/subscription_token"] = [answer(400, error="invalid_param")]
        async with world.client() as client, client.listen("streamer", topics={"chat", "limited_chat"}) as stream:
            listener = Listener(stream)
            denied = await listener.next(NoAccess)
            assert denied.topic == "limited_chat"
            assert (await listener.next(Listening)).topic == "chat"

    play(scene)


def test_an_open_ws_channel_that_was_refused_once_is_tried_openly_again_on_the_next_connection():
    async def scene(world: World) -> None:
        async with world.client() as client, client.listen("streamer", topics={"info"}) as stream:
            listener = Listener(stream)
            await listener.next(Listening)
            speak_for_the_server(world.links[-1], "subscribe", lambda number, _: [refusal(number, 103)])
            connection = world.links[-1].connection
            assert connection is not None
            connection.machine.unsubscribe("open:info", UnsubscribeCode.INSUFFICIENT_STATE)
            world.node.turn.add(connection)
            await listener.next(NoAccess)
            world.cut()
            await listener.next(Gap)
            await listener.next(Listening)

    play(scene)


def test_a_topic_whose_ws_channel_has_a_new_name_has_its_gap_all_the_same():
    async def scene(world: World) -> None:
        async with world.client() as client, client.listen("streamer", topics={"chat"}) as stream:
            listener = Listener(stream)
            await listener.next(Listening)
            world.names["chat"] = "open:renamed"
            stream.planned = False
            world.cut()
            assert (await listener.next(Gap)).ws_channel == "open:renamed"
            await listener.next(Listening)

    play(scene)


def test_access_that_is_lost_and_found_again_leaves_a_gap():
    async def scene(world: World) -> None:
        world.ttl = 600
        async with world.client() as client, client.listen("streamer", topics={"limited_chat"}) as stream:
            listener = Listener(stream)
            await listener.next(Listening)
            world.granted = set()
            await listener.next(NoAccess)
            world.granted = {"limited:chat"}
            world.cut()
            await listener.next(Gap)
            await listener.next(Listening)

    play(scene)


def test_a_program_that_holds_up_the_loop_is_not_taken_for_a_server_that_is_silent():
    async def scene(world: World) -> None:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, VirtualLoop)
        async with world.client() as client, client.listen("streamer", topics={"chat"}) as stream:
            await Listener(stream).next(Listening)

            def hold_up() -> None:
                # A minute passes, and what came in meanwhile is found by the loop together with its timers.
                loop._jumping.now += 60
                loop.call_soon(world.links[-1].write, [b'{"push":{"channel":"other","join":{}}}'], Frames())

            loop.call_soon(hold_up)
            await asyncio.sleep(90)
            assert len(world.opened) == 1

    play(scene)


def test_the_private_ws_channel_of_a_user_is_tried_bare_when_there_is_no_token_for_it():
    async def scene(world: World) -> None:
        async with world.client() as client, client.listen("streamer", topics={"private_chat"}) as stream:
            listening = await Listener(stream).next(Listening)
            assert listening.ws_channel == f"open:chat#{USER}"

    play(scene)


class History:
    """Answers subscribes as a server whose ws channels keep history, on every connection from now on.

    Attributes:
        asked: what each subscribe asked for.
        replies: what the next ones are answered with.
    """

    def __init__(self, world: World, *replies: dict[str, Any]) -> None:
        self.asked: list[dict[str, Any]] = []
        self.replies = list(replies)
        self._world = world
        self._open = world.open
        world.open = self._opened  # type: ignore[method-assign]

    async def _opened(self, url: str, *, headers: Mapping[str, str], timeout: float) -> Wire:
        link = await self._open(url, headers=headers, timeout=timeout)
        speak_for_the_server(link, "subscribe", self._subscribe)
        return link

    def _subscribe(self, number: int, asked: dict[str, Any]) -> list[dict[str, Any]]:
        self.asked.append(asked)
        return [{"id": number, "subscribe": self.replies.pop(0)}]

    def publish(self, offset: int) -> None:
        push = {"push": {"channel": "open:chat", "pub": publication(offset)}}
        self._world.links[-1].write([json.dumps(push).encode()], Frames())


def publication(offset: int) -> dict[str, Any]:
    return {"data": {"type": "test", "data": {"n": offset}}, "offset": offset}


def stands(offset: int, **more: Any) -> dict[str, Any]:
    return {"recoverable": True, "positioned": True, "epoch": "e", "offset": offset} | more


def test_what_was_missed_is_recovered_by_position_and_is_no_gap():
    async def scene(world: World) -> None:
        missed = [publication(7), publication(8)]
        recovered = stands(6, was_recovering=True, recovered=True, publications=missed)
        history = History(world, stands(5), recovered)
        async with world.client() as client, client.listen("streamer", topics={"chat"}) as stream:
            listener = Listener(stream)
            await listener.next(Listening)
            history.publish(6)
            event = await listener.next()
            assert event.position == Position("e", 6)
            world.cut()
            await listener.next(Reconnecting)
            await listener.next(Connected)
            assert isinstance((await listener.next()).data, Listening)
            history.publish(9)
            positions = [(await listener.next()).position for _ in range(3)]
            assert positions == [Position("e", 7), Position("e", 8), Position("e", 9)]
            assert history.asked == [
                {"channel": "open:chat"},
                {"channel": "open:chat", "recover": True, "epoch": "e", "offset": 6},
            ]

    play(scene)


def test_a_recovery_that_fails_is_one_gap_and_the_next_one_begins_at_the_new_position():
    async def scene(world: World) -> None:
        recovered = stands(41, was_recovering=True, recovered=True)
        history = History(world, stands(5), stands(40, was_recovering=True), recovered)
        async with world.client() as client, client.listen("streamer", topics={"chat"}) as stream:
            listener = Listener(stream)
            await listener.next(Listening)
            world.cut()
            await listener.next(Connected)
            assert [type((await listener.next()).data) for _ in range(2)] == [Gap, Listening]
            history.publish(41)
            await listener.next()
            world.cut()
            await listener.next(Connected)
            assert isinstance((await listener.next()).data, Listening)
            assert [asked.get("offset") for asked in history.asked] == [None, 5, 41]

    play(scene)


def test_a_stream_that_joined_later_shares_the_position_and_what_is_recovered():
    async def scene(world: World) -> None:
        recovered = stands(5, was_recovering=True, recovered=True, publications=[publication(6)])
        history = History(world, stands(5), recovered)
        async with world.client() as client, client.listen("streamer", topics={"chat"}) as first:
            await Listener(first).next(Listening)
            async with client.listen("streamer", topics={"chat"}) as second:
                await Listener(second).next(Listening)
                first.close()
                world.cut()
                listener = Listener(second)
                await listener.next(Connected)
                assert isinstance((await listener.next()).data, Listening)
                assert (await listener.next()).position == Position("e", 6)
                assert history.asked[1:] == [{"channel": "open:chat", "recover": True, "epoch": "e", "offset": 5}]

    play(scene)


def same_name(world: World) -> None:
    world.names = {"chat": "open:chat", "limited_chat": "open:chat"}


def test_a_limited_topic_that_has_an_open_ones_name_is_heard_with_it_and_takes_nothing_from_it():
    async def scene(world: World) -> None:
        same_name(world)
        async with world.client() as client, client.listen("streamer", topics={"chat"}) as first:
            await Listener(first).next(Listening)
            async with client.listen("streamer", topics={"limited_chat"}) as second:
                assert (await Listener(second).next()).type == Connected.event_type
                assert (await Listener(second).next()).type == Listening.event_type
                await world.publish("open:chat", 1)
                assert await Listener(second).numbers(1) == [1]
                event = await Listener(first).next()
                assert event.raw, f"nothing has happened to the first stream, and yet: {event}"

    play(scene)


@pytest.mark.parametrize("topics", [("chat", "limited_chat"), ("limited_chat", "chat")])
def test_topics_that_have_one_name_are_both_heard_again_after_whatever_ends_it(topics):
    async def scene(world: World) -> None:
        same_name(world)
        async with world.client() as client, client.listen("streamer", topics={topics[0]}) as first:
            await asyncio.sleep(1)
            async with client.listen("streamer", topics={topics[1]}) as second:
                listeners = [Listener(first), Listener(second)]
                for listener in listeners:
                    await listener.next(Listening)
                connection = world.links[-1].connection
                assert connection is not None
                connection.machine.unsubscribe("open:chat", UnsubscribeCode.INSUFFICIENT_STATE)
                world.node.turn.add(connection)
                for listener in listeners:
                    await listener.next(Gap)
                    await listener.next(Listening)
                world.cut()
                for listener in listeners:
                    await listener.next(Gap)
                    await listener.next(Listening)
                await world.publish("open:chat", 1)
                for listener in listeners:
                    assert await listener.numbers(1) == [1]

    play(scene)


def test_a_stream_that_joins_what_is_heard_already_is_told_so_before_its_first_event():
    async def scene(world: World) -> None:
        async with world.client() as client, client.listen("streamer", topics={"chat"}) as first:
            await Listener(first).next(Listening)
            async with client.listen("streamer", topics={"chat", "limited_chat"}) as second:
                # The names are known after 0.01 s, the token of the other topic after 0.02.
                await asyncio.sleep(0.015)
                await world.publish("open:chat", 1)
                listener = Listener(second)
                said = [await listener.next() for _ in range(4)]
                told = [(event.type, event.topic) for event in said]
                assert told == [
                    (Connected.event_type, ""),
                    (Listening.event_type, "chat"),
                    ("test", "chat"),
                    (Listening.event_type, "limited_chat"),
                ]

    play(scene)


def test_a_publication_that_overtakes_the_answer_comes_after_the_gap():
    async def scene(world: World) -> None:
        async with world.client() as client, client.listen("streamer", topics={"chat"}) as stream:
            listener = Listener(stream)
            await listener.next(Listening)
            early = {"push": {"channel": "open:chat", "pub": {"data": {"type": "test", "data": {"n": 1}}}}}
            link = await world.open("", headers={}, timeout=1)
            speak_for_the_server(link, "subscribe", lambda number, _: [early, {"id": number, "subscribe": {}}])

            async def the_same(url: str, *, headers: Mapping[str, str], timeout: float) -> Wire:
                return link

            world.open = the_same  # type: ignore[method-assign]
            world.links[0].cut()
            await listener.next(Connected)
            assert isinstance((await listener.next()).data, Gap)
            assert await listener.numbers(1) == [1]
            assert isinstance((await listener.next()).data, Listening)

    play(scene)


def test_a_job_that_is_cancelled_before_it_begins_leaves_no_warning():
    async def scene(world: World) -> None:
        async with world.client() as client, client.listen("streamer", topics={"chat"}) as stream:
            listener = Listener(stream)
            await listener.next(Listening)
            gone = {"push": {"channel": "open:chat", "unsubscribe": {"code": 2500, "reason": "insufficient state"}}}
            goodbye = {"push": {"disconnect": {"code": 3001, "reason": "shutdown"}}}
            world.links[-1].write([json.dumps(push).encode() for push in (gone, goodbye)], Frames())
            await listener.next(Reconnecting)
            await listener.next(Listening)

    play(scene)
    gc.collect()


def test_tokens_that_are_due_together_are_renewed_in_one_call():
    async def scene(world: World) -> None:
        world.ttl = 600
        world.granted = {"limited:chat", f"open:chat#{USER}"}
        async with world.client() as client, client.listen("streamer") as stream:
            listener = Listener(stream)
            for _ in range(4):
                await listener.next(Listening)
            world.requests.clear()
            renewed = [await listener.next(TokenRefreshed) for _ in range(3)]
            assert sorted(event.ws_channel for event in renewed) == ["", "limited:chat", f"open:chat#{USER}"]
            assert sorted(path for path, _ in world.requests) == [
                "/v1/websocket/subscription_token",
                "/v1/websocket/token",
            ]

    play(scene)


def test_who_has_no_patience_to_close_politely_leaves_no_socket_behind():
    async def scene(world: World) -> None:
        client = world.client()
        closed: list[str] = []

        async def close_slowly() -> None:
            await asyncio.sleep(2)
            closed.append("politely")

        async def close_http() -> None:
            closed.append("http")

        world.close = close_http  # type: ignore[method-assign]
        await client.__aenter__()
        async with client.listen("streamer", topics={"chat"}) as stream:
            await Listener(stream).next(Listening)
            world.links[-1].close = close_slowly  # type: ignore[method-assign]
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(1):
                    await client.close()
        assert closed == ["http"]
        assert world.links[-1]._end is not None
        assert world.node.connections == 0

    play(scene)
