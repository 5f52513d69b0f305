"""The users, applications and channels of a test, in memory."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from vklive.devapi.scopes import Scope
from vklive.server.directory import Application, Bearer, ChannelRecord, Directory, Membership, User, Viewer


class MemoryDirectory(Directory):
    """What a fake server knows.

    Attributes:
        viewers: whoever may ask, by access token.
        applications: by client id and client secret.
        channels: by slug.
        roles: what users are to channels, by the ids of both.
    """

    def __init__(self) -> None:
        self.viewers: dict[str, Viewer] = {}
        self.applications: dict[tuple[str, str], Application] = {}
        self.channels: dict[str, ChannelRecord] = {}
        self.roles: dict[tuple[int, int], Membership] = {}

    def add_channel(self, slug: str, *, nick: str) -> ChannelRecord:
        """A channel, with an owner of its own."""
        number = len(self.channels) + 1
        owner = User(id=1_000_000 + number, nick=nick)
        channel = self.channels[slug] = ChannelRecord(id=number, url=slug, owner=owner, nick=nick)
        return channel

    async def bearer(self, access_token: str) -> Bearer | None:
        """See `Directory`."""
        viewer = self.viewers.get(access_token)
        return None if viewer is None else Bearer(viewer=viewer, scopes=frozenset(Scope))

    async def application(self, client_id: str, client_secret: str) -> Application | None:
        """See `Directory`."""
        return self.applications.get((client_id, client_secret))

    async def channels_by_url(self, urls: Collection[str]) -> Mapping[str, ChannelRecord]:
        """See `Directory`."""
        return {url: self.channels[url] for url in urls if url in self.channels}

    async def channels_by_id(self, ids: Collection[int]) -> Mapping[int, ChannelRecord]:
        """See `Directory`."""
        return {channel.id: channel for channel in self.channels.values() if channel.id in ids}

    async def memberships(self, user_id: int, channel_ids: Collection[int]) -> Mapping[int, Membership]:
        """See `Directory`."""
        return {number: self.roles[user_id, number] for number in channel_ids if (user_id, number) in self.roles}
