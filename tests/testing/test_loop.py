"""The loop in which time is virtual. Each of these tests would take hours, or for ever, on a real one."""

from __future__ import annotations

import asyncio
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vklive.testing import Deadlock, VirtualLoop, run_virtual
from vklive.testing.clock import EPOCH

DAY = 86_400.0


def now() -> float:
    return asyncio.get_running_loop().time()


def test_a_long_sleep_takes_its_time_and_none_of_ours():
    async def main() -> float:
        await asyncio.sleep(30 * DAY)
        return now()

    began = time.monotonic()

    assert run_virtual(main()) == pytest.approx(30 * DAY)
    assert time.monotonic() - began < 5


def test_time_does_not_pass_while_something_is_ready():
    async def main() -> float:
        for _ in range(100):
            await asyncio.sleep(0)
        return now()

    assert run_virtual(main()) == 0.0


def test_the_result_of_the_coroutine_is_returned_and_its_failure_raised():
    async def well() -> str:
        return "well"

    async def badly() -> None:
        raise LookupError("badly")

    assert run_virtual(well()) == "well"
    with pytest.raises(LookupError, match="badly"):
        run_virtual(badly())


@given(st.lists(st.floats(min_value=0, max_value=10 * DAY), max_size=20))
def test_timers_fire_in_order_and_none_is_early(delays: list[float]):
    async def main() -> list[tuple[float, float]]:
        fired: list[tuple[float, float]] = []

        async def wait(delay: float) -> None:
            await asyncio.sleep(delay)
            fired.append((delay, now()))

        async with asyncio.TaskGroup() as group:
            for delay in delays:
                group.create_task(wait(delay))
        return fired

    fired = run_virtual(main())

    assert sorted(delay for delay, _ in fired) == sorted(delays)
    assert [at for _, at in fired] == sorted(at for _, at in fired)
    assert all(at == pytest.approx(delay, abs=1e-6) for delay, at in fired)


def test_a_timeout_ends_what_takes_too_long_and_spares_what_does_not():
    async def main() -> float:
        async with asyncio.timeout(DAY):
            await asyncio.sleep(DAY - 1)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(10):
                await asyncio.Event().wait()
        return now()

    assert run_virtual(main()) == pytest.approx(DAY - 1 + 10)


def test_a_failure_in_a_task_group_cancels_the_others_at_its_time():
    cancelled_at: list[float] = []

    async def patient() -> None:
        try:
            await asyncio.sleep(DAY)
        except asyncio.CancelledError:
            cancelled_at.append(now())
            raise

    async def failing() -> None:
        await asyncio.sleep(3)
        raise LookupError

    async def main() -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(patient())
            group.create_task(failing())

    with pytest.raises(ExceptionGroup) as raised:
        run_virtual(main())

    assert raised.group_contains(LookupError)
    assert cancelled_at == [pytest.approx(3)]


def test_tasks_can_wait_for_each_other():
    async def main() -> list[tuple[int, float]]:
        queue: asyncio.Queue[int] = asyncio.Queue(maxsize=1)
        taken: list[tuple[int, float]] = []

        async def put() -> None:
            for number in range(3):
                await queue.put(number)

        async def take() -> None:
            while len(taken) < 3:
                await asyncio.sleep(60)
                taken.append((queue.get_nowait(), now()))

        async with asyncio.TaskGroup() as group:
            group.create_task(put())
            group.create_task(take())
        return taken

    assert run_virtual(main()) == [(0, 60.0), (1, 120.0), (2, 180.0)]


def test_waiting_for_what_never_comes_is_an_error_and_no_hanging():
    async def main() -> None:
        await asyncio.Event().wait()

    with pytest.raises(Deadlock, match="never comes"):
        run_virtual(main())


def test_a_deadlock_after_some_time_is_found_too_and_finally_blocks_run():
    ended: list[float] = []

    async def main() -> None:
        try:
            await asyncio.sleep(DAY)
            await asyncio.get_running_loop().create_future()
        finally:
            ended.append(now())

    with pytest.raises(Deadlock):
        run_virtual(main())

    assert ended == [pytest.approx(DAY)]


def test_the_clock_of_the_loop_tells_the_time_of_the_loop():
    async def main() -> tuple[float, float, float]:
        await asyncio.sleep(90)
        loop = asyncio.get_running_loop()
        assert isinstance(loop, VirtualLoop)
        return loop.time(), loop.clock.monotonic(), loop.clock.wall()

    assert run_virtual(main()) == (90.0, 90.0, EPOCH + 90.0)


def test_each_run_begins_at_nought_and_goes_the_same_way():
    async def main() -> list[tuple[str, float]]:
        seen: list[tuple[str, float]] = []

        async def tick(name: str, every: float) -> None:
            for _ in range(5):
                await asyncio.sleep(every)
                seen.append((name, now()))

        async with asyncio.TaskGroup() as group:
            group.create_task(tick("a", 2))
            group.create_task(tick("b", 3))
        return seen

    assert run_virtual(main()) == run_virtual(main())


def test_a_timer_is_never_early_not_even_by_what_clocks_cannot_tell_apart():
    async def main() -> float:
        loop = asyncio.get_running_loop()
        on_time = loop.create_future()
        # Something is always ready, so that the clock does not jump to what is almost there.
        loop.call_at(1 - 1e-10, lambda: loop.call_soon(loop.call_soon, lambda: None))
        loop.call_at(1, lambda: on_time.set_result(loop.time()))
        return float(await on_time)

    assert run_virtual(main()) == 1.0
