"""Thousands of channels over few connections."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from typing import Any

import msgspec
import pytest
from tests.client.world import NAMESPACES, Listener, World, answer, play_in

from vklive.client.http import HttpResponse
from vklive.client.stream import Stream
from vklive.client.supervisor import FORGET_AFTER
from vklive.errors import ConnectError, LocalProtocolError, NotFoundError
from vklive.events import Connected, Gap, Listening, NoAccess, Reconnecting
from vklive.protocol.codes import DisconnectCode, UnsubscribeCode
from vklive.server.admission import Admission
from vklive.server.broker.memory import MemoryBroker
from vklive.server.namespaces import Namespace, Namespaces
from vklive.server.node import Node
from vklive.server.presence.memory import MemoryPresence
from vklive.server.settings import PubSubSettings
from vklive.server.turn import Frames

KEPT = Namespace(
    name="kept", allow_subscribe_for_client=True, history_size=100, history_ttl=3600.0, force_recovery=True
)


class ManyChannels(World):
    """A platform on which every name is a channel, but for `nobody`."""

    def __init__(self, *, channel_limit: int) -> None:
        super().__init__()
        settings = PubSubSettings(channel_limit=channel_limit)
        self.node = Node(
            Admission(Namespaces([*NAMESPACES, KEPT]), self.node.admission.verifier, settings),
            settings=settings,
            broker=MemoryBroker(clock=self.clock),
            presence=MemoryPresence(),
            clock=self.clock,
            tasks=self.tasks,
            ping_phase=lambda: 0.5,
        )

    async def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        params: Mapping[str, str],
        body: bytes | None,
        timeout: float,
    ) -> HttpResponse:
        path = "/" + url.split("/", 3)[3]
        if path not in {"/v1/channel", "/v1/channels"}:
            return await super().request(method, url, headers=headers, params=params, body=body, timeout=timeout)
        self.requests.append((path, params))
        await asyncio.sleep(0.01)
        if self.http_faults.get(path):
            fault = self.http_faults[path].pop(0)
            assert isinstance(fault, HttpResponse)
            return fault
        if path == "/v1/channel":
            if params["channel_url"] == "nobody":
                return answer(404, error="channel_not_found")
            return answer(200, data=self._channel(params["channel_url"]))
        wanted = [one["url"] for one in msgspec.json.decode(body or b"")["channels"]]
        return answer(200, data={"channels": [self._channel(url) for url in wanted if url != "nobody"]})

    def _channel(self, url: str) -> dict[str, Any]:
        names = {"chat": f"open:{url}", "info": f"kept:{url}", "limited_chat": f"limited:{url}"}
        return {"channel": {"id": 1, "url": url, "web_socket_channels": names}}

    def calls(self) -> Counter[str]:
        return Counter(path for path, _ in self.requests)


def play_many(scene: Callable[[ManyChannels], Awaitable[None]], *, channel_limit: int = 128) -> None:
    play_in(lambda: ManyChannels(channel_limit=channel_limit), scene)


async def listening(stack: AsyncExitStack, *streams: Stream) -> list[Listener]:
    """Open the streams, and wait until each is heard."""
    listeners = [Listener(await stack.enter_async_context(stream)) for stream in streams]
    for listener in listeners:
        await listener.next(Listening)
    return listeners


def test_a_thousand_channels_are_heard_over_eight_connections_and_asked_for_in_tens_of_calls() -> None:
    async def scene(world: ManyChannels) -> None:
        async with world.client() as client, AsyncExitStack() as stack:
            streams = [client.listen(f"c{number}", topics={"chat"}) for number in range(1000)]
            listeners = await listening(stack, *streams)
            assert len(world.opened) == 8
            assert world.calls()["/v1/channels"] == 8 * 2  # of 128 channels, a hundred at most in one call
            assert world.calls()["/v1/channel"] == 0
            for number in range(1000):
                await world.publish(f"open:c{number}", number)
            assert [(await listener.numbers(1))[0] for listener in listeners] == list(range(1000))

    play_many(scene)


def test_tokens_of_many_streams_are_fetched_in_one_call() -> None:
    async def scene(world: ManyChannels) -> None:
        world.granted = {f"limited:c{number}" for number in range(50)}
        async with world.client() as client, AsyncExitStack() as stack:
            await listening(stack, *[client.listen(f"c{number}", topics={"limited_chat"}) for number in range(50)])
            assert world.calls()["/v1/websocket/subscription_token"] == 1

    play_many(scene)


def test_channels_are_added_and_removed_while_others_are_heard() -> None:
    async def scene(world: ManyChannels) -> None:
        async with world.client(ws_channels=2) as client, AsyncExitStack() as stack:
            first, second = await listening(
                stack, client.listen("a", topics={"chat"}), client.listen("b", topics={"chat"})
            )
            third = client.listen("c", topics={"chat"})
            await listening(stack, third)
            assert len(world.links) == 2
            first.stream.close()
            await listening(stack, client.listen("d", topics={"chat"}), client.listen("e", topics={"chat"}))
            assert len(world.links) == 2, "the room that was left is used"
            await world.publish("open:a", 1)
            await world.publish("open:b", 2)
            assert await second.numbers(1) == [2]

    play_many(scene)


def test_a_server_that_allows_fewer_than_was_thought_is_noticed_and_nothing_goes_unheard() -> None:
    async def scene(world: ManyChannels) -> None:
        async with world.client() as client, AsyncExitStack() as stack:
            listeners = await listening(stack, *[client.listen(f"c{number}", topics={"chat"}) for number in range(12)])
            assert len(world.links) == 3
            for number in range(12):
                await world.publish(f"open:c{number}", number)
            assert [(await listener.numbers(1))[0] for listener in listeners] == list(range(12))

    play_many(scene, channel_limit=5)


def test_a_stream_that_no_connection_could_take_is_told_so() -> None:
    async def scene(world: ManyChannels) -> None:
        async with world.client() as client, client.listen("a", topics={"chat", "info"}) as stream:
            refused = await Listener(stream).next(NoAccess)
            assert isinstance(refused.data, NoAccess)
            assert "limit exceeded" in refused.data.reason

    play_many(scene, channel_limit=1)


def test_one_channel_that_does_not_exist_ends_its_own_stream_only() -> None:
    async def scene(world: ManyChannels) -> None:
        async with world.client() as client, AsyncExitStack() as stack:
            nobody = await stack.enter_async_context(client.listen("nobody", topics={"chat"}))
            await listening(stack, *[client.listen(f"c{number}", topics={"chat"}) for number in range(5)])
            with pytest.raises(NotFoundError):
                await Listener(nobody).next(Listening)

    play_many(scene)


def test_a_list_that_the_api_does_not_take_is_asked_for_one_by_one() -> None:
    async def scene(world: ManyChannels) -> None:
        world.http_faults["/v1/channels"] = [answer(400, error="invalid_param")]
        async with world.client() as client, AsyncExitStack() as stack:
            await listening(stack, *[client.listen(f"c{number}", topics={"chat"}) for number in range(5)])
            assert world.calls()["/v1/channel"] == 5

    play_many(scene)


def test_a_cut_of_one_connection_is_told_to_its_own_streams_only() -> None:
    async def scene(world: ManyChannels) -> None:
        async with world.client(ws_channels=1) as client, AsyncExitStack() as stack:
            first, second = await listening(
                stack, client.listen("a", topics={"chat"}), client.listen("b", topics={"chat"})
            )
            world.links[0].cut()
            assert (await first.next(Reconnecting)).channel_url == "a"
            assert isinstance((await first.next(Gap)).data, Gap)
            await world.publish("open:b", 1)
            event = await second.next()
            assert event.raw, f"nothing happened to it: {event.data}"

    play_many(scene)


def test_connections_come_back_a_few_at_a_time() -> None:
    async def scene(world: ManyChannels) -> None:
        asked: list[float] = []

        async with world.client(ws_channels=1) as client, AsyncExitStack() as stack:
            await listening(stack, *[client.listen(f"c{number}", topics={"chat"}) for number in range(20)])
            asked = sorted(world.opened)
        # A token takes 10 ms here, and four are fetched at a time.
        assert asked[-1] - asked[0] == pytest.approx(0.04, abs=0.005)

    play_many(scene)


def test_a_client_is_opened_once_and_streams_need_an_open_one() -> None:
    async def scene(world: ManyChannels) -> None:
        client = world.client()
        with pytest.raises(LocalProtocolError):
            await client.listen("a").__aenter__()
        async with client:
            with pytest.raises(LocalProtocolError):
                await client.__aenter__()
            async with client.listen("a") as stream:
                assert isinstance((await Listener(stream).next(Connected)).data, Connected)

    play_many(scene)


def test_a_client_that_drains_lets_the_program_take_what_has_arrived_and_no_longer_than_it_was_told() -> None:
    async def scene(world: ManyChannels) -> None:
        client = world.client()
        async with client, AsyncExitStack() as stack:
            (listener,) = await listening(stack, client.listen("a", topics={"chat"}))
            for number in range(10):
                await world.publish("open:a", number)
            await asyncio.sleep(1)
            taken: list[int] = []

            async def take_one_a_second() -> None:
                async for event in listener.stream:
                    taken.append(msgspec.json.decode(event.raw)["data"]["n"])
                    await asyncio.sleep(1)

            taking = asyncio.ensure_future(take_one_a_second())
            began = world.clock.monotonic()
            assert await client.close(drain=3.5) == 6
            assert taken == [0, 1, 2, 3]
            assert world.clock.monotonic() - began == pytest.approx(3.5, abs=0.1)
            await taking
            assert taken == list(range(10)), "what was left can be taken all the same"

    play_many(scene)


def test_a_drain_ends_as_soon_as_everything_is_taken() -> None:
    async def scene(world: ManyChannels) -> None:
        client = world.client()
        async with client, AsyncExitStack() as stack:
            (listener,) = await listening(stack, client.listen("a", topics={"chat"}))
            await world.publish("open:a", 1)
            await asyncio.sleep(1)
            taking = asyncio.ensure_future(listener.numbers(1))
            began = world.clock.monotonic()
            assert await client.close(drain=60) == 0
            assert await taking == [1]
            assert world.clock.monotonic() - began < 1

    play_many(scene)


def test_what_a_server_with_history_said_meanwhile_is_heard_after_a_cut_once_and_without_a_gap() -> None:
    async def scene(world: ManyChannels) -> None:
        async with world.client() as client, AsyncExitStack() as stack:
            (listener,) = await listening(stack, client.listen("a", topics={"info"}))
            await world.publish("kept:a", 0)
            assert await listener.numbers(1) == [0]
            world.cut()
            for number in range(1, 5):
                await world.publish("kept:a", number)
            heard = [await listener.next() for _ in range(7)]
            assert [type(event.data) for event in heard[:3]] == [Reconnecting, Connected, Listening]
            assert [event.position.offset for event in heard if event.raw and event.position] == [2, 3, 4, 5]

    play_many(scene)


def test_a_server_that_keeps_closing_at_once_is_not_asked_for_positions_any_more_and_there_is_a_gap() -> None:
    async def scene(world: ManyChannels) -> None:
        async with world.client() as client, AsyncExitStack() as stack:
            (listener,) = await listening(stack, client.listen("a", topics={"info"}))
            await world.publish("kept:a", 0)
            assert await listener.numbers(1) == [0]
            for _ in range(FORGET_AFTER):
                world.close_connection(DisconnectCode.INSUFFICIENT_STATE)
                await listener.next(Connected)
            assert isinstance((await listener.next(Gap)).data, Gap)

    play_many(scene)


def test_a_network_that_is_down_for_long_costs_no_position() -> None:
    async def scene(world: ManyChannels) -> None:
        async with world.client() as client, AsyncExitStack() as stack:
            (listener,) = await listening(stack, client.listen("a", topics={"info"}))
            await world.publish("kept:a", 0)
            world.connect_faults = [ConnectError("pubsub.test", phase="tcp", problem="Connection refused")] * 20
            world.cut()
            await world.publish("kept:a", 1)
            heard = [await listener.next() for _ in range(25)]
            assert Gap not in {type(event.data) for event in heard}
            assert [event.position.offset for event in heard if event.raw and event.position] == [1, 2]

    play_many(scene)


def test_a_server_whose_state_was_invalidated_is_not_asked_for_positions() -> None:
    """Codes 3014 and 2502 of Centrifugo 6.8: the position belongs to a history that is no more."""

    async def scene(world: ManyChannels) -> None:
        async with world.client() as client, AsyncExitStack() as stack:
            (listener,) = await listening(stack, client.listen("a", topics={"info"}))
            await world.publish("kept:a", 0)
            assert await listener.numbers(1) == [0]
            world.close_connection(DisconnectCode.STATE_INVALIDATED)
            assert isinstance((await listener.next(Gap)).data, Gap)
            await listener.next(Listening)

            gone = b'{"push":{"channel":"kept:a","unsubscribe":{"code":2502,"reason":"state invalidated"}}}'
            connection = world.links[-1].connection
            assert connection is not None
            connection.machine.unsubscribe("kept:a", UnsubscribeCode.SERVER)
            connection.machine.data_to_send()
            world.links[-1].write([gone], Frames())
            assert isinstance((await listener.next(Gap)).data, Gap)

    play_many(scene)
