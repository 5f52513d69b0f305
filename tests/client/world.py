"""A whole platform in memory and in virtual time: the real pub/sub, the real tokens, and faults on demand.

What a client meets here is our server without its sockets; only the HTTP side is written for the tests, as its real one
needs a database. Everything that can fail can be told to, and says when it was tried.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar

import msgspec
from msgspec import Raw

from vklive.client import Client
from vklive.client.backoff import Backoff
from vklive.client.http import HttpResponse
from vklive.errors import ConnectError
from vklive.events import Event
from vklive.protocol.codes import DisconnectCode
from vklive.protocol.medium import Medium
from vklive.protocol.messages import Publication
from vklive.server.admission import Admission
from vklive.server.broker.memory import MemoryBroker
from vklive.server.namespaces import Namespace, Namespaces
from vklive.server.node import Node
from vklive.server.presence.memory import MemoryPresence
from vklive.server.settings import PubSubSettings, TokenSettings
from vklive.server.tasks import Tasks
from vklive.server.tokens import Issuer, TokenKeys, Verifier
from vklive.testing.loop import VirtualLoop, run_virtual
from vklive.testing.wire import Outlet, Wire

USER = "9"
NAMESPACES = [
    Namespace(name="open", allow_subscribe_for_client=True, allow_user_limited_channels=True),
    Namespace(name="limited"),
]
NAMES = {
    "chat": "open:chat",
    "private_chat": f"open:chat#{USER}",
    "info": "open:info",
    "limited_chat": "limited:chat",
}


class World:
    """The platform. It is the client's transport and its HTTP.

    Attributes:
        names: what ``web_socket_channels`` says.
        granted: for which ws channels the user is given subscription tokens.
        connect_faults: what the next attempts to connect meet, first come first served; `None` lets one through.
        http_faults: what the next requests of a path are answered with.
        opened: when each attempt to connect was made.
        requests: each request's path, with its parameters.
    """

    def __init__(self) -> None:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, VirtualLoop)
        self.clock = loop.clock
        self.names: dict[str, str] = dict(NAMES)
        self.granted = {"limited:chat"}
        self.ttl = 3600
        self.connect_faults: list[ConnectError | None] = []
        self.http_faults: dict[str, list[HttpResponse | ConnectError]] = {}
        self.opened: list[float] = []
        self.requests: list[tuple[str, Mapping[str, str]]] = []
        self.links: list[Wire] = []
        self.tasks = Tasks()
        settings = TokenSettings(secret="a secret that is long enough for HS256 to be happy")
        keys = TokenKeys.from_settings(settings)
        self.issuer = Issuer(keys, settings, clock=self.clock)
        self.node = Node(
            Admission(Namespaces(NAMESPACES), Verifier(keys.verifying), PubSubSettings()),
            settings=PubSubSettings(),
            broker=MemoryBroker(clock=self.clock),
            presence=MemoryPresence(),
            clock=self.clock,
            tasks=self.tasks,
            ping_phase=lambda: 0.5,
        )

    # Transport.

    async def open(self, url: str, *, headers: Mapping[str, str], timeout: float) -> Wire:
        self.opened.append(self.clock.monotonic())
        if self.connect_faults and (fault := self.connect_faults.pop(0)) is not None:
            raise fault
        link = self.new_link()
        link.connection = self.node.open(Outlet(link), Medium())
        self.links.append(link)
        return link

    def new_link(self) -> Wire:
        return Wire()

    # HTTP.

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
        self.requests.append((path, params))
        await asyncio.sleep(0.01)
        if self.http_faults.get(path):
            fault = self.http_faults[path].pop(0)
            if isinstance(fault, ConnectError):
                raise fault
            return fault
        match path:
            case "/v1/websocket/token":
                data: Any = {"token": self.issuer.connection(USER, ttl=self.ttl)}
            case "/v1/websocket/subscription_token":
                asked = params["channels"].split(",")
                granted = [name for name in asked if name in self.granted]
                tokens = [
                    {"channel": name, "token": self.issuer.subscription(USER, name, ttl=self.ttl)} for name in granted
                ]
                data = {"channel_tokens": tokens}
            case "/v1/channel" if params["channel_url"] == "streamer":
                data = {"channel": {"id": 1, "url": "streamer", "web_socket_channels": self.names}}
            case _:
                return answer(404, error="channel_not_found")
        return HttpResponse(status=200, headers={}, body=msgspec.json.encode({"data": data}))

    async def close(self) -> None: ...

    # What happens on the platform.

    async def publish(self, ws_channel: str, number: int) -> None:
        payload = b'{"type":"test","data":{"n":%d}}' % number
        await self.node.publish(ws_channel, Publication(data=Raw(payload)))

    def cut(self) -> None:
        self.links[-1].cut()

    def close_connection(self, code: DisconnectCode) -> None:
        connection = self.links[-1].connection
        assert connection is not None
        connection.close(code, detail="a test")

    def client(self, **settings: Any) -> Client:
        given: dict[str, Any] = {
            "access_token": "access-token",
            "backoff": Backoff(draw=lambda: 0.5),
            "watchdog": False,
        }
        return Client(
            api_url="http://api.test",
            ws_url="ws://pubsub.test",
            transport=self,
            http=self,
            clock=self.clock,
            **(given | settings),
        )


W = TypeVar("W", bound=World)


def answer(status: int, *, headers: Mapping[str, str] | None = None, **body: Any) -> HttpResponse:
    return HttpResponse(status=status, headers=headers or {}, body=msgspec.json.encode(body))


def play(scene: Callable[[World], Awaitable[None]]) -> None:
    """Run a scene in virtual time; at its end nothing may be left of the client."""
    play_in(World, scene)


def play_in(make: Callable[[], W], scene: Callable[[W], Awaitable[None]]) -> None:
    """The same on a platform of another kind."""

    async def run() -> None:
        world = make()
        await world.node.start()
        await scene(world)
        await world.node.stop()
        await world.tasks.stop()
        left = asyncio.all_tasks() - {asyncio.current_task()}
        assert not left, f"left behind: {left}"

    run_virtual(run())


class Listener:
    """Takes events from a stream as they come, so that a scene can look at them."""

    def __init__(self, stream: Any) -> None:
        self.stream = stream

    async def next(self, kind: type | None = None) -> Event:
        """The next event, or the next of a kind."""
        async with asyncio.timeout(10_000):
            while True:
                event: Event = await anext(self.stream)
                if kind is None or isinstance(event.data, kind):
                    return event

    async def numbers(self, count: int) -> list[int]:
        """The numbers of the next publications."""
        found: list[int] = []
        while len(found) < count:
            event = await self.next()
            if event.raw:
                found.append(msgspec.json.decode(event.raw)["data"]["n"])
        return found
