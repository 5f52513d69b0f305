"""What a node counts while it works, in virtual time and without a socket."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from msgspec import Raw

from vklive.protocol.closing import Close
from vklive.protocol.codes import ErrorCode
from vklive.protocol.medium import Medium
from vklive.protocol.messages import Publication
from vklive.protocol.position import Position
from vklive.server.admission import Admission
from vklive.server.broker.base import History, Range, Retention
from vklive.server.broker.memory import MemoryBroker
from vklive.server.connection import Connection
from vklive.server.counts import DURATION_BOUNDS, Durations
from vklive.server.namespaces import Namespace, Namespaces
from vklive.server.node import Node
from vklive.server.presence.memory import MemoryPresence
from vklive.server.settings import PubSubSettings, TokenSettings
from vklive.server.tasks import Tasks
from vklive.server.tokens import TokenKeys, Verifier
from vklive.server.turn import Frames
from vklive.testing.loop import VirtualLoop, run_virtual

KEYS = TokenKeys.from_settings(TokenSettings(secret="a secret that is long enough for HS256 to be happy"))
NAMESPACES = Namespaces(
    [
        Namespace(name="pub", allow_subscribe_for_client=True, allow_publish_for_client=True),
        Namespace(
            name="rec",
            allow_subscribe_for_client=True,
            force_recovery=True,
            history_size=5,
            history_ttl=60,
            allow_history_for_client=True,
        ),
        Namespace(
            name="pres",
            allow_subscribe_for_client=True,
            presence=True,
            join_leave=True,
            force_push_join_leave=True,
            allow_presence_for_subscriber=True,
        ),
    ]
)


class SlowBroker(MemoryBroker):
    """Takes a quarter of a second to find a history."""

    async def history(self, ws_channel: str, wanted: Range, *, retention: Retention | None) -> History:
        await asyncio.sleep(0.25)
        return await super().history(ws_channel, wanted, retention=retention)


class Client:
    """A connection that drops what it is sent."""

    def __init__(self, node: Node, medium: Medium) -> None:
        self.sent = 0
        self.connection: Connection = node.open(self, medium)

    def write(self, messages: list[bytes], frames: Frames) -> None:
        self.sent += len(messages)

    def close(self, close: Close) -> None: ...

    def backlog(self) -> int:
        return 0

    def pause(self) -> None: ...

    def resume(self) -> None: ...


async def client(node: Node, *commands: dict[str, Any], medium: Medium = Medium()) -> Client:  # noqa: B008 - it is immutable
    """A user who has said some things, all in one frame."""
    new = Client(node, medium)
    token = KEYS.sign(b'{"sub":"42"}')
    said = [{"connect": {"token": token}}, *commands]
    new.connection.received(
        "\n".join(json.dumps({"id": number, **command}) for number, command in enumerate(said, 1)).encode()
    )
    await asyncio.sleep(1)
    return new


def play(scene: Callable[[Node], Awaitable[None]], broker: type[MemoryBroker] = MemoryBroker, **options: int) -> None:
    async def run() -> None:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, VirtualLoop)
        settings = PubSubSettings(ping_interval=0.0, **options)  # type: ignore[arg-type]
        tasks = Tasks()
        node = Node(
            Admission(NAMESPACES, Verifier(KEYS.verifying), settings),
            settings=settings,
            broker=broker(clock=loop.clock),
            presence=MemoryPresence(),
            clock=loop.clock,
            tasks=tasks,
        )
        await node.start()
        await scene(node)
        node.drain()
        await asyncio.sleep(1)
        await tasks.stop()
        await node.stop()

    run_virtual(run())


def test_a_publication_is_counted_once_on_its_way_and_once_for_each_who_gets_it():
    async def scene(node: Node) -> None:
        one = await client(node, {"subscribe": {"channel": "pub:a"}})
        other = await client(node, {"subscribe": {"channel": "pub:a"}})
        await node.publish("pub:a", Publication(data=Raw(b"1")))
        await node.publish("pub:b", Publication(data=Raw(b"1")))
        await asyncio.sleep(1)
        counts = node.counts
        assert dict(counts.sent) == {"publication": 2}
        assert dict(counts.received) == {"publication": 2}
        assert (one.sent, other.sent) == (3, 3)
        traffic = counts.traffic["websocket"]
        assert (traffic.connects, traffic.messages) == (2, 6)

    play(scene)


def test_each_transport_is_counted_by_its_name():
    async def scene(node: Node) -> None:
        await client(node)
        await client(node, medium=Medium(name="sse", emulated=True))
        await client(node, medium=Medium(name="sse", emulated=True))
        assert {name: traffic.connects for name, traffic in node.counts.traffic.items()} == {"websocket": 1, "sse": 2}

    play(scene)


def test_clients_and_subscriptions_come_and_go():
    async def scene(node: Node) -> None:
        Client(node, Medium()).connection.vanished()
        one = await client(node, {"subscribe": {"channel": "pub:a"}}, {"subscribe": {"channel": "pub:b"}})
        assert dict(node.counts.actions) == {"add_client": 1, "add_subscription": 2}
        one.connection.vanished()
        await asyncio.sleep(1)
        assert node.counts.actions["remove_client"] == 1
        assert node.counts.actions["remove_subscription"] == 2

    play(scene)


def test_presence_and_those_who_come_and_go_are_counted():
    async def scene(node: Node) -> None:
        channel = {"channel": "pres:a"}
        await client(
            node, {"subscribe": channel}, {"presence": channel}, {"presence_stats": channel}, {"unsubscribe": channel}
        )
        counts = node.counts
        assert {
            name: counts.actions[name] for name in ("add_presence", "remove_presence", "presence", "presence_stats")
        } == {
            "add_presence": 1,
            "remove_presence": 1,
            "presence": 1,
            "presence_stats": 1,
        }
        assert dict(counts.sent) == {"join": 1, "leave": 1}
        # Who has left hears nothing, and nobody else is there: the broker has given it all the same.
        assert dict(counts.received) == {"join": 1, "leave": 1}

    play(scene)


def test_looks_at_the_history_are_counted_by_what_they_were_for():
    async def scene(node: Node) -> None:
        channel = {"channel": "rec:a"}
        await client(node, {"subscribe": channel}, {"history": {**channel, "limit": 1}})
        for offset in (0, 9):
            await client(node, {"subscribe": {**channel, "recover": True, "offset": offset}})
        await node.history("rec:a", limit=0, since=Position(), reverse=False)
        await node.remove_history("rec:a")
        counts = node.counts
        assert counts.actions["history_stream_top"] == 1
        assert counts.actions["history_recover"] == 2
        assert counts.actions["history"] == 5
        assert counts.actions["history_remove"] == 1
        assert dict(counts.recovers) == {True: 1, False: 1}

    play(scene)


def test_commands_are_timed_and_what_was_refused_is_counted_by_its_error():
    async def scene(node: Node) -> None:
        await client(
            node,
            {"subscribe": {"channel": "rec:a"}},
            {"subscribe": {"channel": "rec:a"}},
            {"subscribe": {"channel": "nowhere:a"}},
            {"rpc": {"method": "m"}},
            {"history": {"channel": "rec:a"}},
        )
        counts = node.counts
        assert dict(counts.reply_errors) == {
            ("subscribe", ErrorCode.ALREADY_SUBSCRIBED): 1,
            ("subscribe", ErrorCode.UNKNOWN_CHANNEL): 1,
            ("rpc", ErrorCode.NOT_AVAILABLE): 1,
        }
        assert {method: (taken.count, taken.total) for method, taken in counts.commands.items()} == {
            "connect": (1, 0.0),
            "subscribe": (3, 0.25),
            "rpc": (1, 0.0),
            "history": (1, 0.25),
        }

    play(scene, SlowBroker)


def test_a_command_is_timed_from_when_it_came():
    async def scene(node: Node) -> None:
        one = await client(node)
        await asyncio.sleep(100)
        one.connection.received(b'{"id":2,"subscribe":{"channel":"rec:a"}}')
        await asyncio.sleep(1)
        assert node.counts.commands["subscribe"].total == pytest.approx(0.25)

    play(scene, SlowBroker)


def test_the_closes_of_the_server_are_counted_and_not_those_of_clients():
    async def scene(node: Node) -> None:
        (await client(node)).connection.vanished()
        (await client(node)).connection.received(b"nonsense")
        await asyncio.sleep(1)
        assert dict(node.counts.disconnects) == {3501: 1}

    play(scene)


def test_more_clients_than_may_be_are_turned_away_and_counted():
    async def scene(node: Node) -> None:
        one = await client(node)
        assert node.refusal() is None
        await client(node)
        refusal = node.refusal()
        assert refusal is not None
        assert "connection_limit" in refusal
        assert node.counts.turned_away == 1
        one.connection.vanished()
        await asyncio.sleep(1)
        assert node.refusal() is None

    play(scene, connection_limit=2)


def test_clients_that_come_too_fast_are_turned_away():
    async def scene(node: Node) -> None:
        assert [node.refusal() is None for _ in range(3)] == [True, True, False]
        await asyncio.sleep(0.5)
        assert [node.refusal() is None for _ in range(2)] == [True, False]
        assert "connection_rate_limit" in str(node.refusal())
        assert node.counts.turned_away == 0

    play(scene, connection_rate_limit=2)


def test_other_limits_hold_after_a_reload():
    async def scene(node: Node) -> None:
        await client(node)
        assert node.refusal() is None
        node.reload(node.admission, PubSubSettings(connection_limit=1))
        assert node.refusal() is not None

    play(scene)


def test_durations_are_told_apart_by_their_upper_bounds():
    durations = Durations()
    for seconds in (0.0, 0.005, 0.0051, 10.0, 11.0):
        durations.add(seconds)
    assert durations.count == 5
    assert durations.total == pytest.approx(21.0101)
    assert durations.within == [2, 1, *[0] * (len(DURATION_BOUNDS) - 3), 1, 1]
