"""Publications that a caller repeats."""

from __future__ import annotations

import asyncio
import logging

import pytest

from vklive.protocol.position import Position
from vklive.server.http.server_api.idempotency import TTL, Idempotency
from vklive.testing.clock import VirtualClock

KEY = ("rec:a", "one")


class Publisher:
    """Counts what it publishes; waits until it is let go on."""

    def __init__(self) -> None:
        self.published = 0
        self.go_on = asyncio.Event()
        self.go_on.set()
        self.failure: Exception | None = None

    async def __call__(self) -> Position:
        await self.go_on.wait()
        if self.failure is not None:
            raise self.failure
        self.published += 1
        return Position(offset=self.published)


@pytest.fixture
def publish() -> Publisher:
    return Publisher()


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
def idempotency(clock) -> Idempotency:
    return Idempotency(clock, max_keys=3)


async def test_a_second_call_gets_the_answer_of_the_first(idempotency, publish, clock):
    assert await idempotency.once(KEY, publish) == Position(offset=1)
    clock.advance(TTL - 1)
    assert await idempotency.once(KEY, publish) == Position(offset=1)


async def test_a_key_is_forgotten_in_time_counted_from_its_publication(idempotency, publish, clock):
    await idempotency.once(KEY, publish)
    clock.advance(TTL - 1)
    await idempotency.once(KEY, publish)
    clock.advance(1)
    assert await idempotency.once(KEY, publish) == Position(offset=2)


async def test_a_call_while_the_first_is_under_way_waits_for_its_answer(idempotency, publish):
    publish.go_on.clear()
    async with asyncio.TaskGroup() as calls:
        both = [calls.create_task(idempotency.once(KEY, publish)) for _ in range(2)]
        await asyncio.sleep(0)
        publish.go_on.set()
    assert [call.result() for call in both] == [Position(offset=1)] * 2


async def test_a_call_that_failed_may_be_tried_again_and_those_that_wait_try_it(idempotency, publish):
    publish.go_on.clear()
    publish.failure = ConnectionResetError("the broker is away")
    both = asyncio.gather(*(idempotency.once(KEY, publish) for _ in range(2)), return_exceptions=True)
    await asyncio.sleep(0)
    publish.go_on.set()
    assert await both == [publish.failure] * 2
    publish.failure = None
    assert await idempotency.once(KEY, publish) == Position(offset=1)


async def test_a_call_that_was_given_up_leaves_the_key_to_others(idempotency, publish):
    publish.go_on.clear()
    first, second = (asyncio.ensure_future(idempotency.once(KEY, publish)) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    await asyncio.sleep(0)
    publish.go_on.set()
    assert await second == Position(offset=1)
    with pytest.raises(asyncio.CancelledError):
        await first


async def test_giving_up_the_second_call_does_not_disturb_the_first(idempotency, publish):
    publish.go_on.clear()
    first, second = (asyncio.ensure_future(idempotency.once(KEY, publish)) for _ in range(2))
    await asyncio.sleep(0)
    second.cancel()
    await asyncio.sleep(0)
    publish.go_on.set()
    assert await first == Position(offset=1)


async def test_the_oldest_keys_are_forgotten_when_there_are_too_many_and_that_is_said_once(
    idempotency, publish, clock, caplog
):
    caplog.set_level(logging.WARNING, "vklive.server.api")
    for number in range(6):
        clock.advance(1)
        await idempotency.once(("rec:a", str(number)), publish)
    assert publish.published == 6
    (record,) = caplog.records
    assert record.getMessage() == "more than 3 idempotency keys: they are remembered for 3 s only"
    assert await idempotency.once(("rec:a", "5"), publish) == Position(offset=6)
    assert await idempotency.once(("rec:a", "0"), publish) == Position(offset=7)
