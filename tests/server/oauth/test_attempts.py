"""How often somebody may try."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vklive.server.oauth.attempts import Attempts, network_of
from vklive.testing.clock import VirtualClock


def test_after_so_many_tries_one_waits_for_the_end_of_the_window(clock):
    attempts = Attempts(2, window=60.0, now=clock.monotonic)
    for wait in (0.0, 0.0, 60.0):
        assert attempts.wait("a") == wait
        attempts.tried("a")
    assert attempts.wait("b") == 0.0
    clock.advance(59.0)
    assert attempts.wait("a") == 1.0
    clock.advance(1.0)
    assert attempts.wait("a") == 0.0
    attempts.tried("a")
    assert attempts.wait("a") == 0.0


def test_who_was_right_begins_anew(clock):
    attempts = Attempts(1, window=60.0, now=clock.monotonic)
    attempts.tried("a")
    attempts.forgive("a")
    attempts.forgive("never tried")

    assert attempts.wait("a") == 0.0


def test_what_is_remembered_is_bounded_and_the_oldest_goes_first(clock):
    attempts = Attempts(1, window=60.0, now=clock.monotonic, remembered=3)
    for key in ("a", "b", "c", "a", "d"):
        attempts.tried(key)

    assert [key for key in "abcd" if attempts.wait(key)] == ["a", "c", "d"]


@given(st.lists(st.tuples(st.floats(0, 30), st.sampled_from("ab")), max_size=60))
def test_in_no_window_are_there_more_tries_than_twice_the_limit(tries):
    clock = VirtualClock()
    attempts = Attempts(3, window=60.0, now=clock.monotonic)
    done: dict[str, list[float]] = {"a": [], "b": []}
    for pause, key in tries:
        clock.advance(pause)
        if attempts.wait(key) == 0.0:
            attempts.tried(key)
            done[key].append(clock.monotonic())
    for times in done.values():
        for end in times:
            assert sum(end - 60.0 < time <= end for time in times) <= 6


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("192.0.2.1", "192.0.2.2", False),
        ("192.0.2.1", "::ffff:192.0.2.1", True),
        ("2001:db8::1", "2001:db8::ffff", True),
        ("2001:db8:0:1::1", "2001:db8:0:2::1", False),
        ("", "", True),
        ("a socket", "another", False),
    ],
)
def test_one_customer_is_one_network(one, other, same):
    assert (network_of(one) == network_of(other)) is same
