"""Who may hear something no longer is remembered: the last time counts, and memory ends."""

from __future__ import annotations

from vklive.server.deafened import Deafened


def test_the_last_time_counts_for_that_user_and_that_ws_channel_alone():
    deafened = Deafened()
    deafened.add("7", "limited:1", now=100.9)
    deafened.add("7", "limited:1", now=200.1)

    assert deafened.until("7", "limited:1") == 200
    assert deafened.until("7", "limited:2") is None
    assert deafened.until("8", "limited:1") is None


def test_of_more_than_are_remembered_the_oldest_is_forgotten():
    deafened = Deafened(limit=2)
    for user in ("1", "2", "1", "3"):
        deafened.add(user, "limited:1", now=1.0)

    assert [deafened.until(user, "limited:1") for user in ("1", "2", "3")] == [1, None, 1]
