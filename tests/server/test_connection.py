"""One connection: the answers its machine asks for, in virtual time and without a socket."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from msgspec import Raw

from vklive.clock import SystemClock
from vklive.protocol.closing import Close
from vklive.protocol.medium import Medium
from vklive.protocol.messages import Publication
from vklive.server.admission import Admission
from vklive.server.broker.memory import MemoryBroker
from vklive.server.connection import MAX_WAITING_COMMANDS, Connection
from vklive.server.namespaces import Namespace, Namespaces
from vklive.server.node import Node
from vklive.server.presence.memory import MemoryPresence
from vklive.server.settings import PubSubSettings, TokenSettings
from vklive.server.tasks import Tasks
from vklive.server.tokens import TokenKeys, Verifier
from vklive.server.turn import Frames
from vklive.testing.loop import VirtualLoop, run_virtual


class SlowBroker(MemoryBroker):
    """Takes a second to subscribe, as one behind a network may; or fails to."""

    def __init__(self, *, fails: bool = False) -> None:
        super().__init__(clock=SystemClock())
        self.fails = fails
        self.subscribed: list[str] = []

    async def subscribe(self, ws_channel: str) -> None:
        await asyncio.sleep(1)
        if self.fails:
            raise ConnectionResetError("the broker is away")
        self.subscribed.append(ws_channel)

    async def unsubscribe(self, ws_channel: str) -> None:
        self.subscribed.remove(ws_channel)


class Way:
    """An outlet that remembers."""

    def __init__(self) -> None:
        self.sent: list[Any] = []
        self.end: Close | None = None
        self.paused = False

    def write(self, messages: list[bytes], frames: Frames) -> None:
        self.sent += [json.loads(message) for message in messages]

    def close(self, close: Close) -> None:
        assert self.end is None, "closed twice"
        self.end = close

    def backlog(self) -> int:
        return 0

    def pause(self) -> None:
        self.paused = True

    def resume(self) -> None:
        self.paused = False


def play(scene: Callable[[Node, Way, Connection], Awaitable[None]], broker: MemoryBroker | None = None) -> None:
    async def run() -> None:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, VirtualLoop)
        tasks = Tasks()
        keys = TokenKeys.from_settings(TokenSettings(secret="a secret that is long enough for HS256 to be happy"))
        namespaces = Namespaces(
            [Namespace(name="pub", allow_subscribe_for_client=True, allow_subscribe_for_anonymous=True)]
        )
        settings = PubSubSettings(allow_anonymous_connect_without_token=True)
        node = Node(
            Admission(namespaces, Verifier(keys.verifying), settings),
            settings=settings,
            broker=broker or MemoryBroker(clock=loop.clock),
            presence=MemoryPresence(),
            clock=loop.clock,
            tasks=tasks,
            # No ping comes among what the first seconds are about.
            ping_phase=lambda: 1.0,
        )
        await node.start()
        way = Way()
        connection = node.open(way, Medium())
        connection.received(b'{"id":1,"connect":{}}')
        await scene(node, way, connection)
        await tasks.stop()
        await node.stop()

    run_virtual(run())


def subscribe(number: int, channel: str = "pub:a") -> bytes:
    return json.dumps({"id": number, "subscribe": {"channel": channel}}).encode()


def test_everything_said_in_one_turn_is_sent_at_its_end():
    async def scene(node: Node, way: Way, connection: Connection) -> None:
        connection.received(b'{"id":2,"rpc":{}}')
        assert way.sent == []
        await asyncio.sleep(0)
        assert [reply["id"] for reply in way.sent] == [1, 2]

    play(scene)


def test_what_is_published_after_the_reply_to_a_subscribe_arrives():
    async def scene(node: Node, way: Way, connection: Connection) -> None:
        connection.received(subscribe(2))
        await asyncio.sleep(2)
        assert way.sent[-1] == {"id": 2, "subscribe": {}}
        await node.publish("pub:a", Publication(data=Raw(b"1")))
        await asyncio.sleep(0)
        assert way.sent[-1] == {"push": {"channel": "pub:a", "pub": {"data": 1}}}

    play(scene, SlowBroker())


def test_commands_behind_a_slow_subscribe_wait_for_it_and_keep_their_order():
    async def scene(node: Node, way: Way, connection: Connection) -> None:
        connection.received(
            subscribe(2) + b"\n" + subscribe(3, "pub:b") + b'\n{"id":4,"unsubscribe":{"channel":"pub:a"}}'
        )
        await asyncio.sleep(5)
        assert [reply["id"] for reply in way.sent] == [1, 2, 3, 4]
        assert [channel for channel, _ in connection.machine.subscriptions] == ["pub:b"]
        assert node.hub.subscriptions == 1

    broker = SlowBroker()
    play(scene, broker)
    assert broker.subscribed == ["pub:b"]


def test_a_client_that_leaves_while_it_subscribes_leaves_nothing_behind():
    async def scene(node: Node, way: Way, connection: Connection) -> None:
        connection.received(subscribe(2))
        await asyncio.sleep(0.5)
        connection.vanished()
        await asyncio.sleep(5)
        assert node.hub.subscriptions == 0
        assert node.connections == 0

    broker = SlowBroker()
    play(scene, broker)
    assert broker.subscribed == []


def test_a_broker_that_fails_costs_the_client_its_connection_and_tells_it_to_come_back(caplog):
    async def scene(node: Node, way: Way, connection: Connection) -> None:
        connection.received(subscribe(2))
        await asyncio.sleep(5)
        assert way.end is not None
        assert (way.end.code, way.end.reason) == (3004, "internal server error")
        assert node.hub.subscriptions == 0

    play(scene, SlowBroker(fails=True))
    assert "the broker is away" in caplog.text


def test_who_asks_much_while_an_answer_takes_time_is_not_read_from_until_it_is_there():
    async def scene(node: Node, way: Way, connection: Connection) -> None:
        await asyncio.sleep(0)
        connection.received(subscribe(2))
        for number in range(3, MAX_WAITING_COMMANDS + 4):
            assert not way.paused
            connection.received(b'{"id":%d,"rpc":{}}' % number)
        assert way.paused
        await asyncio.sleep(5)
        assert not way.paused
        assert len(way.sent) == MAX_WAITING_COMMANDS + 3

    play(scene, SlowBroker())


def test_an_idle_client_that_answers_pings_stays_for_a_day():
    async def scene(node: Node, way: Way, connection: Connection) -> None:
        for _ in range(24 * 60 * 60):
            await asyncio.sleep(1)
            if {} in way.sent:
                way.sent.clear()
                connection.received(b"{}")
        assert way.end is None
        assert node.connections == 1

    play(scene)


def test_one_that_does_not_answer_is_closed_once():
    async def scene(node: Node, way: Way, connection: Connection) -> None:
        await asyncio.sleep(60)
        assert way.end is not None
        assert way.end.code == 3012
        assert node.connections == 0
        connection.vanished()
        await asyncio.sleep(60)

    play(scene)


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        (b'{"id":2,"subscribe":{"channel":"nope:a"}}', "its namespace is not configured"),
        (b'{"id":2,"subscribe":{"channel":"pub:a","token":"secret.token.value"}}', "it is not a signed JWT"),
        (b'{"id":2,"publish":{"channel":"pub:a","data":1}}', "does not allow that to clients"),
        (b'{"id":2,"history":{"channel":"pub:a"}}', "keeps no history"),
    ],
)
def test_each_refusal_is_logged_once_with_its_exact_reason_and_without_the_token(caplog, command, reason):
    caplog.set_level(logging.INFO, "vklive.server.connection")

    async def scene(node: Node, way: Way, connection: Connection) -> None:
        connection.received(command)
        await asyncio.sleep(0)

    play(scene)
    assert len([record for record in caplog.records if "refused" in record.message]) == 1
    assert reason in caplog.text
    assert "secret.token.value" not in caplog.text
