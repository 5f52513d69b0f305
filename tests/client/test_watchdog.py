"""A loop that is held up is noticed, with the line that does it; a machine that stands still is something else."""

from __future__ import annotations

import asyncio
import logging
import time

import pytest

from vklive.client.suspension import Suspension
from vklive.client.watchdog import BEAT, BLOCKED_AFTER, Watch, Watchdog


def told(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.name == "vklive.client.watchdog"]


def looks(watch: Watch, until: float, *, beat: float, start: float = 0.0) -> float:
    now = start
    while now < until:
        now += BEAT
        watch.look(now, beat=beat)
    return now


def test_a_blocked_loop_is_told_once_with_its_stack_and_its_length_when_it_goes_on(caplog) -> None:
    watch = Watch(lambda: "the stack")
    watch.begin(0.0)
    now = looks(watch, 5.0, beat=0.0)
    (warning,) = told(caplog)
    assert "blocked for 1.0 s" in warning
    assert warning.endswith("the stack")
    watch.look(now + BEAT, beat=now)
    assert told(caplog)[1:] == ["the event loop goes on after 5.0 s"]
    assert (watch.blockages.count, watch.blockages.seconds) == (1, 5.0)


def test_a_loop_that_is_late_by_less_is_not_told(caplog) -> None:
    watch = Watch(lambda: "the stack")
    watch.begin(0.0)
    looks(watch, BLOCKED_AFTER - BEAT, beat=0.0)
    assert told(caplog) == []
    assert watch.blockages.count == 0


def test_a_machine_that_stood_still_is_not_taken_for_a_blocked_loop(caplog) -> None:
    watch = Watch(lambda: "the stack")
    watch.begin(0.0)
    watch.look(100.0, beat=0.0)
    watch.look(100.0 + BEAT, beat=100.0)
    (warning,) = told(caplog)
    assert "the machine stood still for 99.8 s" in warning
    assert watch.blockages.count == 0


def test_the_stack_of_the_call_that_blocks_is_shown(caplog) -> None:
    caplog.set_level(logging.WARNING, logger="vklive.client.watchdog")

    def a_call_that_blocks(dog: Watchdog) -> None:
        until = time.monotonic() + 30
        while not dog.blockages.count and time.monotonic() < until:
            time.sleep(0.01)

    async def program() -> None:
        dog = Watchdog(Suspension(lambda _: None))
        dog.start()
        try:
            a_call_that_blocks(dog)
        finally:
            dog.stop()
        dog.stop()

    asyncio.run(program())
    warning = next(text for text in told(caplog) if "event loop has been blocked" in text)
    assert "a_call_that_blocks" in warning
