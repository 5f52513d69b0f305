"""Delays: longer each time, never all at once, and anew after a success."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from vklive.client.backoff import Backoff


@given(st.floats(0, 1), st.integers(1, 60), st.floats(0.1, 5), st.floats(5, 100))
def test_every_delay_is_within_its_envelope(draw, steps, minimum, maximum):
    backoff = Backoff(minimum=minimum, maximum=maximum, draw=lambda: draw)
    for step in range(steps):
        delay = backoff.next()
        assert minimum <= delay <= min(maximum, minimum + min(maximum, minimum * 2.0 ** min(step, 31)))


def test_the_span_doubles_and_a_success_begins_anew():
    backoff = Backoff(minimum=1.0, maximum=30.0, draw=lambda: 1.0)
    assert [backoff.next() for _ in range(7)] == [2.0, 3.0, 5.0, 9.0, 17.0, 30.0, 30.0]
    assert backoff.failures == 7
    backoff.reset()
    assert backoff.next() == 2.0


def test_by_default_it_is_random():
    assert len({Backoff().next() for _ in range(20)}) > 1
