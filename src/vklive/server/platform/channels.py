"""Channels, as those who ask see them (vk.md 2.3)."""

from __future__ import annotations

from collections.abc import Sequence

from vklive.devapi.channel_url import slug_of
from vklive.devapi.errors import ApiError
from vklive.devapi.models import ChannelInfo
from vklive.devapi.models import Channels as ChannelList
from vklive.server.directory import ChannelRecord, Directory, Viewer
from vklive.server.platform.presentation import channel_info
from vklive.server.refusal import RefusalError

MAX_CHANNELS = 100
"""Channels in one call of ``POST /v1/channels``."""


class Channels:
    """Finds channels. What there is not is raised as a `RefusalError`.

    Args:
        directory: knows them.
    """

    def __init__(self, directory: Directory) -> None:
        self._directory = directory

    async def find(self, channel_url: str) -> ChannelRecord:
        """A channel that is not banned, by its slug or its address."""
        if not channel_url.strip():
            raise RefusalError(ApiError.MISSING_PARAM, "channel_url is empty")
        slug = slug_of(channel_url)
        found = (await self._directory.channels_by_url([slug])).get(slug)
        if found is None:
            raise RefusalError(ApiError.CHANNEL_NOT_FOUND, "There is no such channel")
        if found.banned:
            raise RefusalError(ApiError.CHANNEL_BANNED, "The channel is banned")
        return found

    async def one(self, viewer: Viewer, channel_url: str) -> ChannelInfo:
        """One channel, by its slug or its address."""
        return channel_info(await self.find(channel_url), viewer)

    async def several(self, viewer: Viewer, urls: Sequence[str]) -> ChannelList:
        """Several channels. Unknown and banned ones are left out, those that are named twice are there once."""
        if len(urls) > MAX_CHANNELS:
            raise RefusalError(ApiError.INVALID_PARAM, f"channels: {len(urls)} of them, at most {MAX_CHANNELS}")
        slugs = list(dict.fromkeys(map(slug_of, urls)))
        found = await self._directory.channels_by_url(slugs)
        return ChannelList(
            [channel_info(found[slug], viewer) for slug in slugs if slug in found and not found[slug].banned]
        )
