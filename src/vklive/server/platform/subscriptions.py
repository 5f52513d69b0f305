"""Who subscribes to a channel for money (vk.md 4.2).

A subscription lasts for its days, from its beginning or its last renewal on, and is then ended by `end_run_out`. One of
no days lasts until somebody ends it. A moderator who subscribes stays a moderator.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from vklive.devapi.errors import ApiError
from vklive.events import (
    Subscription,
    SubscriptionChanged,
    SubscriptionCreated,
    SubscriptionDeleted,
    SubscriptionLevel,
    SubscriptionRenewed,
)
from vklive.server.directory import Role
from vklive.server.platform.acting import Act, Acting
from vklive.server.platform.chat.bot import alert_subscription
from vklive.server.platform.memberships import demote, is_follower
from vklive.server.platform.places import facts, person, place, shown
from vklive.server.platform.times import unix
from vklive.server.refusal import RefusalError
from vklive.server.store import members, subscriptions
from vklive.server.store.tables import ChannelRow, MembershipRow, SubscriptionRow, UserRow

MAX_DAYS = 3660
"""For how long one may be paid in advance: ten years."""

BATCH = 100
"""Subscriptions that are looked for at once when they run out."""


class Kind(StrEnum):
    """How somebody came to subscribe."""

    FIRST = "first_subscription"
    UPGRADE = "upgrade_from_follow"
    RECOVERY = "subscription_recovery"


def kind_of(*, had_one: bool, is_follower: bool) -> Kind:
    """How somebody came to subscribe: who did before comes back, whether following or not."""
    if had_one:
        return Kind.RECOVERY
    return Kind.UPGRADE if is_follower else Kind.FIRST


def end_of(row: SubscriptionRow) -> datetime | None:
    """When the days of a subscription are over; `None` for never."""
    if not row.days_duration:
        return None
    return (row.renewed_at or row.started_at) + timedelta(days=row.days_duration)


async def subscribe(
    act: Act, channel_url: str, user_id: int, *, level: SubscriptionLevel, amount: int, days: int
) -> Subscription:
    """A user subscribes, and follows by that.

    To be done last in an act, since the bot of the chat may have something to say about it.

    Args:
        act: what is being done.
        channel_url: to whose channel.
        user_id: who.
        level: to what.
        amount: what was paid.
        days: for how long; 0 for ever.
    """
    channel = await place(act, channel_url)
    user, row = await begin(act, channel, user_id, level=level, amount=amount, days=days)
    told = _told(row, user)
    act.announce(facts(channel), SubscriptionCreated(subscription=told))
    await alert_subscription(act, facts(channel), user_id=user.id, nick=user.nick)
    return told


async def begin(
    act: Act, channel: ChannelRow, user_id: int, *, level: SubscriptionLevel, amount: int, days: int
) -> tuple[UserRow, SubscriptionRow]:
    """A subscription begins; whoever asks tells of it. Whose it is, and the subscription."""
    user = await person(act, user_id)
    if user.id == channel.owner_id:
        raise RefusalError(ApiError.UNPROCESSABLE_ENTITY, "The owner of a channel does not subscribe to it")
    member = await members.hold_membership(act.session, channel_id=channel.id, user_id=user.id)
    if member is not None and member.banned:
        raise RefusalError(ApiError.FORBIDDEN, "The user is banned from the channel")
    if await subscriptions.active(act.session, channel_id=channel.id, user_id=user.id) is not None:
        raise RefusalError(ApiError.UNPROCESSABLE_ENTITY, "The user has a subscription already: renew or change it")
    had_one = await subscriptions.had_one(act.session, channel_id=channel.id, user_id=user.id)
    row = SubscriptionRow(
        channel_id=channel.id,
        user_id=user.id,
        level_id=level.id,
        level_name=level.name,
        level_price=level.price,
        amount=amount,
        days_duration=days,
        kind=kind_of(had_one=had_one, is_follower=is_follower(member)).value,
        started_at=act.now,
    )
    act.session.add(row)
    if member is None:
        act.session.add(MembershipRow(user_id=user.id, channel_id=channel.id, role=Role.PAID_SUBSCRIBER, since=act.now))
    elif member.role is Role.FOLLOWER:
        member.role, member.since = Role.PAID_SUBSCRIBER, member.since or act.now
    return user, row


async def renew(act: Act, channel_url: str, user_id: int, *, amount: int, days: int) -> Subscription:
    """A subscription goes on, after the days that it has yet: `renewed_at` is when they are over, or now.

    Args:
        act: what is being done.
        channel_url: to whose channel.
        user_id: whose.
        amount: what was paid.
        days: for how long it goes on; 0 for ever.
    """
    channel, user, row = await _running(act, channel_url, user_id)
    renewed_at = max(act.now, end_of(row) or act.now)
    if renewed_at + timedelta(days=days) > act.now + timedelta(days=MAX_DAYS):
        raise RefusalError(ApiError.UNPROCESSABLE_ENTITY, f"No subscription is paid more than {MAX_DAYS} days ahead")
    row.renewed_at, row.amount, row.days_duration = renewed_at, amount, days
    told = _told(row, user)
    act.announce(facts(channel), SubscriptionRenewed(subscription=told))
    return told


async def change(
    act: Act, channel_url: str, user_id: int, *, level: SubscriptionLevel, amount: int | None
) -> Subscription:
    """A subscription is to another level from now on. To the one that it has already it is not changed.

    Args:
        act: what is being done.
        channel_url: to whose channel.
        user_id: whose.
        level: to what.
        amount: what was paid; `None` when it stays.
    """
    channel, user, row = await _running(act, channel_url, user_id)
    previous = _level(row)
    if previous == level:
        raise RefusalError(ApiError.UNPROCESSABLE_ENTITY, "The subscription is to this level already")
    row.level_id, row.level_name, row.level_price = level.id, level.name, level.price
    if amount is not None:
        row.amount = amount
    told = _told(row, user, previous_level=previous, changed_at=unix(act.now))
    act.announce(facts(channel), SubscriptionChanged(subscription=told))
    return told


async def end(act: Act, channel_url: str, user_id: int) -> Subscription:
    """A subscription ends now. Who was a paid subscriber is a follower then, if they did not unfollow meanwhile."""
    channel, user, row = await _running(act, channel_url, user_id)
    row.ended_at = act.now
    member = await members.hold_membership(act.session, channel_id=channel.id, user_id=user.id)
    if member is not None and member.role is Role.PAID_SUBSCRIBER:
        await demote(act, member, is_subscriber=False)
        act.deafen(facts(channel), user.id)
    told = _told(row, user)
    act.announce(facts(channel), SubscriptionDeleted(subscription=told))
    return told


async def end_run_out(acting: Acting) -> None:
    """End every subscription whose days are over, each in an act of its own."""
    while True:
        async with acting() as act:
            found = await subscriptions.run_out(act.session, now=act.now, limit=BATCH)
        for channel_url, user_id in found:
            async with acting() as act:
                await _end_if_run_out(act, channel_url, user_id)
        if len(found) < BATCH:
            return


async def _end_if_run_out(act: Act, channel_url: str, user_id: int) -> None:
    """Since it was looked for, it may have been renewed or ended."""
    channel = await place(act, channel_url)
    row = await subscriptions.active(act.session, channel_id=channel.id, user_id=user_id)
    if row is not None and (over := end_of(row)) is not None and over <= act.now:
        await end(act, channel_url, user_id)


async def _running(act: Act, channel_url: str, user_id: int) -> tuple[ChannelRow, UserRow, SubscriptionRow]:
    channel, user = await place(act, channel_url), await person(act, user_id)
    row = await subscriptions.active(act.session, channel_id=channel.id, user_id=user.id)
    if row is None:
        raise RefusalError(ApiError.UNPROCESSABLE_ENTITY, "The user has no subscription to the channel")
    return channel, user, row


def _level(row: SubscriptionRow) -> SubscriptionLevel:
    return SubscriptionLevel(id=row.level_id, name=row.level_name, price=row.level_price)


def _told(
    row: SubscriptionRow, user: UserRow, *, previous_level: SubscriptionLevel | None = None, changed_at: int = 0
) -> Subscription:
    return Subscription(
        subscriber=shown(user),
        level=_level(row),
        amount=row.amount,
        days_duration=row.days_duration,
        kind=row.kind,
        previous_level=previous_level,
        started_at=unix(row.started_at),
        renewed_at=unix(row.renewed_at),
        changed_at=changed_at,
        ended_at=unix(row.ended_at),
    )
