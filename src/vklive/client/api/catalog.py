"""The area ``catalog``: what is on now (vk.md 2.8)."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import UnsetType

from vklive.client.api.caller import Caller
from vklive.client.api.method import Method, Params
from vklive.client.api.pages import PAGE_SIZE, Pages
from vklive.devapi.models import Categories, CategoryInfo, ChannelInfo, Extra, OnlineChannels, Page

ONLINE_CHANNELS = Method("GET", "/v1/catalog/online_channels")
ONLINE_CATEGORIES = Method("GET", "/v1/catalog/online_categories")


class CatalogApi:
    """What is on now. For users and applications.

    Args:
        caller: makes the calls.
    """

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def online_channels(
        self,
        *,
        category_id: str | None = None,
        category_type: str | None = None,
        has_vk_video: bool | None = None,
        all_streams: bool | None = None,
        page_size: int = PAGE_SIZE,
    ) -> Pages[ChannelInfo]:
        """The channels that stream, page by page.

        Args:
            category_id: only those whose stream is about it.
            category_type: only those whose category is of that type, ``game`` or ``irl``.
            has_vk_video: with true, only those that are at VK Video too.
            all_streams: whether to tell all simultaneous streams of a channel.
            page_size: how many are asked for at once, from 1 to 200.
        """

        async def fetch(offset: int, limit: int) -> tuple[Sequence[ChannelInfo], Extra | UnsetType]:
            params: Params = {
                "limit": limit,
                "offset": offset,
                "category_id": category_id,
                "category_type": category_type,
                "has_vk_video": has_vk_video,
                "all_streams": all_streams,
            }
            page = await self._caller.ask_page(ONLINE_CHANNELS, Page[OnlineChannels], params=params)
            return page.data.channels, page.extra

        return Pages(fetch, size=page_size, key=_which)

    def online_categories(self, *, category_type: str | None = None, page_size: int = PAGE_SIZE) -> Pages[CategoryInfo]:
        """The categories that streams are about now, page by page.

        Args:
            category_type: only those of that type, ``game`` or ``irl``.
            page_size: how many are asked for at once, from 1 to 200.
        """

        async def fetch(offset: int, limit: int) -> tuple[Sequence[CategoryInfo], Extra | UnsetType]:
            params: Params = {"limit": limit, "offset": offset, "category_type": category_type}
            page = await self._caller.ask_page(ONLINE_CATEGORIES, Page[Categories], params=params)
            return page.data.categories, page.extra

        return Pages(fetch, size=page_size, key=lambda category: category.id)


def _which(info: ChannelInfo) -> tuple[int, str]:
    # With all streams, a channel may have several entries.
    return info.channel.id, "" if info.stream is None else info.stream.id
