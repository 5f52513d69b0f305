"""What a broker does."""

from __future__ import annotations

from typing import Protocol

from msgspec import Struct

from vklive.protocol.messages import ClientInfo, Publication
from vklive.protocol.position import Position


class Retention(Struct, frozen=True, kw_only=True):
    """How much of what is published in a ws channel is kept.

    Attributes:
        size: how many publications at most.
        ttl: seconds after the last one in which they are kept.
    """

    size: int
    ttl: float


class Range(Struct, frozen=True, kw_only=True):
    """A part of the history of a ws channel.

    Attributes:
        limit: how many publications at most; 0 for none but the position, -1 for all.
        since: those after this position, or before it in reverse; `None` for an end of the history.
        reverse: the last one comes first.
    """

    limit: int = 0
    since: Position | None = None
    reverse: bool = False


class History(Struct, frozen=True, kw_only=True):
    """What was asked for of a history.

    Attributes:
        publications: each with its offset.
        top: the place of the last publication of all.
    """

    publications: list[Publication]
    top: Position


class Listener(Protocol):
    """Who is told, on a node, what happens in ws channels. None of this may block."""

    def publication(self, ws_channel: str, publication: Publication, position: Position) -> None:
        """Something was published. The offset is in the publication too."""
        ...

    def join(self, ws_channel: str, info: ClientInfo) -> None:
        """Somebody has come."""
        ...

    def leave(self, ws_channel: str, info: ClientInfo) -> None:
        """Somebody has gone."""
        ...


class Broker(Protocol):
    """Carries publications and keeps their history.

    Within a ws channel order is kept; each publication is delivered at most once.
    """

    async def start(self, listener: Listener) -> None:
        """Begin to carry; what happens in a ws channel that this node has subscribed to is told to `listener`."""
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

    async def publish(
        self, ws_channel: str, publication: Publication, *, retention: Retention | None = None
    ) -> Position:
        """Accept a publication and tell its place; without `retention` it has none and is not kept."""
        ...

    async def publish_join(self, ws_channel: str, info: ClientInfo) -> None:
        """Tell that somebody has come."""
        ...

    async def publish_leave(self, ws_channel: str, info: ClientInfo) -> None:
        """Tell that somebody has gone."""
        ...

    async def history(self, ws_channel: str, wanted: Range, *, retention: Retention | None) -> History:
        """A part of what was published. Whether the epoch of `wanted.since` is that of the history is not looked at."""
        ...

    async def remove_history(self, ws_channel: str) -> None:
        """Forget what was published; the position stays."""
        ...
