"""What a broker does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeAlias

from msgspec import Struct

from vklive.protocol.messages import Publication

Deliver: TypeAlias = Callable[[str, Publication], None]
"""Takes a ws channel and a publication for everybody who is subscribed to it on this node. Must not block."""


class Position(Struct, frozen=True, kw_only=True):
    """Where a publication stands in the history of its ws channel; both are zero where there is no history."""

    offset: int = 0
    epoch: str = ""


class Broker(Protocol):
    """Carries publications. Order is kept within a ws channel; each is delivered at most once to a node."""

    async def start(self, deliver: Deliver) -> None:
        """Begin to carry; whatever comes for a ws channel that this node has subscribed to goes to `deliver`."""
        ...

    async def stop(self) -> None:
        """End. Publications that were accepted have been delivered on this node when it returns."""
        ...

    async def subscribe(self, ws_channel: str) -> None:
        """This node has a subscriber from now on."""
        ...

    async def unsubscribe(self, ws_channel: str) -> None:
        """This node has none any more."""
        ...

    async def publish(self, ws_channel: str, publication: Publication) -> Position:
        """Accept a publication and tell its place."""
        ...
