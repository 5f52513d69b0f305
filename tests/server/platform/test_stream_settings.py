"""What can be said about a stream."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from vklive.devapi.errors import ApiError
from vklive.devapi.models import CategoryChange, StreamChange
from vklive.devapi.models.channel import MAX_PLANNED_AT, MAX_TITLE
from vklive.events import StartedStream, StreamCategory
from vklive.server.platform.stream_settings import apply, check, plan, told
from vklive.server.refusal import RefusalError
from vklive.server.store.tables import CategoryRow, ChannelRow, StreamRow

THEN = datetime(2026, 1, 1, tzinfo=UTC)
CHESS = CategoryRow(id="chess", title="Chess", type="game", cover_url="https://example/chess.png")


def a_stream(**facts) -> StreamRow:
    about = {"category_id": "chess", "category_title": "Chess", "category_type": "game", "category_cover_url": "c"}
    return StreamRow(id="s", title="Hello", video_id="", preview_url="", started_at=THEN, **(about | facts))


@pytest.mark.parametrize(
    "change",
    [
        StreamChange(),
        StreamChange(title=""),
        StreamChange(title="x" * MAX_TITLE),
        StreamChange(planned_at=0),
        StreamChange(planned_at=MAX_PLANNED_AT),
        StreamChange(category=CategoryChange(id="x" * 64)),
    ],
)
def test_what_can_be_is_taken(change):
    check(change)
    plan(ChannelRow(id=1), change, None, with_title=True)


@pytest.mark.parametrize(
    ("change", "where"),
    [
        (StreamChange(category=CategoryChange(id="x" * 65)), "stream.category.id"),
        (StreamChange(category=CategoryChange(id="\0")), "stream.category.id"),
    ],
)
def test_what_cannot_is_refused_and_named(change, where):
    with pytest.raises(RefusalError, match=where) as caught:
        check(change)

    assert caught.value.error is ApiError.INVALID_PARAM


@pytest.mark.parametrize(
    ("before", "change", "category", "is_another"),
    [
        (a_stream(), StreamChange(), None, False),
        (a_stream(), StreamChange(title="Hello"), None, False),
        (a_stream(), StreamChange(planned_at=5), None, False),
        (a_stream(), StreamChange(title="Hi"), None, True),
        (a_stream(), StreamChange(title=""), None, True),
        (a_stream(), StreamChange(), CHESS, True),  # its picture is another one
        (a_stream(category_cover_url=CHESS.cover_url), StreamChange(), CHESS, False),
        (a_stream(category_id="talk"), StreamChange(title="Hello"), CHESS, True),
    ],
)
def test_a_stream_is_another_one_when_title_or_category_are(before, change, category, is_another):
    assert apply(before, change, category) is is_another
    assert change.title is None or before.title == change.title
    assert category is None or (before.category_id, before.category_title) == (category.id, category.title)


def test_a_plan_has_title_and_category_only_when_no_stream_is_on():
    change = StreamChange(title="Soon", planned_at=1800000000)
    busy, silent = ChannelRow(id=1), ChannelRow(id=2)

    plan(busy, change, CHESS, with_title=False)
    plan(silent, change, CHESS, with_title=True)

    written = vars(busy).keys()
    assert written.isdisjoint({"next_title", "next_category_id"}), "so the database keeps what it has"
    assert (silent.next_title, silent.next_category_id) == ("Soon", "chess")
    assert busy.next_planned_at == silent.next_planned_at == datetime.fromtimestamp(1800000000, UTC)


def test_a_stream_is_told_of_with_what_it_is_about():
    assert told(a_stream(ended_at=THEN)) == StartedStream(
        id="s",
        title="Hello",
        category=StreamCategory(id="chess", type="game", title="Chess"),
        started_at=1767225600,
        ended_at=1767225600,
    )
