"""Streams: from their start to the record of them (vk.md 2.4, 2.9 and 4.2).

A channel can have several at a time, each in a slot; which one is meant is said by the number of its slot.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from msgspec import Struct

from vklive.devapi.models import StreamCounters
from vklive.events import (
    StartedStream,
    StreamPaused,
    StreamRecord,
    StreamRecordCreated,
    StreamResumed,
    StreamSettingsChanged,
    StreamStarted,
    StreamStopped,
)
from vklive.server.directory import CategoryRecord
from vklive.server.platform import stream_settings
from vklive.server.platform.acting import Act
from vklive.server.platform.places import facts, place
from vklive.server.platform.stream_states import StreamState, StreamStep, after
from vklive.server.platform.times import unix
from vklive.server.store import catalog, streaming
from vklive.server.store.tables import ChannelRow, StreamRecordRow, StreamRow

ONLINE, OFFLINE = "online", "offline"
"""The status of a channel that has a stream, and of one that has none."""

RECORDED = "done"
"""The state of a record that can be watched."""


class NewStream(Struct, frozen=True, kw_only=True):
    """What is to be streamed.

    Attributes:
        title: `None` for the one that the channel has for its next stream.
        category: what it is about; `None` for the one that the channel has for its next stream.
        limited: not everybody may hear its chat.
    """

    title: str | None = None
    category: CategoryRecord | None = None
    slot_url: str = ""
    video_id: str = ""
    preview_url: str = ""
    limited: bool = False


async def start(act: Act, channel_url: str, slot_id: int, stream: NewStream) -> StartedStream:
    """A stream begins. The time for which it was planned is over by that."""
    channel = await place(act, channel_url)
    running = await streaming.running(act.session, channel_id=channel.id)
    after(_state(_in_slot(running, slot_id)), StreamStep.START)
    category = stream.category or CategoryRecord(id=channel.next_category_id)
    row = StreamRow(
        id=str(uuid.uuid4()),
        channel_id=channel.id,
        title=channel.next_title if stream.title is None else stream.title,
        viewers=0,
        views=0,
        started_at=act.now,
        paused=False,
        limited=stream.limited,
        preview_url=stream.preview_url,
        video_id=stream.video_id,
        slot_id=slot_id,
        slot_url=stream.slot_url,
    )
    await _categorize(act, row, category)
    act.session.add(row)
    channel.status = ONLINE
    channel.next_planned_at = None
    told = stream_settings.told(row)
    act.announce(facts(channel), StreamStarted(stream=told))
    return told


async def pause(act: Act, channel_url: str, slot_id: int) -> StartedStream:
    """A stream stops for a while; the channel stays online."""
    channel, row = await _step(act, channel_url, slot_id, StreamStep.PAUSE)
    told = stream_settings.told(row)
    act.announce(facts(channel), StreamPaused(stream=told))
    return told


async def resume(act: Act, channel_url: str, slot_id: int) -> StartedStream:
    """A stream that was paused goes on."""
    channel, row = await _step(act, channel_url, slot_id, StreamStep.RESUME)
    told = stream_settings.told(row)
    act.announce(facts(channel), StreamResumed(stream=told))
    return told


async def change(
    act: Act, channel_url: str, slot_id: int, *, title: str | None = None, category: CategoryRecord | None = None
) -> StartedStream:
    """A stream gets another title or category; what is `None` stays. What is no change is not told."""
    channel, row = await _step(act, channel_url, slot_id, StreamStep.CHANGE)
    before = stream_settings.told(row)
    if title is not None:
        row.title = title
    if category is not None:
        await _categorize(act, row, category)
    told = stream_settings.told(row)
    if told != before:
        act.announce(facts(channel), StreamSettingsChanged(stream=told))
    return told


async def count(act: Act, channel_url: str, slot_id: int, *, viewers: int, views: int) -> StreamCounters:
    """A stream is watched by so many now, and was watched so often. Nothing is told: those who want to know ask."""
    _, row = await _step(act, channel_url, slot_id, StreamStep.COUNT)
    row.viewers, row.views = viewers, views
    return StreamCounters(viewers=viewers, views=views)


async def stop(act: Act, channel_url: str, slot_id: int) -> StreamRecord:
    """A stream ends, and there is a record of it. Without another stream the channel is offline."""
    channel, row = await _step(act, channel_url, slot_id, StreamStep.STOP)
    row.ended_at = act.now
    await act.session.flush()
    if not await streaming.running(act.session, channel_id=channel.id):
        channel.status = OFFLINE
    record = _record(row, act)
    act.session.add(record)
    told = StreamRecord(
        id=record.id,
        title=record.title,
        duration=record.duration,
        category=stream_settings.told(row).category,
        video_id=record.video_id,
        stream_started_at=unix(record.stream_started_at),
        created_at=unix(record.created_at),
        preview_url=record.preview_url,
        process_state=record.process_state,
    )
    act.announce(facts(channel), StreamStopped(stream=stream_settings.told(row)))
    act.announce(facts(channel), StreamRecordCreated(stream_record=told))
    return told


async def _step(act: Act, channel_url: str, slot_id: int, step: StreamStep) -> tuple[ChannelRow, StreamRow]:
    channel = await place(act, channel_url)
    row = _in_slot(await streaming.running(act.session, channel_id=channel.id), slot_id)
    state = after(_state(row), step)
    assert row is not None  # noqa: S101 - of a slot that is off, only a start leads on
    row.paused = state is StreamState.PAUSED
    return channel, row


def _in_slot(running: Sequence[StreamRow], slot_id: int) -> StreamRow | None:
    return next((row for row in running if row.slot_id == slot_id), None)


def _state(row: StreamRow | None) -> StreamState:
    if row is None:
        return StreamState.OFF
    return StreamState.PAUSED if row.paused else StreamState.ON


async def _categorize(act: Act, row: StreamRow, category: CategoryRecord) -> None:
    """Of a category that is only named, the rest is looked up; one that is not known here stays a name."""
    known = None if category.title or not category.id else await catalog.category(act.session, category.id)
    row.category_id = category.id
    row.category_title = category.title if known is None else known.title
    row.category_type = category.type if known is None else known.type
    row.category_cover_url = category.cover_url if known is None else known.cover_url


def _record(row: StreamRow, act: Act) -> StreamRecordRow:
    return StreamRecordRow(
        id=str(uuid.uuid4()),
        channel_id=row.channel_id,
        title=row.title,
        category_id=row.category_id,
        category_title=row.category_title,
        category_type=row.category_type,
        category_cover_url=row.category_cover_url,
        duration=unix(act.now) - unix(row.started_at),
        views=row.views,
        stream_started_at=row.started_at,
        created_at=act.now,
        preview_url=row.preview_url,
        video_id=row.video_id,
        process_state=RECORDED,
    )
