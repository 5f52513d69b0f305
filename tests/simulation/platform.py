"""The platform of a simulation: the real pub/sub over wires that delay, hold, lose and repeat; and it restarts."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Mapping

from tests.client.world import NAMESPACES, MemoryLink, World

from vklive.errors import ConnectError
from vklive.protocol.closing import Close
from vklive.server.admission import Admission
from vklive.server.broker.memory import MemoryBroker
from vklive.server.namespaces import Namespace, Namespaces
from vklive.server.node import Node
from vklive.server.presence.memory import MemoryPresence
from vklive.server.settings import PubSubSettings
from vklive.server.turn import Frames

UNREACHABLE = ConnectError("pubsub.test", phase="tcp", problem="Connection refused")
NAMES = {"chat": "open:chat", "info": "kept:info", "limited_chat": "limited:chat"}
KEPT = Namespace(
    name="kept", allow_subscribe_for_client=True, history_size=1000, history_ttl=36_000.0, force_recovery=True
)
_OF_KEPT = b'{"push":{"channel":"kept:info","pub":'


class _Way:
    """One direction of a wire: what is put in comes out later, in order."""

    def __init__(self, arrive: Callable[[bytes | Close], None]) -> None:
        self.delay = 0.0
        self._arrive = arrive
        self._waiting: deque[bytes | Close] = deque()
        self._free_at = 0.0

    def put(self, item: bytes | Close) -> None:
        loop = asyncio.get_running_loop()
        self._free_at = max(self._free_at, loop.time() + self.delay)
        self._waiting.append(item)
        loop.call_at(self._free_at, self._next)

    def hold(self, seconds: float) -> None:
        self._free_at = max(self._free_at, asyncio.get_running_loop().time() + seconds)

    def clear(self) -> None:
        self._waiting.clear()

    def _next(self) -> None:
        if self._waiting:
            self._arrive(self._waiting.popleft())


class Wire(MemoryLink):
    """One WebSocket of the simulation."""

    def __init__(self, platform: Platform) -> None:
        super().__init__()
        self._platform = platform
        self._up = _Way(self._at_server)
        self._down = _Way(self._at_client)
        self.delay(platform.delay)

    def delay(self, seconds: float) -> None:
        """Each message takes so long, both ways."""
        self._up.delay = self._down.delay = seconds

    def stall(self, seconds: float) -> None:
        """Nothing arrives for so long, then everything."""
        self._up.hold(seconds)
        self._down.hold(seconds)

    def send(self, message: bytes) -> None:
        if not self.silent:
            self._up.put(message)

    def write(self, messages: list[bytes], frames: Frames) -> None:
        if self.silent:
            return
        for message in messages:
            for copy in self._platform.through(message):
                self._down.put(copy)

    def close_from_server(self, close: Close) -> None:
        if not self.silent:
            self._down.put(close)

    def cut(self) -> None:
        self._up.clear()
        self._down.clear()
        super().cut()

    def _at_server(self, item: bytes | Close) -> None:
        if isinstance(item, bytes):
            super().send(item)

    def _at_client(self, item: bytes | Close) -> None:
        if isinstance(item, Close):
            super().close_from_server(item)
        else:
            super().write([item], Frames())


class Platform(World):
    """See the module.

    Attributes:
        delay: seconds that each message takes on new wires.
        lose: how many of the next publications in `kept:` are lost on the way.
        repeat: how many of them come twice.
        is_up: whether the server can be reached.
    """

    def __init__(self) -> None:
        super().__init__()
        self.names = dict(NAMES)
        self.delay = 0.0
        self.lose = 0
        self.repeat = 0
        self.is_up = True
        self._verifier = self.node.admission.verifier
        self._broker = MemoryBroker(clock=self.clock)
        self.node = self._new_node()

    @property
    def wires(self) -> list[Wire]:
        """All that were ever opened."""
        return [link for link in self.links if isinstance(link, Wire)]

    async def open(self, url: str, *, headers: Mapping[str, str], timeout: float) -> MemoryLink:
        if not self.is_up:
            self.opened.append(self.clock.monotonic())
            raise UNREACHABLE
        return await super().open(url, headers=headers, timeout=timeout)

    def new_link(self) -> MemoryLink:
        return Wire(self)

    def through(self, message: bytes) -> list[bytes]:
        """What becomes of a message on its way to the client."""
        if message.startswith(_OF_KEPT):
            if self.lose:
                self.lose -= 1
                return []
            if self.repeat:
                self.repeat -= 1
                return [message, message]
        return [message]

    async def restart(self, *, keeps_history: bool, after: float) -> None:
        """The server is killed, and comes back some seconds later."""
        self.is_up = False
        for link in self.links:
            link.cut()
        await self.node.stop()
        await asyncio.sleep(after)
        if not keeps_history:
            self._broker = MemoryBroker(clock=self.clock)
        self.node = self._new_node()
        await self.node.start()
        self.is_up = True

    def _new_node(self) -> Node:
        return Node(
            Admission(Namespaces([*NAMESPACES, KEPT]), self._verifier, PubSubSettings()),
            settings=PubSubSettings(),
            broker=self._broker,
            presence=MemoryPresence(),
            clock=self.clock,
            tasks=self.tasks,
            ping_phase=lambda: 0.5,
        )
