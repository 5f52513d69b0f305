"""A machine that sleeps is noticed by the clock that does not, and a connection that died meanwhile is not trusted."""

from __future__ import annotations

import asyncio
import time

import pytest
from tests.client.world import Listener, World, play

from vklive.client.suspension import Suspension, seconds_suspended
from vklive.client.watchdog import BEAT, Watchdog
from vklive.events import Connected, Listening, Reconnecting


def test_sleep_is_told_once_and_what_was_before_is_no_concern() -> None:
    told: list[float] = []
    suspended = 500.0
    suspension = Suspension(told.append, suspended=lambda: suspended)
    suspension.begin()
    suspension.look()
    suspended += 0.2  # two clocks are never quite together
    suspension.look()
    suspended += 3600
    suspension.look()
    suspension.look()
    assert told == [3600]


@pytest.mark.skipif(not hasattr(time, "CLOCK_BOOTTIME"), reason="this system has no clock that counts sleep")
def test_the_clocks_of_this_machine_do_not_drift_apart_by_themselves() -> None:
    before = seconds_suspended()
    time.sleep(0.05)
    assert seconds_suspended() - before == pytest.approx(0, abs=0.02)


def test_the_watchdog_looks_with_every_beat() -> None:
    async def program() -> None:
        noticed = asyncio.Event()
        suspended = iter([0.0, 0.0, *[60.0] * 1000])
        dog = Watchdog(Suspension(lambda _: noticed.set(), suspended=lambda: next(suspended)))
        dog.start()
        try:
            await asyncio.wait_for(noticed.wait(), 100 * BEAT)
        finally:
            dog.stop()

    asyncio.run(program())


def test_after_a_long_sleep_the_client_connects_at_once_and_says_why() -> None:
    async def scene(world: World) -> None:
        async with world.client() as client, client.listen("streamer", topics={"chat"}) as stream:
            listener = Listener(stream)
            await listener.next(Listening)
            client._resumed(3600)
            told = await listener.next(Reconnecting)
            assert isinstance(told.data, Reconnecting)
            assert told.data.cause == "the machine was suspended for 3600 s"
            await listener.next(Connected)
            assert world.opened[-1] < 2

    play(scene)


def test_after_a_nap_the_connection_is_still_good() -> None:
    async def scene(world: World) -> None:
        async with world.client() as client, client.listen("streamer", topics={"chat"}) as stream:
            await Listener(stream).next(Listening)
            client._resumed(20)
            await asyncio.sleep(100)
            assert len(world.opened) == 1

    play(scene)
