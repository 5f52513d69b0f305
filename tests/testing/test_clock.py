"""The virtual clock."""

from __future__ import annotations

import pytest

from vklive.clock import Clock
from vklive.testing import VirtualClock
from vklive.testing.clock import EPOCH


def test_it_stands_still_until_it_is_told_to_move():
    clock = VirtualClock()

    assert (clock.monotonic(), clock.wall()) == (0.0, EPOCH)
    assert (clock.monotonic(), clock.wall()) == (0.0, EPOCH)


def test_both_clocks_move_together():
    clock = VirtualClock()

    clock.advance(1.5)
    clock.advance(0.25)

    assert (clock.monotonic(), clock.wall()) == (1.75, EPOCH + 1.75)


def test_time_does_not_go_back():
    clock = VirtualClock()

    with pytest.raises(ValueError, match="does not go back"):
        clock.advance(-0.001)

    assert clock.monotonic() == 0.0


def test_it_can_follow_another_time():
    followed = [10.0]
    clock = VirtualClock(lambda: followed[0])

    followed[0] = 12.0

    assert (clock.monotonic(), clock.wall()) == (12.0, EPOCH + 12.0)


def test_it_can_run_ahead_of_the_time_that_it_follows():
    clock = VirtualClock(lambda: 10.0)

    clock.advance(5.0)

    assert clock.monotonic() == 15.0


def test_it_is_a_clock_for_everything_that_takes_one():
    clock: Clock = VirtualClock()

    assert clock.wall() - clock.monotonic() == EPOCH
