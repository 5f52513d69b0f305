"""A whole VK Video Live in memory, for the tests of programs that listen to it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping
from types import TracebackType
from typing import Any, Self, TypeVar

import msgspec
from msgspec import Raw, structs

from vklive.client import Client
from vklive.client.backoff import Backoff
from vklive.client.devapi import DEFAULT_PATIENCE
from vklive.client.queue import DEFAULT_LIMIT, Overflow
from vklive.devapi.channel_url import slug_of
from vklive.devapi.topics import Topic
from vklive.errors import ConnectError
from vklive.events import EventData
from vklive.protocol.codes import DisconnectCode
from vklive.protocol.medium import Medium
from vklive.protocol.messages import Publication
from vklive.server import names
from vklive.server.access import vk_namespaces
from vklive.server.admission import Admission
from vklive.server.broker.memory import MemoryBroker
from vklive.server.directory import ChannelRecord, Role, User
from vklive.server.names import WsChannel
from vklive.server.namespaces import Namespaces
from vklive.server.node import Node
from vklive.server.platform.platform import Platform
from vklive.server.presence.memory import MemoryPresence
from vklive.server.settings import DevApiSettings, PubSubSettings, TokenSettings
from vklive.server.store import Seed, Store
from vklive.server.store.seed import ChannelSeed, MembershipSeed, UserSeed
from vklive.server.targets import Target
from vklive.server.tasks import Tasks
from vklive.server.tokens import Issuer, TokenKeys, Verifier
from vklive.testing.clock import VirtualClock
from vklive.testing.database import memory_engine
from vklive.testing.devapi import URL, Asked, FakeDevApi
from vklive.testing.factories import usual_topic
from vklive.testing.loop import run_virtual
from vklive.testing.wire import Outlet, Wire

T = TypeVar("T")

ACCESS_TOKEN = "an-access-token"  # noqa: S105 - of a user of a test
"""The access token of `FakeServer.user`."""

LONGEST_SCENE = 7 * 86_400.0
"""Virtual seconds after which `FakeServer.run` stops to wait for a scene: a program under test never comes to an end
by itself, and its pings would keep the clock running for ever."""

HISTORY_TTL = 86_400.0

_OWNERS_FROM = 1_000_000
"""Ids of owners that a test gives none begin behind it."""

_POLL_INTERVAL = 0.01
_WS_URL = "ws://pubsub.test/connection/websocket?cf_protocol_version=v2"


class FakeServer:
    """The DevAPI and the pub/sub of vklive's own server, without sockets, with faults on demand.

    It is the real thing but for the network: tokens are signed and checked, access is decided, what is said is stored
    in a database in memory, events go over the wire of Centrifugo v4 as JSON. Use it with `run`, which lets time jump,
    or with ``async with`` in a loop of your own, where time is real. It is used once.

    Args:
        history: how many publications each ws channel keeps; 0 for none, which is how VK's appears to be. With some, a
            client gets what it missed; without, it is told of a gap.
        token_ttl: seconds that tokens are good for.

    Attributes:
        user: whose access token `client` has, with all scopes; a stranger to every channel, see `set_role`.
        platform: what the DevAPI and this test do; its store has all users, channels and roles.
        asked: every request to the DevAPI so far.
        attempts: how often a client tried to open a connection.
    """

    def __init__(self, *, history: int = 0, token_ttl: float = 3600.0) -> None:
        self.user = User(id=9, nick="bot")
        self.attempts = 0
        self._clock = VirtualClock(lambda: asyncio.get_running_loop().time())
        tokens = TokenSettings(connection_ttl=token_ttl, subscription_ttl=token_ttl)
        keys = TokenKeys.from_settings(tokens)
        self._verifier = Verifier(keys.verifying)
        self._namespaces = Namespaces(
            structs.replace(each, history_size=history, history_ttl=HISTORY_TTL, force_recovery=True)
            if history
            else each
            for each in vk_namespaces()
        )
        self._tasks = Tasks()
        self._store = Store(memory_engine(), clock=self._clock)
        self._channels: dict[str, ChannelRecord] = {}
        # What the test has said and the store does not know yet: it can be asked in a loop only.
        self._unsettled: list[Callable[[], Awaitable[None]]] = []
        self.platform = Platform(
            self._store,
            Issuer(keys, tokens, clock=self._clock),
            publish=self._tell,
            deafen=self._deafen,
            settings=DevApiSettings(),
            listeners=self._listeners,
            tasks=self._tasks,
        )
        self.add_user(self.user, access_token=ACCESS_TOKEN)
        self._devapi = FakeDevApi(self.platform, settle=self._settle)
        self._broker = MemoryBroker(clock=self._clock)
        self._node: Node | None = None
        self._wires: list[Wire] = []
        self._refusals = 0
        self._lose = self._repeat = 0
        self._reorder: list[bytes] = []
        self._reorder_count = 0

    @property
    def asked(self) -> list[Asked]:
        """Every request to the DevAPI so far."""
        return self._devapi.asked

    # Its life.

    def run(self, scene: Coroutine[Any, Any, T]) -> T:
        """Run a scene in virtual time: hours of it take milliseconds.

        Raises:
            TimeoutError: the scene took longer than `LONGEST_SCENE`.
        """

        async def play() -> T:
            async with self, asyncio.timeout(LONGEST_SCENE):
                return await scene

        return run_virtual(play())

    async def __aenter__(self) -> Self:
        await self._store.__aenter__()
        await self._start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stop()
        await self.platform.chat.stop()
        await self._tasks.stop()
        await self._store.__aexit__(kind, error, trace)

    async def _start(self) -> None:
        self._node = Node(
            Admission(self._namespaces, self._verifier, PubSubSettings()),
            settings=PubSubSettings(),
            broker=self._broker,
            presence=MemoryPresence(),
            clock=self._clock,
            tasks=self._tasks,
            ping_phase=lambda: 0.5,
        )
        self._node.on_publication = self.platform.chat.take
        await self._node.start()

    async def _stop(self) -> None:
        node, self._node = self._node, None
        self.cut()
        if node is not None:
            await node.stop()

    # Who listens to it.

    def client(
        self,
        *,
        access_token: str = ACCESS_TOKEN,
        patience: float = DEFAULT_PATIENCE,
        queue_limit: int = DEFAULT_LIMIT,
        overflow: Overflow = Overflow.DROP_OLDEST,
    ) -> Client:
        """A client of this server. Its delays between attempts are the average ones, so that a test is always the same.

        Args:
            access_token: that of `user` by default.
            patience: see `vklive.Client`.
            queue_limit: see `vklive.Client`.
            overflow: see `vklive.Client`.
        """
        return Client(
            access_token=access_token,
            api_url=URL,
            ws_url=_WS_URL,
            transport=self,
            http=self._devapi,
            patience=patience,
            clock=self._clock,
            backoff=Backoff(draw=lambda: 0.5),
            queue_limit=queue_limit,
            overflow=overflow,
            # In virtual time, nothing ever blocks the loop.
            watchdog=False,
        )

    async def open(self, url: str, *, headers: Mapping[str, str], timeout: float) -> Wire:  # noqa: ARG002, ASYNC109 - see Transport
        """The server is a `vklive.client.transport.Transport` itself."""
        self.attempts += 1
        if self._refusals or self._node is None:
            self._refusals = max(0, self._refusals - 1)
            raise ConnectError("pubsub.test", phase="tcp", problem="Connection refused")
        wire = Wire(self._through)
        wire.connection = self._node.open(Outlet(wire), Medium())
        self._wires.append(wire)
        return wire

    # What is on it.

    def add_user(self, user: User, *, access_token: str = "") -> None:
        """Somebody else.

        Args:
            user: who.
            access_token: of theirs, with all scopes; empty for none.
        """
        tokens = (access_token,) if access_token else ()
        self._plant(Seed(users=(UserSeed(id=user.id, nick=user.nick, access_tokens=tokens),)))

    def add_channel(
        self, channel_url: str, *, nick: str = "", owner: User | None = None, live: bool = False
    ) -> ChannelRecord:
        """A streamer's channel.

        Args:
            channel_url: its slug.
            nick: of its owner; by default the slug.
            owner: whose it is; `user`, so that the bot is the streamer's own, or by default somebody else.
            live: whether a stream is on, without which nobody can write in the chat by the API.
        """
        slug = slug_of(channel_url)
        number = len(self._channels) + 1
        if owner is None:
            owner = User(id=_OWNERS_FROM + number, nick=nick or slug)
            self.add_user(owner)
        channel = ChannelSeed(id=number, url=slug, owner=owner.id, nick=owner.nick, live=live)
        self._plant(Seed(channels=(channel,)))
        record = ChannelRecord(id=number, url=slug, owner=owner, nick=owner.nick)
        self._channels[slug] = record
        return record

    def set_role(self, channel_url: str, role: Role) -> None:
        """Make `user` something to a channel; paid subscribers and moderators hear its ``limited_chat``."""
        channel = self._channel(channel_url)
        self._plant(Seed(memberships=(MembershipSeed(channel=channel.id, user=self.user.id, role=role),)))

    async def publish(self, channel_url: str, event: EventData | bytes, *, topic: Topic | str | None = None) -> None:
        """Something happens in a channel; whoever listens is told.

        Args:
            channel_url: where.
            event: what; see `vklive.testing.factories`. Bytes are a payload as it is, also one that is no JSON object.
            topic: by default the one on which the platform sends it. A private one is that of `user`.

        Raises:
            KeyError: there is no such channel.
        """
        if isinstance(event, bytes):
            payload = event
            chosen = Topic(topic or Topic.CHAT)
        else:
            payload = msgspec.json.encode({"type": event.event_type, "data": event})
            chosen = usual_topic(event) if topic is None else Topic(topic)
        ws_channel = self._ws_channel(channel_url, chosen)
        await self._settle()
        await self._running.publish(ws_channel, Publication(data=Raw(payload)))
        # The server writes at the end of a turn of the loop: what was said before a cut was said.
        await asyncio.sleep(0)

    async def heard(self, channel_url: str, topic: Topic | str = Topic.CHAT) -> None:
        """Wait until somebody listens. To be called within a time limit, as that of `run` is long."""
        ws_channel = self._ws_channel(channel_url, Topic(topic))
        while not any(_hears(wire, ws_channel) for wire in self._wires):  # noqa: ASYNC110 - a poll costs nothing here
            await asyncio.sleep(_POLL_INTERVAL)

    # Faults.

    def cut(self) -> None:
        """Every connection is gone, as when a cable is pulled."""
        for wire in self._wires:
            wire.cut()
        self._wires.clear()

    def stall(self, seconds: float) -> None:
        """Nothing arrives on the connections that stand, for so long; then everything."""
        for wire in self._wires:
            wire.stall(seconds)

    def silence(self) -> None:
        """Nothing arrives on the connections that stand any more, and nobody is told: the worst that a network does."""
        for wire in self._wires:
            wire.silent = True

    def delay(self, seconds: float) -> None:
        """Each message of the connections that stand takes so long, either way."""
        for wire in self._wires:
            wire.delay(seconds)

    def refuse(self, *, times: int = 1) -> None:
        """The next attempts to connect meet a closed port."""
        self._refusals += times

    def fail(self, path: str, *, status: int | None = 503, times: int = 1, retry_after: float | None = None) -> None:
        """The DevAPI does not do what it should.

        Args:
            path: of the method, as ``/v1/websocket/token``.
            status: what it answers; `None` for no answer at all.
            times: how often.
            retry_after: seconds that it asks to wait.
        """
        self._devapi.fail(path, status=status, times=times, retry_after=retry_after)

    def expire(self) -> None:
        """The tokens of all connections have expired: they are closed with 3005."""
        self.close(DisconnectCode.CONNECTION_EXPIRED)

    def close(self, code: DisconnectCode = DisconnectCode.SHUTDOWN) -> None:
        """The server closes all connections with a code; the client comes back, or not, as the code says."""
        for wire in self._wires:
            if wire.connection is not None:
                wire.connection.close(code, detail="a test")

    def revoke(self) -> None:
        """The access token of `user` is good for nothing any more: the DevAPI answers 401."""
        self._unsettled.append(lambda: self._store.revoke_access_token(ACCESS_TOKEN))

    def lose(self, count: int = 1) -> None:
        """So many of the next publications never arrive."""
        self._lose += count

    def repeat(self, count: int = 1) -> None:
        """So many of the next publications arrive twice."""
        self._repeat += count

    def reorder(self, count: int = 2) -> None:
        """The next publications arrive the other way round, when there have been so many."""
        self._reorder_count = count

    async def restart(self, *, keeps_history: bool = True, after: float = 0.0) -> None:
        """The server is killed, and starts anew some seconds later.

        Args:
            keeps_history: whether it still knows what was published before, where it keeps history at all.
            after: seconds that it is away.
        """
        await self._stop()
        await asyncio.sleep(after)
        if not keeps_history:
            self._broker = MemoryBroker(clock=self._clock)
        await self._start()

    # Inside.

    def _plant(self, seed: Seed) -> None:
        self._unsettled.append(lambda: self._store.plant(seed))

    def _listeners(self, ws_channel: str) -> Iterable[str]:
        return () if self._node is None else self._node.listeners(ws_channel)

    async def _tell(self, ws_channel: str, publication: Publication) -> None:
        await self._running.publish(ws_channel, publication)

    async def _deafen(self, target: Target, ws_channel: str) -> None:
        await self._running.deafen(target, ws_channel)

    async def _settle(self) -> None:
        """Let what the test has said be true."""
        while self._unsettled:
            await self._unsettled.pop(0)()

    @property
    def _running(self) -> Node:
        if self._node is None:
            raise RuntimeError("the fake server does not run: use `run`, or `async with`")
        return self._node

    def _channel(self, channel_url: str) -> ChannelRecord:
        return self._channels[slug_of(channel_url)]

    def _ws_channel(self, channel_url: str, topic: Topic) -> str:
        channel = self._channel(channel_url)
        return names.build(WsChannel(topic, channel.id, self.user.id if topic.is_private else None))

    def _through(self, message: bytes) -> list[bytes]:
        """What becomes of a message on its way to a client."""
        if b'"pub":{' not in message:
            return [message]
        if self._lose:
            self._lose -= 1
            return []
        if self._repeat:
            self._repeat -= 1
            return [message, message]
        if self._reorder_count:
            self._reorder.append(message)
            self._reorder_count -= 1
            if self._reorder_count:
                return []
            turned, self._reorder = self._reorder[::-1], []
            return turned
        return [message]


def _hears(wire: Wire, ws_channel: str) -> bool:
    connection = wire.connection
    return wire.is_open and connection is not None and connection.machine.subscriptions.get(ws_channel) is not None
