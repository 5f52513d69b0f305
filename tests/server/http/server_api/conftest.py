"""A real node without sockets, its clients in memory, and the server API on it."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import msgspec
import pytest

from vklive.protocol.closing import Close
from vklive.protocol.medium import Medium
from vklive.server.admission import Admission
from vklive.server.broker.memory import MemoryBroker
from vklive.server.http.server_api.encoding import encode
from vklive.server.http.server_api.methods import ServerApi
from vklive.server.http.server_api.params import METHODS
from vklive.server.namespaces import Namespace, Namespaces
from vklive.server.node import Node
from vklive.server.presence.memory import MemoryPresence
from vklive.server.settings import PubSubSettings, TokenSettings
from vklive.server.tasks import Tasks
from vklive.server.tokens import Issuer, TokenKeys, Verifier
from vklive.server.turn import Frames

NOW = 1_800_000_000.0

NAMESPACES = [
    Namespace(name="pub", allow_subscribe_for_client=True),
    Namespace(name="rec", allow_subscribe_for_client=True, history_size=20_000, history_ttl=300.0, force_recovery=True),
    Namespace(name="pres", allow_subscribe_for_client=True, presence=True),
]


class StandingClock:
    """The loop's own monotonic clock, and a wall clock that stands still."""

    monotonic = staticmethod(time.monotonic)

    def wall(self) -> float:
        return NOW


class Peer:
    """A connected client."""

    def __init__(self) -> None:
        self.client = ""
        self.session = ""
        self.said: list[dict[str, Any]] = []
        self.end: Close | None = None

    @property
    def pushes(self) -> list[dict[str, Any]]:
        """All pushes, without the envelope."""
        return [message["push"] for message in self.said if "push" in message]

    # What the connection calls.

    def write(self, messages: list[bytes], frames: Frames) -> None:
        self.said += [json.loads(message) for message in messages]

    def close(self, close: Close) -> None:
        self.end = close

    def backlog(self) -> int:
        return 0

    def pause(self) -> None: ...

    def resume(self) -> None: ...


async def settle() -> None:
    """Let everything happen that is going to happen now."""
    for _ in range(10):
        await asyncio.sleep(0)


@pytest.fixture
def settings() -> PubSubSettings:
    return PubSubSettings(ping_interval=86_400.0)


@pytest.fixture
def keys() -> TokenKeys:
    return TokenKeys.from_settings(TokenSettings(secret="a secret that is long enough for HS256 to be happy"))


@pytest.fixture
async def node(settings, keys) -> AsyncIterator[Node]:
    clock, tasks = StandingClock(), Tasks()
    node = Node(
        Admission(Namespaces(NAMESPACES), Verifier(keys.verifying), settings),
        settings=settings,
        broker=MemoryBroker(clock=clock),
        presence=MemoryPresence(),
        clock=clock,
        tasks=tasks,
    )
    await node.start()
    yield node
    node.drain()
    await settle()
    await node.stop()
    await tasks.stop()


@pytest.fixture
def api(node) -> ServerApi:
    return ServerApi(node, name=lambda: "here_8000")


@pytest.fixture
def call(api) -> Callable[..., Awaitable[Any]]:
    """Calls a method and gives its answer as its caller would read it."""

    async def do(method: str, /, **params: Any) -> Any:
        answer = await api.answer(method, msgspec.json.decode(json.dumps(params), type=METHODS[method]))
        await settle()
        return json.loads(encode(answer))

    return do


@pytest.fixture
def connect(node, keys) -> Callable[..., Awaitable[Peer]]:
    """Connects a client of a user, subscribed to some ws channels."""
    issuer = Issuer(keys, TokenSettings(), clock=StandingClock())

    async def do(user: str, *channels: str, medium: Medium = Medium()) -> Peer:  # noqa: B008 - it is immutable
        peer = Peer()
        connection = node.open(peer, medium)
        commands: list[dict[str, Any]] = [{"id": 1, "connect": {"token": issuer.connection(user)}}]
        commands += [{"id": 2, "subscribe": {"channel": channel}} for channel in channels]
        connection.received("\n".join(map(json.dumps, commands)).encode())
        await settle()
        connected = peer.said[0]["connect"]
        peer.client, peer.session = connected["client"], connected.get("session", "")
        peer.said.clear()
        return peer

    return do
