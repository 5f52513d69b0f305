"""Categories, and what is on now (vk.md 2.8)."""

from __future__ import annotations

from vklive.devapi.errors import ApiError
from vklive.devapi.models import (
    Categories,
    CategoryAnswer,
    CategoryCounters,
    CategoryInfo,
    OnlineChannels,
    Page,
)
from vklive.server.directory import Viewer
from vklive.server.platform.paging import cut
from vklive.server.platform.presentation import StreamPresentation
from vklive.server.refusal import RefusalError
from vklive.server.source_urls import SourceUrls
from vklive.server.store import Store, catalog, rows
from vklive.server.store.catalog import Wanted, Watched


class Catalog:
    """Tells what there is to watch. What there is not is raised as a `RefusalError`.

    Of a channel that is banned nothing is told, and its viewers are not counted.

    Args:
        store: knows it.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._said = StreamPresentation(SourceUrls())

    async def category(self, category_id: str) -> CategoryAnswer:
        """A category, by its id."""
        async with self._store.database.reading() as session:
            found = await catalog.watched_category(session, category_id)
        if found is None:
            raise RefusalError(ApiError.NOT_FOUND, "There is no such category")
        return CategoryAnswer(category=_info(found))

    async def search(self, text: str, *, category_type: str, limit: int) -> Categories:
        """The categories with `text` in their title, whatever its case; the most watched first, then by id.

        Args:
            text: part of a title; white space around it does not matter, and it is not only that.
            category_type: only those of this type; empty for all.
            limit: how many at most.
        """
        if not text.strip():
            raise RefusalError(ApiError.INVALID_PARAM, "query has nothing in it to search for")
        async with self._store.database.reading() as session:
            found = await catalog.search(session, text.strip(), category_type=category_type, limit=limit)
        return Categories([_info(each) for each in found])

    async def online_channels(self, viewer: Viewer, wanted: Wanted, *, offset: int, limit: int) -> Page[OnlineChannels]:
        """The channels with a stream that is wanted, the most watched first, then by the ids of channel and stream.

        Each comes with the stream for which it is there. Viewers come and go between two parts, so that a channel can
        be in both, or in none.
        """
        async with self._store.database.reading() as session:
            found = await catalog.streams_on(session, wanted, offset=offset, limit=limit + 1)
        part, extra = cut(found, offset=offset, limit=limit)
        if not part:
            return Page(OnlineChannels(), extra)
        channels = await self._store.channels_by_id({row.channel_id for row in part})
        told = [
            self._said.channel(channel, viewer, first=rows.stream(row))
            for row in part
            # It may have been banned since.
            if (channel := channels.get(row.channel_id)) is not None and not channel.banned
        ]
        return Page(OnlineChannels(told), extra)

    async def online_categories(self, *, category_type: str, offset: int, limit: int) -> Page[Categories]:
        """The categories of which something is on, the most watched first, then by id."""
        async with self._store.database.reading() as session:
            found = await catalog.online_categories(
                session, category_type=category_type, offset=offset, limit=limit + 1
            )
        part, extra = cut(found, offset=offset, limit=limit)
        return Page(Categories([_info(each) for each in part]), extra)


def _info(watched: Watched) -> CategoryInfo:
    category = watched.category
    return CategoryInfo(
        id=category.id,
        title=category.title,
        type=category.type,
        cover_url=category.cover_url,
        counters=CategoryCounters(viewers=watched.viewers),
    )
