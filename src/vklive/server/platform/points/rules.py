"""The rules of rewards and demands: pure, so that a table tests them.

What they do not allow is raised as a `RefusalError`; which error it is, and why, is said in the package.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from math import ceil

from vklive.devapi.errors import ApiError
from vklive.devapi.models import DemandStatus, PointBalance, Reward
from vklive.devapi.models.points import MAX_POINTS
from vklive.server.refusal import RefusalError
from vklive.server.store.points import Uses

MAX_REWARDS = 100
"""Rewards of a channel, those that are disabled among them, and those that are deleted not."""

SETTLED_FROM: Mapping[DemandStatus, frozenset[DemandStatus]] = {
    DemandStatus.APPROVED: frozenset({DemandStatus.PENDING}),
    DemandStatus.REJECTED: frozenset({DemandStatus.PENDING}),
}
"""The life of a demand: what it can become, and from what. It begins as pending."""


def _not_allowed(words: str) -> RefusalError:
    return RefusalError(ApiError.UNPROCESSABLE_ENTITY, words)


def price_of(
    reward: Reward, *, uses: Uses, balance: PointBalance, is_banned: bool, has_message: bool, now: datetime
) -> int:
    """What somebody has to pay to have a reward now.

    The owner may have the channel's own rewards, to try them: within the same limits, and for nothing, as there is no
    end of the owner's points. A message that the reward does not ask for is no fault.

    Args:
        reward: what is wanted.
        uses: what was had of it already; a demand that was rejected is no use, for none of the limits.
        balance: what the user has.
        is_banned: whether the user is banned from the channel.
        has_message: whether the user writes something with it.
        now: when it is wanted; aware, UTC.

    Raises:
        RefusalError: it is not to be had; the first rule of these that forbids it says so.
    """
    if is_banned:
        raise RefusalError(ApiError.FORBIDDEN, "The user is banned from the channel")
    if reward.is_disabled:
        raise _not_allowed("The reward is disabled")
    if reward.is_message_required and not has_message:
        raise _not_allowed("The reward requires a message")
    if reward.max_uses_count is not None and uses.count >= reward.max_uses_count:
        raise _not_allowed(f"The reward was had {uses.count} times, and can be had {reward.max_uses_count} times")
    if reward.max_uses_count_per_user is not None and uses.by_user >= reward.max_uses_count_per_user:
        raise _not_allowed(
            f"The user has had the reward {uses.by_user} times, and each can have it "
            f"{reward.max_uses_count_per_user} times"
        )
    if uses.last_at is not None and (wait := _cooling(uses.last_at, reward.repair_timeout, now)) > 0:
        raise _not_allowed(f"The reward can be had again in {wait} s")
    if balance.is_infinite:
        return 0
    if balance.amount < reward.price:
        raise _not_allowed(f"The reward costs {reward.price} points, and the user has {balance.amount}")
    return reward.price


def _cooling(last_at: datetime, repair_timeout: int, now: datetime) -> int:
    """Whole seconds until a reward can be had again."""
    return ceil((last_at + timedelta(seconds=repair_timeout) - now).total_seconds())


def check_grant(amount: int, *, balance: int, pending: int) -> None:
    """Nobody has more than `MAX_POINTS` in a channel, nor would if all their pending demands were rejected."""
    if not 1 <= amount <= MAX_POINTS:
        raise RefusalError(ApiError.INVALID_PARAM, f"amount is {amount}, not from 1 to {MAX_POINTS}")
    if balance + pending + amount > MAX_POINTS:
        raise _not_allowed(
            f"The user has {balance} points and {pending} in pending demands; with {amount} it would be more "
            f"than {MAX_POINTS}"
        )


def check_room_for_reward(count: int) -> None:
    """A channel has at most `MAX_REWARDS`; `count` is how many there are."""
    if count >= MAX_REWARDS:
        raise _not_allowed(f"The channel has {count} rewards, at most {MAX_REWARDS}")


def check_deletion(*, is_disabled: bool, has_pending: bool) -> None:
    """A reward is disabled first, then its pending demands are settled, then it is deleted."""
    if not is_disabled:
        raise _not_allowed("The reward is enabled: disable it first")
    if has_pending:
        raise _not_allowed("The reward has pending demands: accept or reject them first")


def check_settling(wanted: Collection[int], found: Mapping[int, DemandStatus], *, to: DemandStatus) -> None:
    """Demands are settled once.

    Args:
        wanted: which are to be settled.
        found: the status of those of them that the channel has.
        to: what they are to become.
    """
    for number in sorted(wanted):
        status = found.get(number)
        if status is None:
            raise RefusalError(ApiError.NOT_FOUND, f"The channel has no demand {number}")
        if status not in SETTLED_FROM[to]:
            raise _not_allowed(f"The demand {number} is {status} already")
