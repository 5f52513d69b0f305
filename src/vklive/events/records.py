"""Records of streams that have ended.

Source: the DevAPI's WebHooks, whose types one author wrote down in 2024.
"""

from __future__ import annotations

from typing import ClassVar

from msgspec import Struct

from vklive.events.base import ChannelEventData
from vklive.events.certainty import Certainty, Delivery
from vklive.events.registry import register
from vklive.events.streams import StreamCategory


class RecordSource(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Where the video is; `type` says in which quality."""

    type: str = ""
    url: str = ""


class StreamRecord(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A stream that was recorded.

    Attributes:
        id: a UUID, the same as in ``GET /v1/stream_records``.
        duration: seconds.
        stream_started_at: unix seconds; 0 when not told.
        created_at: unix seconds; 0 when not told.
        process_state: ``wait``, ``original_quality_only`` or ``done``.
    """

    id: str
    title: str = ""
    duration: int = 0
    category: StreamCategory = StreamCategory()
    source_urls: tuple[RecordSource, ...] = ()
    video_id: str = ""
    stream_started_at: int = 0
    created_at: int = 0
    preview_url: str = ""
    process_state: str = ""


@register
class StreamRecordCreated(ChannelEventData, frozen=True, kw_only=True):
    """A stream was recorded. Topic ``info``.

    Inferred: the shape is that of the WebHook of this name; nobody has shown it over the WebSocket.
    Source: vk.md 4.2.
    """

    event_type: ClassVar[str] = "channel_stream_record_new"
    topics: ClassVar[tuple[str, ...]] = ("info",)
    certainty: ClassVar[Certainty] = Certainty.INFERRED
    heard_in: ClassVar[tuple[Delivery, ...]] = (Delivery.WEBHOOK,)

    stream_record: StreamRecord
