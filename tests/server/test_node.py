"""What a node does with ws channels and with the connections of users, in virtual time and without a socket."""

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
from vklive.server.broker.base import Broker
from vklive.server.broker.memory import MemoryBroker
from vklive.server.connection import Connection
from vklive.server.edge.framing import TEXT
from vklive.server.errors import NodeError
from vklive.server.namespaces import Namespace, Namespaces
from vklive.server.node import Node
from vklive.server.presence.memory import MemoryPresence
from vklive.server.settings import PubSubSettings, TokenSettings
from vklive.server.targets import Target
from vklive.server.tasks import Tasks
from vklive.server.tokens import SubscriptionGrant, TokenKeys, Verifier
from vklive.server.turn import Frames
from vklive.testing.clock import VirtualClock
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


class Client:
    """A connection and what it was sent."""

    def __init__(self, node: Node, user: str, **claims: Any) -> None:
        self.sent: list[Any] = []
        self.end: Close | None = None
        self._number = 1
        self.connection: Connection = node.open(self, Medium())
        token = KEYS.sign(json.dumps({"sub": user, **claims}).encode())
        self.connection.received(json.dumps({"id": 1, "connect": {"token": token}}).encode())

    async def ask(self, **command: Any) -> Any:
        """Send a command; returns what its reply says."""
        self._number += 1
        self.connection.received(json.dumps({"id": self._number, **command}).encode())
        for _ in range(200):
            for said in self.sent:
                if said.get("id") == self._number:
                    self.sent.remove(said)
                    return said.get(next(iter(command)), said.get("error", {}).get("code"))
            await asyncio.sleep(0.1)
        raise AssertionError(f"no reply to {command}; sent was {self.sent}, the end {self.end}")

    @property
    def pushes(self) -> list[Any]:
        """The pushes since the last look."""
        pushes = [said["push"] for said in self.sent if "push" in said]
        self.sent.clear()
        return pushes

    def write(self, messages: list[bytes], frames: Frames) -> None:
        frames.of(messages, TEXT)
        self.sent += [json.loads(message) for message in messages]

    def close(self, close: Close) -> None:
        self.end = close

    def backlog(self) -> int:
        return 0

    def pause(self) -> None: ...

    def resume(self) -> None: ...


def play(scene: Callable[[Node], Awaitable[None]], broker: Broker | None = None, **options: Any) -> None:
    async def run() -> None:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, VirtualLoop)
        # No ping comes among what these scenes are about.
        settings = PubSubSettings(ping_interval=0.0, **options)
        tasks = Tasks()
        node = Node(
            Admission(NAMESPACES, Verifier(KEYS.verifying), settings),
            settings=settings,
            broker=broker or MemoryBroker(clock=loop.clock),
            presence=MemoryPresence(),
            clock=loop.clock,
            tasks=tasks,
        )
        await node.start()
        await scene(node)
        node.drain()
        await asyncio.sleep(1)
        assert (node.hub.subscriptions, node.connections, node.users) == (0, 0, 0)
        await tasks.stop()
        await node.stop()

    run_virtual(run())


def said(number: int) -> Publication:
    return Publication(data=Raw(b"%d" % number))


def test_who_was_away_recovers_what_it_missed():
    async def scene(node: Node) -> None:
        before = Client(node, "42")
        stood = await before.ask(subscribe={"channel": "rec:a"})
        before.connection.vanished()
        for number in range(3):
            await node.publish("rec:a", said(number))
        after = Client(node, "42")
        reply = await after.ask(subscribe={"channel": "rec:a", "recover": True, "epoch": stood["epoch"]})
        assert reply["recovered"]
        assert [publication["data"] for publication in reply["publications"]] == [0, 1, 2]
        await node.publish("rec:a", said(3))
        await asyncio.sleep(0)
        assert [push["pub"]["offset"] for push in after.pushes] == [4]

    play(scene)


def test_who_missed_more_than_is_kept_or_than_is_allowed_is_told_that_it_did_not_recover():
    async def scene(node: Node) -> None:
        for number in range(7):
            await node.publish("rec:a", said(number))
        client = Client(node, "42")
        for offset, recovered in ((0, False), (1, False), (2, False), (4, True), (7, True), (8, False)):
            reply = await client.ask(subscribe={"channel": "rec:a", "recover": True, "offset": offset})
            assert reply.get("recovered", False) is recovered, offset
            await client.ask(unsubscribe={"channel": "rec:a"})

    # Five are kept, and four may have been missed.
    play(scene, recovery_max_publication_limit=4)


class Leaky(MemoryBroker):
    """Loses a publication on its way to this node."""

    def lose(self, ws_channel: str, publication: Publication) -> None:
        self._used(ws_channel, self._clock.monotonic()).stream.add(publication, size=5)


def test_a_publication_that_got_lost_between_the_nodes_is_noticed_by_comparing_positions():
    broker = Leaky(clock=VirtualClock())

    async def scene(node: Node) -> None:
        client, by_server = Client(node, "42"), Client(node, "43", channels=["rec:a"])
        await client.ask(subscribe={"channel": "rec:a"})
        broker.lose("rec:a", said(1))
        await asyncio.sleep(50)
        assert client.pushes == []
        await asyncio.sleep(10)
        assert client.pushes == [{"channel": "rec:a", "unsubscribe": {"code": 2500, "reason": "insufficient state"}}]
        assert client.end is None
        assert by_server.end is not None
        assert by_server.end.code == 3010

    play(scene, broker)


def test_presence_knows_who_is_there_and_the_others_are_told():
    async def scene(node: Node) -> None:
        one = Client(node, "1", info={"nick": "one"})
        await one.ask(subscribe={"channel": "pres:a"})
        two = Client(node, "2")
        await two.ask(subscribe={"channel": "pres:a"})
        ids = {client.connection.machine.client_id: client for client in (one, two)}
        assert set(await node.members("pres:a")) == set(ids)
        stats = await one.ask(presence_stats={"channel": "pres:a"})
        assert stats == {"num_clients": 2, "num_users": 2}
        assert [next(iter(push)) for push in one.pushes] == ["channel", "channel"]
        two.connection.vanished()
        await asyncio.sleep(0.1)
        (left,) = one.pushes
        assert left["leave"]["info"]["user"] == "2"
        assert list(await node.members("pres:a")) == [one.connection.machine.client_id]
        await one.ask(unsubscribe={"channel": "pres:a"})
        await asyncio.sleep(0.1)
        assert await node.members("pres:a") == {}
        assert one.pushes == [], "the leaver does not hear of its own leaving"

    play(scene)


def test_coming_back_at_once_is_not_undone_by_the_leaving_before():
    async def scene(node: Node) -> None:
        client = Client(node, "1")
        for _ in range(5):
            await client.ask(subscribe={"channel": "pres:a"})
            client.connection.received(b'{"id":1000,"unsubscribe":{"channel":"pres:a"}}')
        await client.ask(subscribe={"channel": "pres:a"})
        await asyncio.sleep(1)
        assert len(await node.members("pres:a")) == 1

    play(scene)


def test_a_client_publishes_in_its_own_name():
    async def scene(node: Node) -> None:
        one, two = Client(node, "1", info={"nick": "one"}), Client(node, "2")
        await two.ask(subscribe={"channel": "pub:a"})
        assert await one.ask(publish={"channel": "pub:a", "data": {"hi": 1}}) == {}
        (push,) = two.pushes
        client_id = one.connection.machine.client_id
        assert push["pub"] == {
            "data": {"hi": 1},
            "info": {"user": "1", "client": client_id, "conn_info": {"nick": "one"}},
        }

    play(scene)


def test_history_is_given_in_pages_and_never_more_than_allowed():
    async def scene(node: Node) -> None:
        for number in range(5):
            await node.publish("rec:a", said(number))
        client = Client(node, "1")

        async def page(**wanted: Any) -> Any:
            return await client.ask(history={"channel": "rec:a", **wanted})

        assert [one["data"] for one in (await page(limit=2))["publications"]] == [0, 1]
        assert [one["data"] for one in (await page(limit=2, since={"offset": 2}))["publications"]] == [2, 3]
        assert [one["data"] for one in (await page(limit=2, reverse=True))["publications"]] == [4, 3]
        assert len((await page(limit=-1))["publications"]) == 3
        assert (await page())["publications"] == []
        assert await page(limit=1, since={"offset": 1, "epoch": "zzzz"}) == 112
        assert await page(limit=1, since={"offset": 0}, reverse=True) == 107

    play(scene, history_max_publication_limit=3)


def test_the_server_subscribes_and_unsubscribes_whom_it_wants():
    async def scene(node: Node) -> None:
        one, other, stranger = Client(node, "1"), Client(node, "1"), Client(node, "2")
        await asyncio.sleep(0.1)
        grant = SubscriptionGrant(data=Raw(b'{"welcome":1}'))
        await node.subscribe(Target(user="1"), "rec:a", grant=grant)
        await asyncio.sleep(0.1)
        assert [push["subscribe"]["data"] for push in one.pushes] == [{"welcome": 1}]
        other.sent.clear()
        await node.publish("rec:a", said(1))
        await asyncio.sleep(0.1)
        assert [len(client.pushes) for client in (one, other, stranger)] == [1, 1, 0]
        await node.unsubscribe(Target(user="1", client=one.connection.machine.client_id), "rec:a")
        await node.publish("rec:a", said(2))
        await asyncio.sleep(0.1)
        assert [next(iter(set(push) - {"channel"})) for push in one.pushes] == ["unsubscribe"]
        assert len(other.pushes) == 1

    play(scene)


def test_who_is_deafened_is_told_so_where_there_was_something_to_hear():
    async def scene(node: Node) -> None:
        one, other, stranger = Client(node, "1"), Client(node, "1"), Client(node, "2")
        await asyncio.sleep(0.1)
        for client in (one, stranger):
            await client.ask(subscribe={"channel": "rec:a"})
        await node.deafen(Target(user="1"), "rec:a")
        await node.publish("rec:a", said(1))
        await asyncio.sleep(0.1)
        assert one.pushes == [{"channel": "rec:a", "unsubscribe": {"code": 2000, "reason": "server unsubscribe"}}]
        assert [len(client.pushes) for client in (other, stranger)] == [0, 1]

    play(scene)


def test_the_server_subscribes_from_a_position_on():
    async def scene(node: Node) -> None:
        for number in range(3):
            await node.publish("rec:a", said(number))
        client = Client(node, "1")
        await asyncio.sleep(0.1)
        await node.subscribe(Target(user="1"), "rec:a", grant=SubscriptionGrant(), since=Position("", 1))
        await asyncio.sleep(0.1)
        assert [push["pub"]["offset"] for push in client.pushes if "pub" in push] == [2, 3]

    play(scene)


def test_a_subscription_more_than_a_connection_may_hold_ends_it():
    async def scene(node: Node) -> None:
        client = Client(node, "1")
        await client.ask(subscribe={"channel": "pub:a"})
        await node.subscribe(Target(user="1"), "pub:a", grant=SubscriptionGrant())
        assert client.end is None
        await node.subscribe(Target(user="1"), "pub:b", grant=SubscriptionGrant())
        await asyncio.sleep(0.1)
        assert client.end is not None
        assert client.end.code == 3505

    play(scene, channel_limit=1)


def test_the_server_closes_whom_it_wants_and_keeps_whom_it_is_told_to():
    async def scene(node: Node) -> None:
        one, other = Client(node, "1"), Client(node, "1")
        await asyncio.sleep(0.1)
        keep = [other.connection.machine.client_id]
        await node.disconnect(Target(user="1"), code=4001, reason="elsewhere", keep=keep)
        await asyncio.sleep(0.1)
        assert one.end is not None
        assert (one.end.code, one.end.reason, other.end) == (4001, "elsewhere", None)

    play(scene)


def test_the_server_changes_for_how_long_a_connection_is_good():
    async def scene(node: Node) -> None:
        one, other = Client(node, "1"), Client(node, "2")
        await asyncio.sleep(0.1)
        one.sent.clear()
        await node.refresh(Target(user="1"), expire_at=int(node.clock.wall()) + 10)
        await node.refresh(Target(user="2"), expired=True)
        await asyncio.sleep(0.1)
        assert one.pushes == [{"refresh": {"expires": True, "ttl": 10}}]
        assert other.end is not None
        assert other.end.code == 3005
        await asyncio.sleep(40)
        assert one.end is not None
        assert one.end.code == 3005

    play(scene)


def test_a_refresh_whose_token_subscribes_to_something_else_ends_the_connection():
    async def scene(node: Node) -> None:
        client = Client(node, "1", channels=["pub:a"])
        await asyncio.sleep(0.1)
        same = KEYS.sign(b'{"sub":"1","channels":["pub:a"]}')
        assert await client.ask(refresh={"token": same}) == {}
        other = KEYS.sign(b'{"sub":"1","channels":["pub:b"]}')
        client.connection.received(json.dumps({"id": 9, "refresh": {"token": other}}).encode())
        await asyncio.sleep(0.1)
        assert client.end is not None
        assert client.end.code == 3010

    play(scene)


def test_where_users_have_a_ws_channel_of_their_own_one_connection_can_close_the_others():
    async def scene(node: Node) -> None:
        one = Client(node, "1")
        await asyncio.sleep(0.1)
        two = Client(node, "1")
        await asyncio.sleep(0.1)
        assert one.end is not None
        assert (one.end.code, two.end) == (3504, None)

    play(
        scene,
        user_subscribe_to_personal=True,
        user_personal_channel_namespace="pres",
        user_personal_single_connection=True,
    )


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (lambda node: node.publish("nope:a", said(1)), ErrorCode.UNKNOWN_CHANNEL),
        (lambda node: node.history("nope:a", limit=1, since=None, reverse=False), ErrorCode.UNKNOWN_CHANNEL),
        (lambda node: node.history("pub:a", limit=1, since=None, reverse=False), ErrorCode.NOT_AVAILABLE),
        (lambda node: node.remove_history("pub:a"), ErrorCode.NOT_AVAILABLE),
        (lambda node: node.members("pub:a"), ErrorCode.NOT_AVAILABLE),
        (lambda node: node.presence_stats("nope:a"), ErrorCode.UNKNOWN_CHANNEL),
        (lambda node: node.subscribe(Target(user="1"), "nope:a", grant=SubscriptionGrant()), ErrorCode.UNKNOWN_CHANNEL),
        (lambda node: node.unsubscribe(Target(user="1"), "nope:a"), ErrorCode.UNKNOWN_CHANNEL),
        (lambda node: node.refresh(Target(user="1"), expire_at=1), ErrorCode.EXPIRED),
    ],
)
def test_what_cannot_be_done_is_an_error_with_a_code(call, code):
    async def scene(node: Node) -> None:
        with pytest.raises(NodeError) as caught:
            await call(node)
        assert caught.value.code is code
        assert caught.value.why

    play(scene)


def test_a_history_that_was_removed_leaves_the_position():
    async def scene(node: Node) -> None:
        await node.publish("rec:a", said(1))
        position = await node.publish("rec:a", said(2))
        await node.remove_history("rec:a")
        history = await node.history("rec:a", limit=-1, since=None, reverse=False)
        assert (history.publications, history.top) == ([], position)

    play(scene)


def test_what_skips_the_history_has_no_place_in_it_and_disturbs_no_position():
    async def scene(node: Node) -> None:
        client = Client(node, "1")
        await client.ask(subscribe={"channel": "rec:a"})
        assert await node.publish("rec:a", said(1), skip_history=True) == Position()
        await node.publish("rec:a", said(2))
        await asyncio.sleep(0.1)
        assert [push["pub"].get("offset") for push in client.pushes] == [None, 1]

    play(scene)


class Distant(Verifier):
    """Has to fetch its keys first, which takes a second."""

    def __init__(self) -> None:
        super().__init__(KEYS.verifying)
        self.fetched: set[str] = set()
        self.fetches = 0

    def needs(self, token: str) -> bool:
        return token not in self.fetched

    async def prepare(self, token: str) -> None:
        self.fetches += 1
        await asyncio.sleep(1)
        if self.fetches > 1:
            self.fetched.add(token)


def test_a_request_whose_key_had_to_be_fetched_is_answered_once():
    verifier = Distant()

    async def scene(node: Node) -> None:
        node.reload(Admission(NAMESPACES, verifier, PubSubSettings()), PubSubSettings(ping_interval=0.0))
        client = Client(node, "1", channels=["pres:a"])
        await asyncio.sleep(2)
        token = KEYS.sign(b'{"sub":"1","channel":"rec:a"}')
        assert (await client.ask(subscribe={"channel": "rec:a", "token": token}))["recoverable"]
        assert [said["id"] for said in client.sent if "id" in said] == [1]
        assert client.end is None
        assert verifier.fetches == 2, "one that fails is not tried again for the same request"

    play(scene)
