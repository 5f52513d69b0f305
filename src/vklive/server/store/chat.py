"""What is said in chats, as the store has it: written, read, taken back, forgotten."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from typing import TypeAlias, cast

from msgspec import Struct
from sqlalchemy import ColumnElement, CursorResult, case, delete, func, or_, select, tuple_, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from vklive.server.store.tables import ChannelRow, ChatMessageRow, CounterRow, Table

MAX_MESSAGE_ID = 2**31 - 1
"""The documentation calls the ids of messages int32. Only when all of these are used up, larger ones are given."""

_MESSAGES = "chat_messages"
"""The name of the counter."""


class Kept(Struct, frozen=True, kw_only=True):
    """A message that somebody published, to be kept.

    Attributes:
        author_id: 0 when it does not say.
        recipient_id: who alone may see it; `None` for everybody.
        limited: said in a limited chat.
        body: its JSON.
    """

    channel_id: int
    id: int
    author_id: int = 0
    recipient_id: int | None = None
    limited: bool = False
    body: str


class TakenBack(Struct, frozen=True, kw_only=True):
    """A message that somebody took back, in the ws channel where it was said."""

    channel_id: int
    id: int
    recipient_id: int | None = None
    limited: bool = False


Change: TypeAlias = Kept | TakenBack


async def next_message_id(session: AsyncSession, channel_id: int) -> int:
    """A number for a message that is said here: larger than all that were given, and than those in this chat.

    A chat may also have messages of another platform with its own numbers. To be called late in a transaction: until
    it ends, nobody else is given a number.
    """
    # The order in which all lock: first the channel, which the new message refers to, then the counter.
    await session.execute(
        select(ChannelRow.id).where(ChannelRow.id == channel_id).with_for_update(read=True, key_share=True)
    )
    newest = await session.scalar(
        select(func.max(ChatMessageRow.id)).where(
            ChatMessageRow.channel_id == channel_id, ChatMessageRow.id <= MAX_MESSAGE_ID
        )
    )
    following = (newest or 0) + 1
    counted = case((CounterRow.value < following, following), else_=CounterRow.value + 1)
    given = await session.execute(
        inserting(session, CounterRow)
        .values(name=_MESSAGES, value=following)
        .on_conflict_do_update(index_elements=[CounterRow.name], set_={"value": counted})
        .returning(CounterRow.value)
    )
    return given.scalar_one()


async def last_written(session: AsyncSession, channel_id: int, author_id: int) -> datetime | None:
    """When somebody last wrote in a chat, also what is taken back by now."""
    query = select(func.max(ChatMessageRow.created_at)).where(
        ChatMessageRow.channel_id == channel_id, ChatMessageRow.author_id == author_id
    )
    return await session.scalar(query)


async def last_written_same(
    session: AsyncSession, channel_id: int, author_id: int, fingerprint: str
) -> datetime | None:
    """When somebody last wrote that message in a chat."""
    query = select(func.max(ChatMessageRow.created_at)).where(
        ChatMessageRow.channel_id == channel_id,
        ChatMessageRow.author_id == author_id,
        ChatMessageRow.fingerprint == fingerprint,
    )
    return await session.scalar(query)


async def newest(session: AsyncSession, channel_id: int, *, user_id: int | None, limit: int) -> Sequence[str]:
    """The newest messages of the chat for everybody, as JSON, the oldest of them first.

    Args:
        session: where to read.
        channel_id: whose chat.
        user_id: whose private messages are among them; `None` for nobody's.
        limit: how many at most.
    """
    for_whom: ColumnElement[bool] = ChatMessageRow.recipient_id.is_(None)
    if user_id is not None:
        for_whom = or_(for_whom, ChatMessageRow.recipient_id == user_id)
    found = await session.scalars(
        select(ChatMessageRow.body)
        .where(
            ChatMessageRow.channel_id == channel_id,
            ChatMessageRow.limited.is_(False),
            ChatMessageRow.deleted_at.is_(None),
            for_whom,
        )
        .order_by(ChatMessageRow.id.desc())
        .limit(limit)
    )
    return found.all()[::-1]


async def take_back(session: AsyncSession, channel_id: int, message_id: int, *, now: datetime) -> ChatMessageRow | None:
    """Mark a message as taken back; `None` when there is none that is not yet."""
    row = await session.scalar(
        select(ChatMessageRow)
        .where(
            ChatMessageRow.channel_id == channel_id,
            ChatMessageRow.id == message_id,
            ChatMessageRow.deleted_at.is_(None),
        )
        .with_for_update()
    )
    if row is not None:
        row.deleted_at = now
    return row


# What others publish.


async def not_yet_kept(session: AsyncSession, changes: Sequence[Change]) -> list[Change]:
    """Those of the changes that change anything: messages of channels that there are, which the store does not have."""
    kept = [change for change in changes if isinstance(change, Kept)]
    keys = [(change.channel_id, change.id) for change in kept]
    known = await session.execute(
        select(ChatMessageRow.channel_id, ChatMessageRow.id).where(
            tuple_(ChatMessageRow.channel_id, ChatMessageRow.id).in_(keys)
        )
    )
    there = {(channel_id, id_) for channel_id, id_ in known}
    ids = {change.channel_id for change in changes}
    channels = set(await session.scalars(select(ChannelRow.id).where(ChannelRow.id.in_(ids))))
    return [
        change
        for change in changes
        if change.channel_id in channels
        and (isinstance(change, TakenBack) or (change.channel_id, change.id) not in there)
    ]


async def keep(session: AsyncSession, changes: Sequence[Change], *, now: datetime) -> None:
    """Do all the changes, in their order. A message that the store has already stays as it is, also when taken back.

    A message is as old as the store's knowledge of it: what it says of its own age is the publisher's affair.
    """
    for kind, group in groupby(changes, type):
        if kind is Kept:
            rows = [
                {
                    "channel_id": change.channel_id,
                    "id": change.id,
                    "author_id": change.author_id,
                    "recipient_id": change.recipient_id,
                    "limited": change.limited,
                    "body": change.body,
                    "created_at": now,
                }
                for change in cast("list[Kept]", list(group))
            ]
            await session.execute(inserting(session, ChatMessageRow).values(rows).on_conflict_do_nothing())
        else:
            for change in cast("list[TakenBack]", list(group)):
                await session.execute(
                    update(ChatMessageRow)
                    .where(
                        ChatMessageRow.channel_id == change.channel_id,
                        ChatMessageRow.id == change.id,
                        ChatMessageRow.recipient_id.is_(None)
                        if change.recipient_id is None
                        else ChatMessageRow.recipient_id == change.recipient_id,
                        ChatMessageRow.limited.is_(change.limited),
                        ChatMessageRow.deleted_at.is_(None),
                    )
                    .values(deleted_at=now)
                )


async def forget(session: AsyncSession, *, before: datetime, limit: int) -> int:
    """Delete messages that are older; returns how many, which is `limit` when there may be more."""
    old = (
        select(ChatMessageRow.channel_id, ChatMessageRow.id)
        .where(ChatMessageRow.created_at < before)
        .order_by(ChatMessageRow.created_at)
        .limit(limit)
    )
    done = await session.execute(
        delete(ChatMessageRow)
        .where(tuple_(ChatMessageRow.channel_id, ChatMessageRow.id).in_(old))
        .execution_options(synchronize_session=False)
    )
    return cast("CursorResult[tuple[()]]", done).rowcount


def inserting(session: AsyncSession, table: type[Table]) -> postgresql.Insert | sqlite.Insert:
    """An insertion that can say what is to be done when the row is there: each database has its own."""
    is_postgresql = session.get_bind().dialect.name == "postgresql"
    return postgresql.insert(table) if is_postgresql else sqlite.insert(table)
