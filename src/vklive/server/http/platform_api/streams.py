"""Streams from their start to the record of them, and raids."""

from __future__ import annotations

from typing import Annotated

from litestar import post
from litestar.params import BodyKwarg
from litestar.status_codes import HTTP_200_OK
from msgspec import Meta

from vklive.devapi.models import Data, StreamCounters
from vklive.devapi.models.base import TEXT
from vklive.events import Raid, StartedStream, StreamRecord
from vklive.server.directory import CategoryRecord
from vklive.server.http.platform_api.describing import (
    Amount,
    Body,
    ChannelUrl,
    IdempotencyKey,
    Methods,
    PlatformApiRequest,
    Slot,
    Text,
    errors,
)
from vklive.server.platform import raids, streaming

MAX_CATEGORY_LENGTH = 64
"""Characters of the id of a category."""


class CategoryBody(Body):
    """What a stream is about; of a category that the server knows, `id` is enough."""

    id: Annotated[str, Meta(max_length=MAX_CATEGORY_LENGTH, pattern=TEXT)]
    title: Text = ""
    type: Text = ""
    cover_url: Text = ""

    def record(self) -> CategoryRecord:
        """The same, as the platform has it."""
        return CategoryRecord(id=self.id, title=self.title, type=self.type, cover_url=self.cover_url)


class SlotBody(Body):
    """Which of the simultaneous streams of the channel."""

    slot_id: Slot = 0


class StartBody(SlotBody):
    """What is streamed; without title or category, it is what the channel has for its next stream."""

    title: Text | None = None
    category: CategoryBody | None = None
    slot_url: Text = ""
    video_id: Text = ""
    preview_url: Text = ""
    limited: bool = False


class StreamChangeBody(SlotBody):
    """What becomes different; what is not there stays."""

    title: Text | None = None
    category: CategoryBody | None = None


class CountBody(SlotBody, kw_only=True):
    """How many watch now, and how often it was watched."""

    viewers: Amount
    views: Amount


class RaidBody(Body):
    """Where the viewers go, and how many they are."""

    target_url: Text
    raiders_count: Amount = 0


@post(
    "/streams/start",
    summary="A stream begins",
    description="Tells `channel_stream_start`. The channel is online then.",
    responses=errors(),
    status_code=HTTP_200_OK,
)
async def start(
    request: PlatformApiRequest,
    methods: Methods,
    channel_url: ChannelUrl,
    data: Annotated[StartBody, BodyKwarg(description="The stream")],
    key: IdempotencyKey = None,
) -> Data[StartedStream]:
    """``POST /platform/v1/channels/{channel_url}/streams/start``."""
    stream = streaming.NewStream(
        title=data.title,
        category=None if data.category is None else data.category.record(),
        slot_url=data.slot_url,
        video_id=data.video_id,
        preview_url=data.preview_url,
        limited=data.limited,
    )
    return await methods(
        request, StartedStream, lambda act: streaming.start(act, channel_url, data.slot_id, stream), key=key
    )


@post(
    "/streams/pause",
    summary="A stream stops for a while",
    description="Tells `channel_stream_pause`. The channel stays online.",
    responses=errors(),
    status_code=HTTP_200_OK,
)
async def pause(
    request: PlatformApiRequest,
    methods: Methods,
    channel_url: ChannelUrl,
    data: Annotated[SlotBody, BodyKwarg(description="Which")],
    key: IdempotencyKey = None,
) -> Data[StartedStream]:
    """``POST /platform/v1/channels/{channel_url}/streams/pause``."""
    return await methods(request, StartedStream, lambda act: streaming.pause(act, channel_url, data.slot_id), key=key)


@post(
    "/streams/resume",
    summary="A stream goes on",
    description="Tells `channel_stream_resume`.",
    responses=errors(),
    status_code=HTTP_200_OK,
)
async def resume(
    request: PlatformApiRequest,
    methods: Methods,
    channel_url: ChannelUrl,
    data: Annotated[SlotBody, BodyKwarg(description="Which")],
    key: IdempotencyKey = None,
) -> Data[StartedStream]:
    """``POST /platform/v1/channels/{channel_url}/streams/resume``."""
    return await methods(request, StartedStream, lambda act: streaming.resume(act, channel_url, data.slot_id), key=key)


@post(
    "/streams/change",
    summary="A stream gets another title or category",
    description="Tells `channel_stream_settings_change`, when something becomes different.",
    responses=errors(),
    status_code=HTTP_200_OK,
)
async def change(
    request: PlatformApiRequest,
    methods: Methods,
    channel_url: ChannelUrl,
    data: Annotated[StreamChangeBody, BodyKwarg(description="What becomes different")],
    key: IdempotencyKey = None,
) -> Data[StartedStream]:
    """``POST /platform/v1/channels/{channel_url}/streams/change``."""
    category = None if data.category is None else data.category.record()
    return await methods(
        request,
        StartedStream,
        lambda act: streaming.change(act, channel_url, data.slot_id, title=data.title, category=category),
        key=key,
    )


@post(
    "/streams/count",
    summary="A stream is watched by so many",
    description="Tells nothing; the DevAPI shows it.",
    responses=errors(),
    status_code=HTTP_200_OK,
)
async def count(
    request: PlatformApiRequest,
    methods: Methods,
    channel_url: ChannelUrl,
    data: Annotated[CountBody, BodyKwarg(description="The numbers")],
    key: IdempotencyKey = None,
) -> Data[StreamCounters]:
    """``POST /platform/v1/channels/{channel_url}/streams/count``."""
    return await methods(
        request,
        StreamCounters,
        lambda act: streaming.count(act, channel_url, data.slot_id, viewers=data.viewers, views=data.views),
        key=key,
    )


@post(
    "/streams/stop",
    summary="A stream ends",
    description="Tells `channel_stream_stop` and `channel_stream_record_new`. Without another stream the channel is "
    "offline then.",
    responses=errors(),
    status_code=HTTP_200_OK,
)
async def stop(
    request: PlatformApiRequest,
    methods: Methods,
    channel_url: ChannelUrl,
    data: Annotated[SlotBody, BodyKwarg(description="Which")],
    key: IdempotencyKey = None,
) -> Data[StreamRecord]:
    """``POST /platform/v1/channels/{channel_url}/streams/stop``."""
    return await methods(request, StreamRecord, lambda act: streaming.stop(act, channel_url, data.slot_id), key=key)


@post(
    "/raids/start",
    summary="The viewers go to another channel",
    description="Tells `raid_start` here and `channel_raid_income` there.",
    responses=errors(),
    status_code=HTTP_200_OK,
)
async def raid(
    request: PlatformApiRequest,
    methods: Methods,
    channel_url: ChannelUrl,
    data: Annotated[RaidBody, BodyKwarg(description="Where they go")],
    key: IdempotencyKey = None,
) -> Data[Raid]:
    """``POST /platform/v1/channels/{channel_url}/raids/start``."""
    return await methods(
        request,
        Raid,
        lambda act: raids.raid(act, channel_url, data.target_url, raiders_count=data.raiders_count),
        key=key,
    )


STREAMS = (start, pause, resume, change, count, stop, raid)
"""The methods."""
