"""What has been recorded (vk.md 2.9)."""

from __future__ import annotations

from msgspec import UNSET

from vklive.devapi.errors import ApiError
from vklive.devapi.models import Page, RecordCounters, StreamRecordAnswer, StreamRecordInfo, StreamRecords
from vklive.server.platform.channels import Channels
from vklive.server.platform.paging import cut
from vklive.server.platform.presentation import category
from vklive.server.platform.times import unix
from vklive.server.refusal import RefusalError
from vklive.server.source_urls import Player, SourceUrls
from vklive.server.store import records, rows
from vklive.server.store.database import Database
from vklive.server.store.tables import StreamRecordRow


class Records:
    """Tells of recorded streams. What there is not is raised as a `RefusalError`.

    Args:
        database: knows them.
        channels: finds channels.
        sources: where their video is.
    """

    def __init__(self, database: Database, channels: Channels, *, sources: SourceUrls) -> None:
        self._database = database
        self._channels = channels
        self._sources = sources

    async def one(self, record_id: str, *, player: Player | None = None) -> StreamRecordAnswer:
        """A recorded stream of a channel that is not banned.

        Args:
            record_id: which.
            player: for whom the addresses of the video are; `None` when they are not asked for.
        """
        async with self._database.reading() as session:
            found = await records.record(session, record_id)
        if found is None:
            raise RefusalError(ApiError.NOT_FOUND, "There is no such record")
        channel = await self._channels.of_id(found.channel_id)
        answer = _info(found)
        if player is not None:
            answer.source_urls = self._sources.of(found.id, channel_url=channel.url, player=player)
        return StreamRecordAnswer(stream_record=answer)

    async def several(self, channel_url: str, *, offset: int, limit: int) -> Page[StreamRecords]:
        """The recorded streams of a channel, the newest first."""
        channel = await self._channels.find(channel_url)
        async with self._database.reading() as session:
            found = await records.records_of(session, channel.id, offset=offset, limit=limit + 1)
        part, extra = cut(found, offset=offset, limit=limit)
        return Page(StreamRecords([_info(row) for row in part]), extra)


def _info(row: StreamRecordRow) -> StreamRecordInfo:
    return StreamRecordInfo(
        id=row.id,
        title=row.title,
        duration=row.duration,
        category=category(rows.category(row)),
        counters=RecordCounters(views=row.views),
        created_at=unix(row.created_at),
        stream_started_at=unix(row.stream_started_at),
        preview_url=row.preview_url,
        video_id=row.video_id,
        source_urls=UNSET,
    )
