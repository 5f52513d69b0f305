"""Streams: what each step writes and tells."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime

import pytest
from sqlalchemy import update

from vklive.server.directory import CategoryRecord
from vklive.server.platform.streaming import NewStream, change, count, pause, resume, start, stop
from vklive.server.refusal import RefusalError
from vklive.server.store.tables import CategoryRow, ChannelRow, StreamRecordRow, StreamRow

INFO = "api-channel-info:42"
TALKS = CategoryRecord(id="talks", title="Talks", type="irl", cover_url="https://img.example/talks.png")


async def plan(world) -> None:
    async with world.store.database.writing() as session:
        session.add(CategoryRow(id="go", title="Go", type="game", cover_url="https://img.example/go.png"))
        await session.execute(
            update(ChannelRow)
            .where(ChannelRow.id == 42)
            .values(next_title="As planned", next_category_id="go", next_planned_at=datetime.now(UTC))
        )


async def test_a_stream_begins_as_it_was_planned(world):
    await plan(world)

    told = await world.do(start, "streamer", 0, NewStream())

    assert str(uuid.UUID(told.id)) == told.id
    stream = {
        "id": told.id,
        "title": "As planned",
        "category": {"id": "go", "title": "Go", "type": "game"},
        "started_at": world.now,
    }
    assert world.told == [(INFO, {"type": "channel_stream_start", "data": {"stream": stream}})]
    (row,) = await world.rows(StreamRow)
    assert (row.category_cover_url, row.limited, row.ended_at) == ("https://img.example/go.png", False, None)
    (channel,) = await world.rows(ChannelRow, id=42)
    assert (channel.status, channel.next_planned_at, channel.next_title) == ("online", None, "As planned")
    # As everybody sees it.
    shown = (await world.store.channels_by_url(["streamer"]))["streamer"]
    assert [each.id for each in shown.streams] == [told.id]


async def test_what_is_given_goes_before_what_was_planned(world):
    await plan(world)

    await world.do(start, "streamer", 3, NewStream(title="", category=TALKS, limited=True, slot_url="x", video_id="v"))

    (row,) = await world.rows(StreamRow)
    assert (row.title, row.category_id, row.category_title) == ("", "talks", "Talks")
    assert (row.limited, row.slot_id, row.slot_url, row.video_id) == (True, 3, "x", "v")


async def test_a_category_that_nobody_knows_stays_a_name(world):
    told = await world.do(start, "streamer", 0, NewStream(category=CategoryRecord(id="?")))
    assert (told.category.id, told.category.title) == ("?", "")


async def test_a_change_is_told_and_what_is_none_is_not(world):
    await world.do(start, "streamer", 0, NewStream(title="a", category=TALKS))
    world.types()

    assert (await world.do(change, "streamer", 0)).title == "a"
    assert (await world.do(change, "streamer", 0, title="a", category=TALKS)).title == "a"
    assert world.told == []
    told = await world.do(change, "streamer", 0, title="b")
    assert (told.title, told.category.id) == ("b", "talks")
    told = await world.do(change, "streamer", 0, category=CategoryRecord(id="other", title="Other"))
    assert (told.title, told.category.title) == ("b", "Other")
    assert world.types() == ["channel_stream_settings_change"] * 2


async def test_viewers_are_counted_silently_and_shown(world):
    await world.do(start, "streamer", 0, NewStream())
    world.types()
    await world.do(count, "streamer", 0, viewers=7, views=70)
    assert world.told == []
    shown = (await world.store.channels_by_url(["streamer"]))["streamer"]
    assert (shown.streams[0].viewers, shown.streams[0].views) == (7, 70)


async def test_the_end_of_a_stream_leaves_a_record_of_it(world):
    began = world.now
    told = await world.do(start, "streamer", 0, NewStream(title="a", category=TALKS, video_id="v", preview_url="p"))
    await world.do(count, "streamer", 0, viewers=7, views=70)
    world.clock.advance(100)
    await world.do(pause, "streamer", 0)
    await world.do(resume, "streamer", 0)
    world.types()
    world.clock.advance(100)

    record = await world.do(stop, "streamer", 0)

    category = {"id": "talks", "title": "Talks", "type": "irl"}
    shared = {"title": "a", "category": category, "video_id": "v", "preview_url": "p"}
    stopped = {"id": told.id, "started_at": began, "ended_at": began + 200, **shared}
    recorded = {
        "id": record.id,
        "duration": 200,
        "stream_started_at": began,
        "created_at": began + 200,
        "process_state": "done",
        **shared,
    }
    assert world.told == [
        (INFO, {"type": "channel_stream_stop", "data": {"stream": stopped}}),
        (INFO, {"type": "channel_stream_record_new", "data": {"stream_record": recorded}}),
    ]
    (row,) = await world.rows(StreamRecordRow)
    assert (row.id, row.views, row.duration, row.category_cover_url) == (record.id, 70, 200, TALKS.cover_url)
    assert str(uuid.UUID(row.id)) == row.id
    assert row.id != told.id


async def test_a_channel_is_online_as_long_as_one_of_its_streams_is_on(world):
    await world.do(start, "streamer", 0, NewStream())
    await world.do(start, "streamer", 1, NewStream())
    with pytest.raises(RefusalError, match="start: the stream in this slot is on"):
        await world.do(start, "streamer", 1, NewStream())
    for slot, status in ((0, "online"), (1, "offline")):
        await world.do(stop, "streamer", slot)
        (channel,) = await world.rows(ChannelRow, id=42)
        assert channel.status == status
