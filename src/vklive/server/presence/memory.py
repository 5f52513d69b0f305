"""The presence of a single process: an entry lives until it is removed, as its connection lives here too."""

from __future__ import annotations

from vklive.protocol.messages import ClientInfo
from vklive.server.presence.base import PresenceStats


class MemoryPresence:
    """Keeps who is there as long as this process lives."""

    def __init__(self) -> None:
        self._members: dict[str, dict[str, ClientInfo]] = {}

    async def add(self, ws_channel: str, client_id: str, info: ClientInfo) -> None:
        """Somebody is there."""
        self._members.setdefault(ws_channel, {})[client_id] = info

    async def remove(self, ws_channel: str, client_id: str) -> None:
        """Somebody is not there any more."""
        members = self._members.get(ws_channel, {})
        members.pop(client_id, None)
        if not members:
            self._members.pop(ws_channel, None)

    async def members(self, ws_channel: str) -> dict[str, ClientInfo]:
        """Who is there."""
        return dict(self._members.get(ws_channel, {}))

    async def stats(self, ws_channel: str) -> PresenceStats:
        """How many are there."""
        members = self._members.get(ws_channel, {})
        return PresenceStats(num_clients=len(members), num_users=len({info.user for info in members.values()}))
