"""Categories, and what is on, in the database: found, counted and cut there, so that no more is read than is shown."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct
from sqlalchemy import ColumnElement, Select, desc, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from vklive.server.directory import CategoryRecord
from vklive.server.store.tables import CategoryRow, ChannelRow, StreamRow

_ON = StreamRow.ended_at.is_(None)


class Watched(Struct, frozen=True, kw_only=True):
    """A category, and how many watch its streams that are on in channels that are not banned."""

    category: CategoryRecord
    viewers: int


class Wanted(Struct, frozen=True, kw_only=True):
    """Which streams that are on are wanted.

    Attributes:
        category_id: of this category; empty for any.
        category_type: of a category of this type; empty for any.
        with_video: only those that have a `video_id`.
        every: each stream of a channel; otherwise the one that most watch, of those that are wanted.
    """

    category_id: str = ""
    category_type: str = ""
    with_video: bool = False
    every: bool = False


async def category(session: AsyncSession, category_id: str) -> CategoryRow | None:
    """A category as it is, whether anything is on in it or not."""
    return await session.get(CategoryRow, category_id)


async def watched_category(session: AsyncSession, category_id: str) -> Watched | None:
    """A category."""
    query = _watched().where(CategoryRow.id == category_id)
    found = (await session.execute(query)).one_or_none()
    return None if found is None else _of(found[0], found[1])


async def search(session: AsyncSession, text: str, *, category_type: str, limit: int) -> list[Watched]:
    """The categories that have a text in their title, whatever its case, the most watched first, then by id."""
    query = _watched().where(CategoryRow.folded_title.contains(text.casefold(), autoescape=True))
    if category_type:
        query = query.where(CategoryRow.type == category_type)
    query = query.order_by(desc("viewers"), CategoryRow.id).limit(limit)
    return [_of(row, viewers) for row, viewers in await session.execute(query)]


async def online_categories(session: AsyncSession, *, category_type: str, offset: int, limit: int) -> list[Watched]:
    """The categories of which something is on, the most watched first, then by id."""
    # By what streams say of them: a stream of another platform can have a category that nobody has told of here.
    query = (
        select(
            StreamRow.category_id,
            func.max(StreamRow.category_title),
            func.max(StreamRow.category_type),
            func.max(StreamRow.category_cover_url),
            func.sum(StreamRow.viewers).label("viewers"),
        )
        .join(ChannelRow, StreamRow.channel_id == ChannelRow.id)
        .where(*_wanted(Wanted(category_type=category_type)), StreamRow.category_id != "")
        .group_by(StreamRow.category_id)
        .order_by(desc("viewers"), StreamRow.category_id)
        .offset(offset)
        .limit(limit)
    )
    return [
        Watched(category=CategoryRecord(id=id_, title=title, type=type_, cover_url=cover_url), viewers=int(viewers))
        for id_, title, type_, cover_url, viewers in await session.execute(query)
    ]


async def streams_on(session: AsyncSession, wanted: Wanted, *, offset: int, limit: int) -> Sequence[StreamRow]:
    """Streams of channels that are not banned, the most watched first, then by the ids of channel and stream."""
    query = (
        select(StreamRow).join(ChannelRow, StreamRow.channel_id == ChannelRow.id).where(*_wanted(wanted))
        if wanted.every
        else _most_watched(wanted)
    )
    query = query.order_by(StreamRow.viewers.desc(), StreamRow.channel_id, StreamRow.id).offset(offset).limit(limit)
    return (await session.scalars(query)).all()


def _most_watched(wanted: Wanted) -> Select[StreamRow]:
    """One stream a channel."""
    place = func.row_number().over(partition_by=StreamRow.channel_id, order_by=(StreamRow.viewers.desc(), StreamRow.id))
    ranked = (
        select(StreamRow.id, place.label("place"))
        .join(ChannelRow, StreamRow.channel_id == ChannelRow.id)
        .where(*_wanted(wanted))
        .subquery()
    )
    return select(StreamRow).join(ranked, StreamRow.id == ranked.c.id).where(ranked.c.place == 1)


def _wanted(wanted: Wanted) -> list[ColumnElement[bool]]:
    rules: list[ColumnElement[bool]] = [_ON, ChannelRow.banned.is_(False)]
    if wanted.category_id:
        rules.append(StreamRow.category_id == wanted.category_id)
    if wanted.category_type:
        rules.append(StreamRow.category_type == wanted.category_type)
    if wanted.with_video:
        rules.append(StreamRow.video_id != "")
    return rules


def _watched() -> Select[CategoryRow, int]:
    seen = (
        select(StreamRow.category_id, StreamRow.viewers)
        .join(ChannelRow, StreamRow.channel_id == ChannelRow.id)
        .where(_ON, ChannelRow.banned.is_(False))
        .subquery()
    )
    viewers: ColumnElement[int] = func.coalesce(func.sum(seen.c.viewers), 0)
    return (
        select(CategoryRow, viewers.label("viewers"))
        .outerjoin(seen, seen.c.category_id == CategoryRow.id)
        .group_by(CategoryRow.id)
    )


def _of(row: CategoryRow, viewers: int) -> Watched:
    record = CategoryRecord(id=row.id, title=row.title, type=row.type, cover_url=row.cover_url)
    # PostgreSQL sums up numbers of this size to a decimal.
    return Watched(category=record, viewers=int(viewers))
