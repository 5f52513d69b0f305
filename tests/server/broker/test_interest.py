"""What the broker carries follows what is needed, in virtual time."""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vklive.server.broker.interest import Interest
from vklive.testing.loop import run_virtual

CHANNEL = "news"


class BrokerDownError(Exception):
    """What a broker may raise."""


class Answer(NamedTuple):
    """How the broker takes one call: how long it takes, and whether it fails, before or after it has taken effect."""

    seconds: float = 0.0
    fails: bool = False
    late: bool = True


class SlowBroker:
    """The part of a broker that `Interest` calls, which takes its time and may fail.

    Attributes:
        carried: the ws channels that it carries.
        calls: all that was asked of it.
        answers: how it takes the next calls; then it takes them at once.
    """

    def __init__(self, *answers: Answer) -> None:
        self.carried: set[str] = set()
        self.calls: list[str] = []
        self.answers = deque(answers)
        self._busy: set[str] = set()

    async def subscribe(self, ws_channel: str) -> None:
        async with self._taking("subscribe", ws_channel):
            self.carried.add(ws_channel)

    async def unsubscribe(self, ws_channel: str) -> None:
        async with self._taking("unsubscribe", ws_channel):
            self.carried.discard(ws_channel)

    def _taking(self, what: str, ws_channel: str) -> _Taking:
        self.calls.append(what)
        return _Taking(self._busy, ws_channel, self.answers.popleft() if self.answers else Answer())


class _Taking:
    def __init__(self, busy: set[str], ws_channel: str, answer: Answer) -> None:
        self._busy, self._ws_channel, self._answer = busy, ws_channel, answer

    async def __aenter__(self) -> None:
        assert self._ws_channel not in self._busy, "two calls for one ws channel at a time"
        self._busy.add(self._ws_channel)
        if self._answer.late:
            await self._wait()

    async def __aexit__(self, kind: object, *_: object) -> None:
        if kind is None and not self._answer.late:
            await self._wait()

    async def _wait(self) -> None:
        try:
            await asyncio.sleep(self._answer.seconds)
        finally:
            self._busy.discard(self._ws_channel)
        if self._answer.fails:
            raise BrokerDownError


class World:
    """An interest, who needs what, and what the broker carries."""

    def __init__(self, *answers: Answer) -> None:
        self.broker = SlowBroker(*answers)
        self.needed: Counter[str] = Counter()
        self.interest = Interest(self.broker, is_needed=lambda ws_channel: self.needed[ws_channel] > 0)  # type: ignore[arg-type]

    async def enter(self, ws_channel: str = CHANNEL) -> None:
        """Do what a subscriber does."""
        self.needed[ws_channel] += 1
        try:
            await self.interest.need(ws_channel)
        except BaseException:
            await self.leave(ws_channel)
            raise

    async def leave(self, ws_channel: str = CHANNEL) -> None:
        """Do what a subscriber does in the end."""
        self.needed[ws_channel] -= 1
        if not self.needed[ws_channel]:
            await self.interest.drop(ws_channel)


async def outcomes(*work):
    return await asyncio.gather(*work, return_exceptions=True)


def test_the_first_need_subscribes_and_the_last_drop_unsubscribes():
    async def main():
        world = World()
        await world.enter()
        await world.enter()
        await world.leave()
        assert world.broker.calls == ["subscribe"]
        assert world.broker.carried == {CHANNEL}

        await world.leave()

        assert world.broker.calls == ["subscribe", "unsubscribe"]
        assert not len(world.interest)

    run_virtual(main())


def test_a_need_waits_for_the_subscription_that_is_under_way():
    async def main():
        world = World(Answer(5.0))
        first = asyncio.create_task(world.enter())
        await asyncio.sleep(1)

        await world.enter()

        assert asyncio.get_running_loop().time() == 5.0
        assert world.broker.calls == ["subscribe"]
        await first

    run_virtual(main())


def test_a_need_while_the_broker_unsubscribes_subscribes_again():
    async def main():
        world = World(Answer(), Answer(5.0), Answer(5.0))
        await world.enter()
        leaving = asyncio.create_task(world.leave())
        await asyncio.sleep(1)

        await world.enter()

        assert asyncio.get_running_loop().time() == 10.0
        assert world.broker.carried == {CHANNEL}
        await leaving

    run_virtual(main())


def test_a_drop_that_waits_does_nothing_when_there_is_a_need_again():
    async def main():
        world = World(Answer(5.0))
        entering = asyncio.create_task(world.enter())
        await asyncio.sleep(1)
        entering.cancel()
        again = asyncio.create_task(world.enter())
        await outcomes(entering, again)

        assert world.broker.carried == {CHANNEL}

    run_virtual(main())


def test_who_left_before_its_turn_is_not_subscribed():
    async def main():
        world = World(Answer(), Answer(5.0))
        await world.enter()
        leaving = asyncio.create_task(world.leave())
        await asyncio.sleep(1)
        world.needed[CHANNEL] += 1
        needing = asyncio.create_task(world.interest.need(CHANNEL))
        await asyncio.sleep(1)
        await world.leave()
        await outcomes(leaving, needing)

        assert world.broker.calls == ["subscribe", "unsubscribe"]
        assert not len(world.interest)

    run_virtual(main())


def test_a_failure_reaches_all_who_waited_for_it_after_one_call():
    async def main():
        world = World(Answer(5.0, fails=True))

        found = await outcomes(world.enter(), world.enter(), world.enter())

        assert [type(one) for one in found] == [BrokerDownError] * 3
        assert asyncio.get_running_loop().time() == 5.0
        assert world.broker.calls.count("subscribe") == 1

    run_virtual(main())


def test_who_comes_after_a_failure_is_subscribed():
    async def main():
        world = World(Answer(fails=True))
        with pytest.raises(BrokerDownError):
            await world.enter()

        await world.enter()

        assert world.broker.carried == {CHANNEL}

    run_virtual(main())


@pytest.mark.parametrize("late", [True, False])
def test_a_subscription_that_failed_is_taken_back_as_it_may_stand(late):
    async def main():
        world = World(Answer(fails=True, late=late))
        with pytest.raises(BrokerDownError):
            await world.enter()

        assert world.broker.calls == ["subscribe", "unsubscribe"]
        assert not world.broker.carried
        assert not len(world.interest)

    run_virtual(main())


def test_when_the_one_who_asks_gives_up_the_next_one_asks():
    async def main():
        world = World(Answer(100.0), Answer(1.0))
        first = asyncio.create_task(world.enter())
        await asyncio.sleep(1)
        second = asyncio.create_task(world.enter())
        await asyncio.sleep(1)
        first.cancel()
        await second

        assert asyncio.get_running_loop().time() == 3.0
        assert world.broker.carried == {CHANNEL}

    run_virtual(main())


def test_a_failure_to_unsubscribe_is_told_and_a_need_works_after_it():
    async def main():
        world = World(Answer(), Answer(fails=True))
        await world.enter()
        with pytest.raises(BrokerDownError):
            await world.leave()
        assert not len(world.interest)

        await world.enter()

        assert world.broker.calls == ["subscribe", "unsubscribe", "subscribe"]

    run_virtual(main())


def test_one_ws_channel_does_not_wait_for_another():
    async def main():
        world = World(Answer(100.0))
        slow = asyncio.create_task(world.enter("slow"))
        await asyncio.sleep(1)

        await world.enter()

        assert asyncio.get_running_loop().time() == 1.0
        await slow

    run_virtual(main())


def test_a_drop_of_what_nobody_needed_is_no_call():
    async def main():
        world = World()
        await world.interest.drop(CHANNEL)
        assert not world.broker.calls

    run_virtual(main())


class Visit(NamedTuple):
    """Somebody who comes, stays and goes, or loses patience."""

    ws_channel: str
    after: int
    stays: int
    patience: int | None


VISITS = st.builds(
    Visit,
    st.sampled_from(["a", "b"]),
    st.integers(0, 12),
    st.integers(0, 12),
    st.none() | st.integers(0, 8),
)
SLOW = st.builds(Answer, st.sampled_from([0.0, 0.5, 1.0, 3.0]), st.just(False), st.booleans())
FAILING = st.builds(Answer, st.sampled_from([0.0, 0.5, 1.0, 3.0]), st.booleans(), st.booleans())


@given(st.lists(VISITS, max_size=12), st.lists(SLOW, max_size=24))
def test_what_is_carried_is_what_is_needed_whoever_comes_and_goes_when(visits, answers):
    async def visit(world, one):
        await asyncio.sleep(one.after)
        async with asyncio.timeout(one.patience):
            await world.enter(one.ws_channel)
        assert one.ws_channel in world.broker.carried
        await asyncio.sleep(one.stays)
        assert one.ws_channel in world.broker.carried
        await world.leave(one.ws_channel)

    async def main():
        world = World(*answers)
        found = await outcomes(*(visit(world, one) for one in visits))

        assert {type(one) for one in found} <= {type(None), TimeoutError}
        assert not world.broker.carried
        assert not len(world.interest)

    run_virtual(main())


@given(st.lists(VISITS, max_size=12), st.lists(FAILING, max_size=24))
def test_whatever_fails_who_was_let_in_is_carried(visits, answers):
    async def visit(world, one):
        await asyncio.sleep(one.after)
        await world.enter(one.ws_channel)
        assert one.ws_channel in world.broker.carried
        await asyncio.sleep(one.stays)
        assert one.ws_channel in world.broker.carried
        await world.leave(one.ws_channel)

    async def main():
        world = World(*answers)
        found = await outcomes(*(visit(world, one) for one in visits))
        assert {type(one) for one in found} <= {type(None), BrokerDownError}
        assert not len(world.interest)

        world.broker.answers.clear()
        await world.enter()
        assert CHANNEL in world.broker.carried

    run_virtual(main())
