"""What has been recorded (vk.md 2.9, [C2])."""

from __future__ import annotations

from msgspec import UNSET, UnsetType

from vklive.devapi.models.base import Model
from vklive.devapi.models.channel import Category, Reaction, SourceUrl


class RecordCounters(Model):
    """Numbers about a record."""

    views: int = 0


class StreamRecordInfo(Model):
    """A stream that was recorded; `duration` is in seconds, times are unix seconds."""

    id: str
    title: str = ""
    duration: int = 0
    category: Category | None = None
    counters: RecordCounters | None = None
    created_at: int = 0
    stream_started_at: int = 0
    preview_url: str = ""
    video_id: str = ""
    reactions: list[Reaction] = []
    source_urls: list[SourceUrl] | UnsetType = UNSET


class StreamRecordAnswer(Model):
    """Answer of ``GET /v1/stream_record``."""

    stream_record: StreamRecordInfo


class StreamRecords(Model):
    """Answer of ``GET /v1/stream_records``."""

    stream_records: list[StreamRecordInfo] = []
