"""The broker of a single process: a publication is delivered before `publish` returns."""

from __future__ import annotations

from vklive.errors import LocalProtocolError
from vklive.protocol.messages import Publication
from vklive.server.broker.base import Deliver, Position


class MemoryBroker:
    """Carries publications within this process. Keeps nothing: what nobody hears is gone."""

    def __init__(self) -> None:
        self._deliver: Deliver | None = None

    async def start(self, deliver: Deliver) -> None:
        """Begin to carry."""
        self._deliver = deliver

    async def stop(self) -> None:
        """End; nothing is under way at any time."""
        self._deliver = None

    async def subscribe(self, ws_channel: str) -> None:
        """Nothing to do: there is no other node."""

    async def unsubscribe(self, ws_channel: str) -> None:
        """Nothing to do: there is no other node."""

    async def publish(self, ws_channel: str, publication: Publication) -> Position:
        """Deliver at once."""
        if self._deliver is None:
            raise LocalProtocolError("the broker is not started")
        self._deliver(ws_channel, publication)
        return Position()
