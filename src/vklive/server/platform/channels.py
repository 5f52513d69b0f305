"""Channels, as those who ask see them (vk.md 2.3)."""

from __future__ import annotations

from collections.abc import Sequence

from vklive.devapi.channel_url import slug_of
from vklive.devapi.errors import ApiError
from vklive.devapi.models import ChannelInfo
from vklive.devapi.models import Channels as ChannelList
from vklive.server.directory import ChannelRecord, Directory, User, Viewer
from vklive.server.platform.presentation import StreamPresentation
from vklive.server.refusal import RefusalError
from vklive.server.source_urls import Player, SourceUrls

MAX_CHANNELS = 100
"""Channels in one call of ``POST /v1/channels``."""


class Channels:
    """Finds channels. What there is not is raised as a `RefusalError`.

    Args:
        directory: knows them.
        sources: where the video of their streams is.
    """

    def __init__(self, directory: Directory, *, sources: SourceUrls | None = None) -> None:
        self._directory = directory
        self._sources = sources or SourceUrls()

    async def find(self, channel_url: str) -> ChannelRecord:
        """A channel that is not banned, by its slug or its address."""
        if not channel_url.strip():
            raise RefusalError(ApiError.MISSING_PARAM, "channel_url is empty")
        slug = slug_of(channel_url)
        return _to_be_seen((await self._directory.channels_by_url([slug])).get(slug))

    async def of_id(self, channel_id: int) -> ChannelRecord:
        """A channel that is not banned, by its id."""
        return _to_be_seen((await self._directory.channels_by_id([channel_id])).get(channel_id))

    async def owned(self, user: User, channel_url: str) -> ChannelRecord:
        """A channel that is not banned and belongs to this user, by its slug or its address."""
        found = await self.find(channel_url)
        if found.owner.id != user.id:
            raise RefusalError(ApiError.FORBIDDEN, "This method is for the owner of the channel")
        return found

    async def one(self, viewer: Viewer, channel_url: str, *, player: Player | None = None) -> ChannelInfo:
        """One channel, by its slug or its address.

        Args:
            viewer: who asks.
            channel_url: which.
            player: for whom the addresses of the video are; `None` when they are not asked for.
        """
        return StreamPresentation(self._sources, player).channel(await self.find(channel_url), viewer)

    async def several(self, viewer: Viewer, urls: Sequence[str]) -> ChannelList:
        """Several channels. Unknown and banned ones are left out, those that are named twice are there once."""
        if len(urls) > MAX_CHANNELS:
            raise RefusalError(ApiError.INVALID_PARAM, f"channels: {len(urls)} of them, at most {MAX_CHANNELS}")
        slugs = list(dict.fromkeys(map(slug_of, urls)))
        found = await self._directory.channels_by_url(slugs)
        said = StreamPresentation(self._sources)
        return ChannelList(
            [said.channel(found[slug], viewer) for slug in slugs if slug in found and not found[slug].banned]
        )


def _to_be_seen(found: ChannelRecord | None) -> ChannelRecord:
    if found is None:
        raise RefusalError(ApiError.CHANNEL_NOT_FOUND, "There is no such channel")
    if found.banned:
        raise RefusalError(ApiError.CHANNEL_BANNED, "The channel is banned")
    return found
