"""Who writes in chats and what they are there, as the store has it; and what they can write: smiles, mentions."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from msgspec import Struct
from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from vklive.events.chat import Role
from vklive.server.directory import Membership
from vklive.server.directory import Role as Standing
from vklive.server.store import rows
from vklive.server.store.roles import roles_of_user
from vklive.server.store.tables import (
    ChatMessageRow,
    MembershipRow,
    SmileRow,
    SubscriptionRow,
    UserRow,
)

RECENT_MESSAGES = 1000
"""Messages of a chat that are looked through for those who wrote: the newest, as a busy chat has many more."""


class Facts(Struct, frozen=True, kw_only=True):
    """What somebody is in a chat.

    Attributes:
        membership: what they are to the channel.
        level_id: of their paid subscription; `None` for none.
        roles: that the channel gave them, by id.
    """

    membership: Membership | None = None
    level_id: str | None = None
    roles: Sequence[Role] = ()


async def facts_of(session: AsyncSession, user_id: int, channel_id: int, *, now: datetime) -> Facts:
    """What a user is in the chat of a channel."""
    membership = await session.get(MembershipRow, (user_id, channel_id))
    level_id = await session.scalar(
        select(SubscriptionRow.level_id)
        .where(
            SubscriptionRow.channel_id == channel_id,
            SubscriptionRow.user_id == user_id,
            or_(SubscriptionRow.ended_at.is_(None), SubscriptionRow.ended_at > now),
        )
        .order_by(SubscriptionRow.id.desc())
        .limit(1)
    )
    return Facts(
        membership=None if membership is None else rows.membership(membership),
        level_id=level_id,
        roles=[
            Role(
                id=role.id,
                name=role.name,
                small_url=role.small_url,
                medium_url=role.medium_url,
                large_url=role.large_url,
            )
            for role in await roles_of_user(session, channel_id, user_id)
        ],
    )


async def nicks(session: AsyncSession, ids: Collection[int]) -> Mapping[int, str]:
    """The nicks of users, by id."""
    found = await session.execute(select(UserRow.id, UserRow.nick).where(UserRow.id.in_(ids)))
    return {id_: nick for id_, nick in found}  # noqa: C416 - rows are tuples, but not to a type checker


async def smiles(session: AsyncSession, ids: Collection[str]) -> Mapping[str, SmileRow]:
    """Smiles, by id."""
    return {row.id: row for row in await session.scalars(select(SmileRow).where(SmileRow.id.in_(ids)))}


async def count_messages(session: AsyncSession, channel_id: int, author_id: int) -> int:
    """How many messages somebody wrote in a chat, of those that are kept and not taken back."""
    count = await session.scalar(
        select(func.count()).where(
            ChatMessageRow.channel_id == channel_id,
            ChatMessageRow.author_id == author_id,
            ChatMessageRow.deleted_at.is_(None),
        )
    )
    return count or 0


async def writers(session: AsyncSession, channel_id: int, *, since: datetime, with_limited: bool) -> Sequence[int]:
    """Who wrote for others to see since then, the last one first, among the `RECENT_MESSAGES`.

    Args:
        session: where to read.
        channel_id: in whose chat.
        since: aware, UTC.
        with_limited: whether those of the limited chat are among them.
    """
    found = await session.execute(
        select(ChatMessageRow.author_id, ChatMessageRow.created_at, ChatMessageRow.limited)
        .where(ChatMessageRow.channel_id == channel_id, ChatMessageRow.recipient_id.is_(None))
        .order_by(ChatMessageRow.id.desc())
        .limit(RECENT_MESSAGES)
    )
    recent = (id_ for id_, at, limited in found if at >= since and (with_limited or not limited))
    return list(dict.fromkeys(recent))


async def users_in(
    session: AsyncSession, channel_id: int, ids: Collection[int]
) -> Mapping[int, tuple[UserRow, Standing | None]]:
    """Users by id, each with their role in a channel; those who are banned have none."""
    found = await session.execute(
        select(UserRow, MembershipRow)
        .outerjoin(MembershipRow, (MembershipRow.user_id == UserRow.id) & (MembershipRow.channel_id == channel_id))
        .where(UserRow.id.in_(ids))
    )
    return {row.id: (row, _standing(membership)) for row, membership in found}


def _standing(membership: MembershipRow | None) -> Standing | None:
    return None if membership is None or membership.banned else membership.role
