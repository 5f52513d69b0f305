"""What can be said about a stream: the rules, on rows, without a database."""

from __future__ import annotations

from datetime import UTC, datetime

from vklive.devapi.errors import ApiError
from vklive.devapi.models import StreamChange
from vklive.events import StartedStream, StreamCategory
from vklive.server.platform.times import unix
from vklive.server.refusal import RefusalError
from vklive.server.store.tables import CategoryRow, ChannelRow, StreamRow

MAX_CATEGORY_ID = 64
"""Characters of the id of a category, as the database has it; no category has a longer one."""


def check(change: StreamChange) -> None:
    """See that a change can be one.

    Raises:
        RefusalError: the category cannot be one.
    """
    category = change.category
    if category is not None and (len(category.id) > MAX_CATEGORY_ID or "\0" in category.id):
        raise RefusalError(ApiError.INVALID_PARAM, "stream.category.id: there is no such category")


def plan(channel: ChannelRow, change: StreamChange, category: CategoryRow | None, *, with_title: bool) -> None:
    """Write down what the next stream of a channel will be.

    Args:
        channel: the channel.
        change: what is to change. A `planned_at` of 0 is no time.
        category: the one that the change names.
        with_title: title and category too, since no stream is on that they could be of.
    """
    if change.planned_at is not None:
        channel.next_planned_at = datetime.fromtimestamp(change.planned_at, UTC) if change.planned_at else None
    if with_title and change.title is not None:
        channel.next_title = change.title
    if with_title and category is not None:
        channel.next_category_id = category.id


def apply(stream: StreamRow, change: StreamChange, category: CategoryRow | None) -> bool:
    """Change a stream that is on, and say whether it is another one now.

    Args:
        stream: the stream.
        change: what is to change.
        category: the one that the change names.
    """
    before = _settings(stream)
    if change.title is not None:
        stream.title = change.title
    if category is not None:
        stream.category_id = category.id
        stream.category_title = category.title
        stream.category_type = category.type
        stream.category_cover_url = category.cover_url
    return _settings(stream) != before


def told(stream: StreamRow) -> StartedStream:
    """A stream, as events tell of it."""
    return StartedStream(
        id=stream.id,
        title=stream.title,
        category=StreamCategory(id=stream.category_id, type=stream.category_type, title=stream.category_title),
        video_id=stream.video_id,
        started_at=unix(stream.started_at),
        ended_at=unix(stream.ended_at),
        preview_url=stream.preview_url,
    )


def _settings(stream: StreamRow) -> tuple[str, ...]:
    return (
        stream.title,
        stream.category_id,
        stream.category_title,
        stream.category_type,
        stream.category_cover_url,
    )
