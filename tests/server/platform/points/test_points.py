"""Points, rewards and demands on SQLite and PostgreSQL alike."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import text
from tests.server.platform.points.world import ANNA, BANNED, BOB, OWNER

from vklive.devapi.errors import ApiError
from vklive.devapi.models import ChatMessageToSend, DemandStatus, RewardActivation, RewardBody
from vklive.devapi.models.points import MAX_POINTS
from vklive.server.directory import User
from vklive.server.platform.points.rules import MAX_REWARDS
from vklive.server.refusal import RefusalError
from vklive.server.store.engine import POOL_SIZE

APPROVED, REJECTED = DemandStatus.APPROVED, DemandStatus.REJECTED
WATER = RewardActivation(id="water")


async def refusal(awaitable) -> ApiError | None:
    try:
        await awaitable
    except RefusalError as refused:
        return refused.error
    return None


async def limit(world, **changes) -> None:
    await world.points.rewards.edit(OWNER, "streamer", "water", RewardBody(name="Drink water", price=50, **changes))


async def newest(world) -> int:
    page = await world.points.demands.page(OWNER, "streamer", limit=1)
    number: int = page.data.demands[0].id
    return number


async def test_points_are_granted_in_one_channel_and_add_up(world):
    grant = world.grant

    assert await grant("streamer", user_id=7, amount=30) == 30
    assert await grant("streamer", user_id=7, amount=70) == 100
    assert await grant("streamer", user_id=8, amount=1) == 1

    assert [await world.balance(user) for user in (ANNA, BOB, OWNER)] == [100, 1, 0]
    assert (await world.points.balances.of(ANNA, "elsewhere")).balance.amount == 0
    assert (await world.points.balances.of(OWNER, "streamer")).balance.is_infinite


async def test_nobody_can_be_given_more_than_a_database_can_hold(world):
    grant = world.grant
    await grant("streamer", user_id=7, amount=MAX_POINTS)
    await world.points.demands.activate(ANNA, "streamer", WATER)

    # What is pending may come back.
    assert await refusal(grant("streamer", user_id=7, amount=1)) is ApiError.UNPROCESSABLE_ENTITY
    await world.points.demands.settle(OWNER, "streamer", [await newest(world)], to=APPROVED)
    assert await grant("streamer", user_id=7, amount=50) == MAX_POINTS


@pytest.mark.parametrize("user_id", [999, 2**63 - 1])
async def test_who_is_not_there_is_given_nothing(world, user_id):
    assert await refusal(world.grant("streamer", user_id=user_id, amount=1)) is ApiError.NOT_FOUND


async def test_rejecting_gives_the_points_back_and_accepting_keeps_them(world):
    await world.grant("streamer", user_id=7, amount=100)
    demands = world.points.demands

    await demands.activate(ANNA, "streamer", WATER)
    assert await world.balance(ANNA) == 50
    await demands.settle(OWNER, "streamer", [await newest(world)], to=REJECTED)
    assert await world.balance(ANNA) == 100

    await demands.activate(ANNA, "streamer", WATER)
    await demands.settle(OWNER, "streamer", [await newest(world)], to=APPROVED)
    assert await world.balance(ANNA) == 50
    assert await world.statuses() == [(7, "approved"), (7, "rejected")]


async def test_what_was_paid_comes_back_also_when_the_price_has_changed(world):
    await world.grant("streamer", user_id=7, amount=50)
    await world.points.demands.activate(ANNA, "streamer", WATER)

    await world.points.rewards.edit(OWNER, "streamer", "water", RewardBody(name="Water", price=70))
    await world.points.demands.settle(OWNER, "streamer", [await newest(world)], to=REJECTED)

    assert await world.balance(ANNA) == 50


async def test_the_owner_is_told_of_a_demand_with_only_the_id_of_its_reward_and_the_chat_who_got_one(world, clock):
    await world.grant("streamer", user_id=7, amount=100)
    message = ChatMessageToSend.of("now, please")

    await world.points.demands.activate(ANNA, "streamer", RewardActivation(id="water", message=message))

    demand, in_chat = world.told
    assert demand == (
        "api-channel-points:42#1",
        {
            "type": "channel_points_reward_demand_create",
            "data": {
                "demand": {
                    "id": await newest(world),
                    "user": {
                        "id": 7,
                        "nick": "Анна",
                        "nick_color": 3,
                        "avatar_url": "https://a.example/anna.png",
                    },
                    "reward": {"id": "water"},
                    "status": "pending",
                    "message_parts": [{"text": {"content": "now, please"}}],
                    "created_at": int(clock.wall()),
                }
            },
        },
    )
    # WebHooks tell more of the reward.
    in_full = demand[1]["data"]["demand"] | {"reward": {"id": "water", "name": "Drink water", "price": 50}}
    assert world.certain[0] == {"demand": in_full}
    ws_channel, said = in_chat
    message = said["data"]["chat_message"]
    assert (ws_channel, message["author"]["nick"]) == ("api-channel-chat:42", "ChatBot")
    assert message["parts"][0] == {"mention": {"id": 7, "nick": "Анна"}}
    assert message["parts"][1]["text"]["content"].startswith("получает награду")


async def test_nothing_is_told_of_a_demand_that_is_refused_nor_of_what_is_settled(world):
    await world.grant("streamer", user_id=7, amount=50)
    await world.points.demands.activate(ANNA, "streamer", WATER)
    await world.points.demands.settle(OWNER, "streamer", [await newest(world)], to=APPROVED)
    assert len(world.told) == 2

    assert await refusal(world.points.demands.activate(ANNA, "streamer", WATER)) is ApiError.UNPROCESSABLE_ENTITY
    assert len(world.told) == 2


async def test_the_owner_tries_a_reward_for_nothing_and_a_banned_user_has_none(world):
    demands = world.points.demands

    await demands.activate(OWNER, "streamer", WATER)
    assert await refusal(demands.activate(BANNED, "streamer", WATER)) is ApiError.FORBIDDEN

    await demands.settle(OWNER, "streamer", [await newest(world)], to=REJECTED)
    assert [await world.balance(user) for user in (OWNER, BANNED)] == [0, 1000]


@pytest.mark.parametrize("message", [None, ChatMessageToSend(parts=[]), ChatMessageToSend.of(" \n")])
async def test_a_required_message_has_to_say_something(world, message):
    await limit(world, is_message_required=True)
    await world.grant("streamer", user_id=7, amount=100)
    demands = world.points.demands

    wish = RewardActivation(id="water", message=message)
    assert await refusal(demands.activate(ANNA, "streamer", wish)) is ApiError.UNPROCESSABLE_ENTITY
    await demands.activate(ANNA, "streamer", RewardActivation(id="water", message=ChatMessageToSend.of("hi")))
    assert await world.balance(ANNA) == 50


async def test_a_reward_cools_down_for_everybody_and_not_after_a_rejection(world, clock):
    await limit(world, repair_timeout=60)
    demands = world.points.demands
    for user in (ANNA, BOB):
        await world.grant("streamer", user_id=user.id, amount=200)

    await demands.activate(ANNA, "streamer", WATER)
    clock.advance(59)
    assert await refusal(demands.activate(BOB, "streamer", WATER)) is ApiError.UNPROCESSABLE_ENTITY
    clock.advance(1)
    await demands.activate(BOB, "streamer", WATER)
    assert await refusal(demands.activate(ANNA, "streamer", WATER)) is ApiError.UNPROCESSABLE_ENTITY
    await demands.settle(OWNER, "streamer", [await newest(world)], to=REJECTED)
    await demands.activate(ANNA, "streamer", WATER)
    assert [await world.balance(user) for user in (ANNA, BOB)] == [100, 200]


async def test_limits_count_what_is_pending_or_accepted_for_each_user_and_for_all(world):
    await limit(world, max_uses_count=3, max_uses_count_per_user=2)
    demands = world.points.demands
    for user in (ANNA, BOB):
        await world.grant("streamer", user_id=user.id, amount=500)

    await demands.activate(ANNA, "streamer", WATER)
    await demands.settle(OWNER, "streamer", [await newest(world)], to=APPROVED)
    await demands.activate(ANNA, "streamer", WATER)
    assert await refusal(demands.activate(ANNA, "streamer", WATER)) is ApiError.UNPROCESSABLE_ENTITY
    await demands.activate(BOB, "streamer", WATER)
    assert await refusal(demands.activate(BOB, "streamer", WATER)) is ApiError.UNPROCESSABLE_ENTITY
    await demands.settle(OWNER, "streamer", [await newest(world)], to=REJECTED)
    await demands.activate(BOB, "streamer", WATER)
    assert await refusal(demands.activate(BOB, "streamer", WATER)) is ApiError.UNPROCESSABLE_ENTITY


async def test_demands_are_settled_all_or_none(world):
    demands = world.points.demands
    await world.grant("streamer", user_id=7, amount=200)
    numbers = []
    for _ in range(3):
        await demands.activate(ANNA, "streamer", WATER)
        numbers.append(await newest(world))
    await demands.settle(OWNER, "streamer", numbers[:1], to=APPROVED)

    assert await refusal(demands.settle(OWNER, "streamer", numbers, to=REJECTED)) is ApiError.UNPROCESSABLE_ENTITY
    assert await refusal(demands.settle(OWNER, "streamer", [*numbers[1:], 999], to=REJECTED)) is ApiError.NOT_FOUND
    # They are no demands of the owner's other channel.
    assert await refusal(demands.settle(OWNER, "elsewhere", numbers[1:], to=REJECTED)) is ApiError.NOT_FOUND
    assert (await world.balance(ANNA), await world.statuses()) == (
        50,
        [(7, "pending"), (7, "pending"), (7, "approved")],
    )

    await demands.settle(OWNER, "streamer", [*numbers[1:], *numbers[1:]], to=REJECTED)
    assert (await world.balance(ANNA), await world.statuses()) == (
        150,
        [(7, "rejected"), (7, "rejected"), (7, "approved")],
    )
    await demands.settle(OWNER, "streamer", [], to=REJECTED)


async def test_a_reward_is_disabled_then_settled_then_deleted_and_its_demands_stay(world):
    rewards, demands = world.points.rewards, world.points.demands
    await world.grant("streamer", user_id=7, amount=100)
    await demands.activate(ANNA, "streamer", WATER)

    assert await refusal(rewards.delete(OWNER, "streamer", "water")) is ApiError.UNPROCESSABLE_ENTITY
    await rewards.disable(OWNER, "streamer", "water")
    assert await refusal(demands.activate(ANNA, "streamer", WATER)) is ApiError.UNPROCESSABLE_ENTITY
    assert await refusal(rewards.delete(OWNER, "streamer", "water")) is ApiError.UNPROCESSABLE_ENTITY
    await demands.settle(OWNER, "streamer", [await newest(world)], to=REJECTED)
    await rewards.delete(OWNER, "streamer", "water")

    assert (await rewards.managed(OWNER, "streamer")).rewards == []
    for gone in (
        rewards.enable(OWNER, "streamer", "water"),
        rewards.one(OWNER, "streamer", "water"),
        demands.activate(ANNA, "streamer", WATER),
    ):
        assert await refusal(gone) is ApiError.NOT_FOUND
    page = await demands.page(OWNER, "streamer", reward_id="water", limit=10)
    assert [demand.status for demand in page.data.demands] == ["rejected"]


async def test_a_channel_has_only_so_many_rewards_and_each_that_is_deleted_makes_room(world):
    rewards = world.points.rewards
    created = [
        (await rewards.create(OWNER, "streamer", RewardBody(name=str(number), price=1, is_disabled=True))).reward.id
        for number in range(MAX_REWARDS - 1)
    ]
    one_more = RewardBody(name="one more", price=1)

    assert await refusal(rewards.create(OWNER, "streamer", one_more)) is ApiError.UNPROCESSABLE_ENTITY
    await rewards.create(OWNER, "elsewhere", one_more)
    await rewards.delete(OWNER, "streamer", created[0])
    await rewards.create(OWNER, "streamer", one_more)


# Races: many tasks, each with a connection of its own.


async def raced(world, *attempts) -> list[ApiError | None]:
    await open_connections(world)
    return list(await asyncio.gather(*map(refusal, attempts)))


async def open_connections(world) -> None:
    """Have enough of them: who had to connect first would come when the race is over."""
    all_are_open = asyncio.Barrier(POOL_SIZE)

    async def ask() -> None:
        async with world.store.database.reading() as session:
            await session.execute(text("SELECT 1"))
            await all_are_open.wait()

    await asyncio.gather(*(ask() for _ in range(POOL_SIZE)))


async def test_of_two_users_who_race_for_the_last_use_one_wins(world):
    for number in range(10):
        await limit(world, max_uses_count=number + 1)
        for user in (ANNA, BOB):
            await world.grant("streamer", user_id=user.id, amount=50)
        before = await world.balance(ANNA) + await world.balance(BOB)

        ends = await raced(world, *(world.points.demands.activate(user, "streamer", WATER) for user in (ANNA, BOB)))

        assert sorted(ends, key=str) == [ApiError.UNPROCESSABLE_ENTITY, None]
        assert await world.balance(ANNA) + await world.balance(BOB) == before - 50
        assert len(await world.statuses()) == number + 1


async def test_a_crowd_that_races_for_three_uses_gets_three(world):
    await limit(world, max_uses_count=3)
    users = [ANNA, BOB, User(id=1, nick="owner")]
    for user in users:
        await world.grant("streamer", user_id=user.id, amount=1000)

    ends = await raced(world, *(world.points.demands.activate(users[n % 3], "streamer", WATER) for n in range(18)))

    assert (ends.count(None), len(await world.statuses())) == (3, 3)


async def test_who_races_with_himself_for_his_last_points_never_owes_any(world):
    other = (await world.points.rewards.create(OWNER, "streamer", RewardBody(name="Other", price=40))).reward.id
    await world.grant("streamer", user_id=7, amount=100)
    wishes = [WATER, RewardActivation(id=other)] * 6

    ends = await raced(world, *(world.points.demands.activate(ANNA, "streamer", wish) for wish in wishes))

    assert ends.count(None) == 2
    assert await world.balance(ANNA) in {0, 10, 20}


async def test_grants_that_race_add_up_also_when_there_was_no_balance(world):
    await raced(world, *(world.grant("streamer", user_id=7, amount=1) for _ in range(15)))

    assert await world.balance(ANNA) == 15


async def test_a_demand_is_settled_once_however_many_try(world):
    await world.grant("streamer", user_id=7, amount=150)
    numbers = []
    for _ in range(3):
        await world.points.demands.activate(ANNA, "streamer", WATER)
        numbers.append(await newest(world))
    settle = world.points.demands.settle

    ends = await raced(
        world,
        *(
            settle(OWNER, "streamer", order, to=to)
            for order in (numbers, numbers[::-1])
            for to in (APPROVED, REJECTED) * 3
        ),
    )

    assert ends.count(None) == 1
    (status,) = {status for _, status in await world.statuses()}
    assert await world.balance(ANNA) == (150 if status == REJECTED else 0)


async def test_a_reward_that_is_being_deleted_is_had_before_or_not_at_all(world):
    for _ in range(5):
        body = RewardBody(name="short-lived", price=1)
        reward_id = (await world.points.rewards.create(OWNER, "streamer", body)).reward.id
        await world.grant("streamer", user_id=7, amount=1)
        before = len(await world.statuses())

        async def take_away(reward_id: str = reward_id) -> None:
            await world.points.rewards.disable(OWNER, "streamer", reward_id)
            await world.points.rewards.delete(OWNER, "streamer", reward_id)

        had, deleted = await raced(
            world, world.points.demands.activate(ANNA, "streamer", RewardActivation(id=reward_id)), take_away()
        )

        assert had is None or deleted is None
        assert len(await world.statuses()) == before + (had is None)
        if had is None:
            assert deleted is ApiError.UNPROCESSABLE_ENTITY


async def test_a_channel_has_not_more_rewards_when_they_are_created_at_once(world):
    rewards = world.points.rewards
    for number in range(MAX_REWARDS - 2):
        await rewards.create(OWNER, "streamer", RewardBody(name=str(number), price=1))

    ends = await raced(
        world, *(rewards.create(OWNER, "streamer", RewardBody(name=str(number), price=1)) for number in range(5))
    )

    assert ends.count(None) == 1
    assert len((await rewards.managed(OWNER, "streamer")).rewards) == MAX_REWARDS
