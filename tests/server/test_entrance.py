"""How many clients may come, and how fast."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from vklive.server.entrance import Entrance


def come(entrance: Entrance, clients: int, *, now: float) -> int:
    """How many of some clients are let in that come at once."""
    return sum(not entrance.is_too_fast(now) for _ in range(clients))


def test_without_limits_everybody_is_let_in():
    entrance = Entrance(limit=0, rate=0, now=0.0)
    assert come(entrance, 1000, now=0.0) == 1000
    assert not entrance.is_full(1_000_000)


def test_one_more_than_the_limit_is_too_many():
    entrance = Entrance(limit=3, rate=0, now=0.0)
    assert [entrance.is_full(clients) for clients in (0, 2, 3, 4)] == [False, False, True, True]


def test_as_many_as_may_come_in_a_second_may_come_at_once():
    entrance = Entrance(limit=0, rate=5, now=100.0)
    assert come(entrance, 20, now=100.0) == 5
    assert come(entrance, 20, now=100.4) == 2
    assert come(entrance, 20, now=101.4) == 5


def test_a_long_quiet_time_lets_no_more_in_than_a_second():
    entrance = Entrance(limit=0, rate=5, now=0.0)
    assert come(entrance, 20, now=3600.0) == 5


def test_a_smaller_rate_holds_at_once():
    entrance = Entrance(limit=0, rate=100, now=0.0)
    entrance.rate = 2
    assert come(entrance, 20, now=0.0) == 2


@given(st.integers(1, 10), st.lists(st.floats(0, 3), max_size=60))
def test_in_no_second_come_more_than_twice_the_rate(rate, pauses):
    entrance, now = Entrance(limit=0, rate=rate, now=0.0), 0.0
    came: list[float] = []
    for pause in pauses:
        now += pause
        if not entrance.is_too_fast(now):
            came.append(now)
    for begin in came:
        assert sum(begin <= at < begin + 1 for at in came) <= 2 * rate
    # Over the whole time: those who may come at once, and those of each second.
    assert len(came) <= rate + now * rate
