"""The life of rewards and their demands against a model that keeps everything in lists.

Points are neither made nor lost: what a user has, what is pending and what was accepted is what was granted.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass
from itertools import count

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, rule, run_state_machine_as_test
from sqlalchemy.ext.asyncio import AsyncEngine
from tests.server.platform.points.world import World

from vklive.devapi.errors import ApiError
from vklive.devapi.models import ChatMessageToSend, DemandStatus, RewardActivation, RewardBody
from vklive.server.directory import User
from vklive.server.refusal import RefusalError
from vklive.server.store import Store, parse_seed
from vklive.testing.clock import VirtualClock
from vklive.testing.database import memory_engine

FREE = ApiError.UNPROCESSABLE_ENTITY
PENDING, APPROVED, REJECTED = DemandStatus.PENDING, DemandStatus.APPROVED, DemandStatus.REJECTED


@dataclass
class Reward:
    id: str
    body: RewardBody
    disabled: bool = False
    deleted: bool = False


@dataclass
class Demand:
    id: int
    reward: Reward
    user: int
    paid: int
    at: float
    status: DemandStatus = PENDING


bodies = st.builds(
    RewardBody,
    name=st.just("reward"),
    price=st.integers(1, 60),
    is_message_required=st.sampled_from([False, False, True]),
    max_uses_count=st.none() | st.integers(0, 4),
    max_uses_count_per_user=st.none() | st.integers(0, 2),
    repair_timeout=st.sampled_from([0, 0, 30]),
    is_disabled=st.sampled_from([None, None, False, True]),
)
# The owner is number 0.
users = st.integers(0, 2)


class Life(RuleBasedStateMachine):
    """One channel with an owner and two viewers."""

    rewards = Bundle("rewards")

    def __init__(self, runner: asyncio.Runner, store: Store, clock: VirtualClock, number: int) -> None:
        super().__init__()
        self.runner, self.clock = runner, clock
        self.url = f"channel-{number}"
        self.users = [User(id=3 * number + which, nick=f"user {which}") for which in range(3)]
        seed = "".join(f"[[users]]\nid = {user.id}\nnick = '{user.nick}'\n" for user in self.users)
        seed += f"[[channels]]\nid = {number}\nurl = '{self.url}'\nowner = {self.users[0].id}\n"
        self.run(store.plant(parse_seed(seed.encode(), origin="life")))
        self.world = World(store)
        self.points = self.world.points
        self.known: list[Reward] = []
        self.demands: list[Demand] = []
        self.granted = [0, 0, 0]

    def run(self, does: Awaitable[object]) -> object:
        async def awaited() -> object:
            return await does

        return self.runner.run(awaited())

    def refusal(self, does: Awaitable[object]) -> ApiError | None:
        try:
            self.run(does)
        except RefusalError as refused:
            return refused.error
        return None

    def has(self, user: int) -> int:
        return self.granted[user] - sum(
            demand.paid for demand in self.demands if demand.user == user and demand.status is not REJECTED
        )

    @initialize(target=rewards, body=st.builds(RewardBody, name=st.just("first"), price=st.integers(1, 60)))
    def begin(self, body: RewardBody) -> Reward:
        for user in range(3):
            self.grant(user, 200)
        return self.create(body)

    @rule(user=users, amount=st.integers(1, 200))
    def give(self, user: int, amount: int) -> None:
        self.grant(user, amount)

    def grant(self, user: int, amount: int) -> None:
        self.granted[user] += amount
        granted = self.world.grant(self.url, user_id=self.users[user].id, amount=amount)
        assert self.run(granted) == self.has(user)

    @rule(target=rewards, body=bodies)
    def add(self, body: RewardBody) -> Reward:
        return self.create(body)

    def create(self, body: RewardBody) -> Reward:
        created = self.runner.run(self.points.rewards.create(self.users[0], self.url, body))
        reward = Reward(created.reward.id, body, disabled=bool(body.is_disabled))
        self.known.append(reward)
        return reward

    @rule(reward=rewards, body=bodies)
    def edit(self, reward: Reward, body: RewardBody) -> None:
        refusal = self.refusal(self.points.rewards.edit(self.users[0], self.url, reward.id, body))
        assert refusal is (ApiError.NOT_FOUND if reward.deleted else None)
        if not reward.deleted:
            reward.body = body
            reward.disabled = reward.disabled if body.is_disabled is None else body.is_disabled

    @rule(reward=rewards, disabled=st.sampled_from([False, False, True]))
    def switch(self, reward: Reward, disabled: bool) -> None:
        does = self.points.rewards.disable if disabled else self.points.rewards.enable
        assert self.refusal(does(self.users[0], self.url, reward.id)) is (
            ApiError.NOT_FOUND if reward.deleted else None
        )
        reward.disabled = disabled

    @rule(reward=rewards)
    def delete(self, reward: Reward) -> None:
        pending = any(demand.reward is reward and demand.status is PENDING for demand in self.demands)
        expected = ApiError.NOT_FOUND if reward.deleted else FREE if pending or not reward.disabled else None
        assert self.refusal(self.points.rewards.delete(self.users[0], self.url, reward.id)) is expected
        reward.deleted = reward.deleted or expected is None

    @rule(reward=rewards, user=users, message=st.sampled_from([True, True, False]))
    def activate(self, reward: Reward, user: int, message: bool) -> None:
        body = reward.body
        price = 0 if user == 0 else body.price
        had = [demand for demand in self.demands if demand.reward is reward and demand.status is not REJECTED]
        forbidden = (
            reward.disabled
            or (body.is_message_required and not message)
            or len(had) >= (body.max_uses_count or 99)
            or [demand.user for demand in had].count(user) >= (body.max_uses_count_per_user or 99)
            or any(demand.at + body.repair_timeout > self.clock.wall() for demand in had)
            or self.has(user) < price
        )
        expected = ApiError.NOT_FOUND if reward.deleted else FREE if forbidden else None
        wish = RewardActivation(id=reward.id, message=ChatMessageToSend.of("please") if message else None)

        assert self.refusal(self.points.demands.activate(self.users[user], self.url, wish)) is expected
        if expected is None:
            page = self.runner.run(self.points.demands.page(self.users[0], self.url, limit=1))
            self.demands.append(Demand(page.data.demands[0].id, reward, user, price, self.clock.wall()))

    @rule(data=st.data(), to=st.sampled_from([APPROVED, REJECTED]), unknown=st.integers(0, 9))
    def settle(self, data: st.DataObject, to: DemandStatus, unknown: int) -> None:
        pending = [demand for demand in self.demands if demand.status is PENDING]
        choices = st.sampled_from(pending or self.demands) | st.sampled_from(self.demands) if self.demands else None
        some = [] if choices is None else data.draw(st.lists(choices, max_size=3))
        ids = [demand.id for demand in some] + [2**40] * (unknown == 0)
        settled = any(demand.status is not PENDING for demand in some)
        expected = FREE if settled else ApiError.NOT_FOUND if unknown == 0 else None

        assert self.refusal(self.points.demands.settle(self.users[0], self.url, ids, to=to)) is expected
        if expected is None:
            for demand in some:
                demand.status = to
        self.look()

    @rule(seconds=st.sampled_from([1, 29, 30]))
    def wait(self, seconds: int) -> None:
        self.clock.advance(seconds)

    def look(self) -> None:
        # Not after each step, since asking for everything takes longer than the steps do.
        for which, user in enumerate(self.users):
            told = self.runner.run(self.points.balances.of(user, self.url))
            assert told.balance.amount == self.has(which) >= 0
        page = self.runner.run(self.points.demands.page(self.users[0], self.url, limit=200))
        assert [(demand.id, demand.status) for demand in page.data.demands] == [
            (demand.id, demand.status) for demand in reversed(self.demands)
        ]
        managed = self.runner.run(self.points.rewards.managed(self.users[0], self.url)).rewards
        offered = self.runner.run(self.points.rewards.on_offer(self.url)).rewards
        there = [reward for reward in self.known if not reward.deleted]
        assert {(each.id, each.price) for each in managed} == {(each.id, each.body.price) for each in there}
        assert {each.id for each in offered} == {each.id for each in there if not each.disabled}

    def teardown(self) -> None:
        self.look()


def live(where: str | AsyncEngine, clock: VirtualClock, *, lives: int) -> None:
    numbers = count(1)
    with asyncio.Runner() as runner:
        store = Store(where, clock=clock)

        class OneLife(Life):
            def __init__(self) -> None:
                super().__init__(runner, store, clock, next(numbers))

        runner.run(store.__aenter__())
        try:
            run_state_machine_as_test(OneLife, settings=settings(max_examples=lives, stateful_step_count=30))
        finally:
            runner.run(store.__aexit__(None, None, None))


def test_rewards_and_demands_live_as_in_a_simple_model(clock):
    live(memory_engine(), clock, lives=40)


def test_they_live_in_postgresql_as_well(postgresql_url, clock):
    live(postgresql_url, clock, lives=8)
