"""The facts about a connection, and the order in which they can happen."""

from __future__ import annotations

import pytest

from vklive.client.evidence import Evidence, Standing


def test_a_life_of_a_connection_is_counted() -> None:
    known = Evidence()
    known.connecting(1.0)
    known.waiting(2.0, reason="no such host", cause="dns", delay=3.0)
    assert (known.standing, known.reason, known.next_attempt) == (Standing.WAITING, "no such host", 5.0)
    known.connecting(5.0)
    known.connected(6.0, silence_allowed=35.0)
    assert (known.standing, known.since, known.reason, known.next_attempt) == (Standing.CONNECTED, 6.0, "", None)
    known.waiting(7.0, reason="no ping", cause="no_ping", delay=1.0)
    known.ended(8.0, reason="invalid token")
    known.ended(9.0, reason="told again")
    assert (known.standing, known.since, known.reason) == (Standing.ENDED, 8.0, "invalid token")
    assert (known.attempts, known.connects, dict(known.reconnects)) == (2, 1, {"dns": 1, "no_ping": 1})


def test_what_cannot_follow_is_a_mistake_of_ours() -> None:
    known = Evidence()
    with pytest.raises(AssertionError, match="idle cannot become connected"):
        known.connected(1.0, silence_allowed=None)
    known.ended(2.0, reason="over")
    with pytest.raises(AssertionError, match="ended cannot become connecting"):
        known.connecting(3.0)
