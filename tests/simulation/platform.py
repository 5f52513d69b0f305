"""The platform of a simulation: the real pub/sub over wires that delay, hold, lose and repeat; and it restarts."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from tests.client.world import NAMESPACES, World

from vklive.errors import ConnectError
from vklive.server.admission import Admission
from vklive.server.broker.memory import MemoryBroker
from vklive.server.namespaces import Namespace, Namespaces
from vklive.server.node import Node
from vklive.server.presence.memory import MemoryPresence
from vklive.server.settings import PubSubSettings
from vklive.testing.wire import Wire

UNREACHABLE = ConnectError("pubsub.test", phase="tcp", problem="Connection refused")
NAMES = {"chat": "open:chat", "info": "kept:info", "limited_chat": "limited:chat"}
KEPT = Namespace(
    name="kept", allow_subscribe_for_client=True, history_size=1000, history_ttl=36_000.0, force_recovery=True
)
_OF_KEPT = b'{"push":{"channel":"kept:info","pub":'


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

    async def open(self, url: str, *, headers: Mapping[str, str], timeout: float) -> Wire:
        if not self.is_up:
            self.opened.append(self.clock.monotonic())
            raise UNREACHABLE
        return await super().open(url, headers=headers, timeout=timeout)

    def new_link(self) -> Wire:
        wire = Wire(self.through)
        wire.delay(self.delay)
        return wire

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
