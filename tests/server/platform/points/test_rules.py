"""What may be done with rewards and demands, as tables."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from vklive.devapi.errors import ApiError
from vklive.devapi.models import DemandStatus, PointBalance, Reward
from vklive.devapi.models.points import MAX_POINTS
from vklive.server.platform.points.rules import (
    MAX_REWARDS,
    check_deletion,
    check_grant,
    check_room_for_reward,
    check_settling,
    price_of,
)
from vklive.server.refusal import RefusalError
from vklive.server.store.points import Uses

NOW = datetime(2027, 1, 15, 8, 0, 0, 500_000, tzinfo=UTC)
PENDING, APPROVED, REJECTED = DemandStatus.PENDING, DemandStatus.APPROVED, DemandStatus.REJECTED
NOT_ALLOWED = ApiError.UNPROCESSABLE_ENTITY


def price(
    *,
    uses: Uses | None = None,
    amount: int = 50,
    infinite: bool = False,
    banned: bool = False,
    message: bool = False,
    **reward,
) -> int:
    return price_of(
        Reward(**{"id": "r", "price": 50, **reward}),
        uses=uses or Uses(),
        balance=PointBalance(amount=amount, is_infinite=infinite),
        is_banned=banned,
        has_message=message,
        now=NOW,
    )


def ago(seconds: float) -> Uses:
    return Uses(count=1, last_at=NOW - timedelta(seconds=seconds))


@pytest.mark.parametrize(
    ("case", "to_pay"),
    [
        ({}, 50),
        ({"amount": MAX_POINTS, "price": MAX_POINTS}, MAX_POINTS),
        ({"infinite": True, "amount": 0}, 0),
        ({"message": True}, 50),
        ({"is_message_required": True, "message": True}, 50),
        ({"max_uses_count": 3, "uses": Uses(count=2, by_user=2)}, 50),
        ({"max_uses_count_per_user": 3, "uses": Uses(count=9, by_user=2)}, 50),
        ({"repair_timeout": 60}, 50),
        ({"repair_timeout": 0, "uses": ago(0)}, 50),
        ({"repair_timeout": 60, "uses": ago(60)}, 50),
    ],
)
def test_a_reward_is_to_be_had_for_its_price(case, to_pay):
    assert price(**case) == to_pay


@pytest.mark.parametrize(
    ("case", "error", "words"),
    [
        ({"banned": True}, ApiError.FORBIDDEN, "The user is banned from the channel"),
        ({"banned": True, "infinite": True}, ApiError.FORBIDDEN, "The user is banned from the channel"),
        ({"is_disabled": True}, NOT_ALLOWED, "The reward is disabled"),
        ({"is_disabled": True, "infinite": True}, NOT_ALLOWED, "The reward is disabled"),
        ({"is_message_required": True}, NOT_ALLOWED, "The reward requires a message"),
        (
            {"max_uses_count": 2, "uses": Uses(count=2)},
            NOT_ALLOWED,
            "The reward was had 2 times, and can be had 2 times",
        ),
        (
            {"max_uses_count": 2, "uses": Uses(count=3), "infinite": True},
            NOT_ALLOWED,
            "The reward was had 3 times, and can be had 2 times",
        ),
        (
            {"max_uses_count_per_user": 1, "uses": Uses(count=1, by_user=1)},
            NOT_ALLOWED,
            "The user has had the reward 1 times, and each can have it 1 times",
        ),
        ({"repair_timeout": 60, "uses": ago(59)}, NOT_ALLOWED, "The reward can be had again in 1 s"),
        ({"repair_timeout": 60, "uses": ago(59.5)}, NOT_ALLOWED, "The reward can be had again in 1 s"),
        ({"repair_timeout": 60, "uses": ago(0)}, NOT_ALLOWED, "The reward can be had again in 60 s"),
        ({"amount": 49}, NOT_ALLOWED, "The reward costs 50 points, and the user has 49"),
        ({"amount": 0}, NOT_ALLOWED, "The reward costs 50 points, and the user has 0"),
    ],
)
def test_a_reward_that_is_not_to_be_had_says_why(case, error, words):
    with pytest.raises(RefusalError) as refused:
        price(**case)

    assert (refused.value.error, refused.value.description) == (error, words)


@pytest.mark.parametrize(
    ("amount", "balance", "pending", "error"),
    [
        (1, 0, 0, None),
        (MAX_POINTS, 0, 0, None),
        (1, MAX_POINTS - 2, 1, None),
        (1, MAX_POINTS, 0, NOT_ALLOWED),
        (1, 0, MAX_POINTS, NOT_ALLOWED),
        (2, MAX_POINTS - 2, 1, NOT_ALLOWED),
        (0, 0, 0, ApiError.INVALID_PARAM),
        (-1, 5, 0, ApiError.INVALID_PARAM),
        (MAX_POINTS + 1, 0, 0, ApiError.INVALID_PARAM),
        (2**63, 0, 0, ApiError.INVALID_PARAM),
    ],
)
def test_nobody_is_given_nothing_or_too_much(amount, balance, pending, error):
    assert refusal_of(lambda: check_grant(amount, balance=balance, pending=pending)) is error


@pytest.mark.parametrize(("count", "error"), [(0, None), (MAX_REWARDS - 1, None), (MAX_REWARDS, NOT_ALLOWED)])
def test_a_channel_has_only_so_many_rewards(count, error):
    assert refusal_of(lambda: check_room_for_reward(count)) is error


@pytest.mark.parametrize(
    ("disabled", "pending", "error"),
    [(True, False, None), (True, True, NOT_ALLOWED), (False, False, NOT_ALLOWED), (False, True, NOT_ALLOWED)],
)
def test_a_reward_is_deleted_when_it_is_disabled_and_nothing_of_it_pending(disabled, pending, error):
    assert refusal_of(lambda: check_deletion(is_disabled=disabled, has_pending=pending)) is error


@pytest.mark.parametrize("to", [APPROVED, REJECTED])
@pytest.mark.parametrize(
    ("wanted", "found", "error"),
    [
        ([], {}, None),
        ([1, 2], {1: PENDING, 2: PENDING}, None),
        ([1, 2], {1: PENDING}, ApiError.NOT_FOUND),
        ([1, 2], {1: PENDING, 2: APPROVED}, NOT_ALLOWED),
        ([1, 2], {1: REJECTED, 2: PENDING}, NOT_ALLOWED),
    ],
)
def test_demands_are_settled_once_and_only_those_there_are(to, wanted, found, error):
    assert refusal_of(lambda: check_settling(wanted, found, to=to)) is error


def refusal_of(check) -> ApiError | None:
    try:
        check()
    except RefusalError as refused:
        return refused.error
    return None
