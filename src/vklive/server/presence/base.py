"""What a presence does."""

from __future__ import annotations

from typing import Protocol

from msgspec import Struct

from vklive.protocol.messages import ClientInfo


class PresenceStats(Struct, frozen=True, kw_only=True):
    """How many are there.

    Attributes:
        num_clients: connections.
        num_users: different users; those without a name count as one.
    """

    num_clients: int
    num_users: int


class Presence(Protocol):
    """Keeps who is subscribed to a ws channel, by client id."""

    async def add(self, ws_channel: str, client_id: str, info: ClientInfo) -> None:
        """Somebody is there; said again and again, as an entry that nobody renews may expire."""
        ...

    async def remove(self, ws_channel: str, client_id: str) -> None:
        """Somebody is not there any more."""
        ...

    async def members(self, ws_channel: str) -> dict[str, ClientInfo]:
        """Who is there."""
        ...

    async def stats(self, ws_channel: str) -> PresenceStats:
        """How many are there."""
        ...
