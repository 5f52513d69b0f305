"""Whether a client hears what it should, computed from what has happened and never from a flag."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from msgspec import Struct

from vklive.client.evidence import Evidence, Standing

GRACE = 1.0
"""Seconds beyond the silence that is allowed: the client itself needs a moment to notice it."""


class HealthState(StrEnum):
    """How it is, from good to bad; of several connections the worst counts."""

    IDLE = "idle"
    """Nothing is listened to."""
    HEARING = "hearing"
    """Connected, and the server was heard within the time in which it has to say something."""
    CONNECTING = "connecting"
    WAITING = "waiting"
    """For the next attempt, at a time that is known."""
    SILENT = "silent"
    """Connected, they say, but nothing has come for too long. It lasts for a moment; if longer, report a bug."""
    ENDED = "ended"
    """No retry helps, and the reason says why."""


class Health(Struct, frozen=True, kw_only=True):
    """How a client is.

    Attributes:
        state: in one word.
        ok: whether everything that is wanted can be heard: `HEARING`, or `IDLE`.
        reason: why it is not ok, in words; else empty.
        since: seconds that it has been so.
        last_byte: seconds since a server was last heard, on the connection that has been silent for longest; `None`
            before the first time.
        next_attempt: seconds until the next attempt, while it waits for one.
    """

    state: HealthState
    ok: bool
    reason: str = ""
    since: float = 0.0
    last_byte: float | None = None
    next_attempt: float | None = None


_ORDER = list(HealthState)


def health_of(connections: Iterable[Evidence], *, now: float) -> Health:
    """How a client with these connections is.

    Args:
        connections: what is known of each.
        now: monotonic seconds.
    """
    found = [_health_of_one(each, now) for each in connections]
    if not found:
        return Health(state=HealthState.IDLE, ok=True)
    return max(found, key=lambda each: (_ORDER.index(each.state), each.last_byte or 0.0))


def _health_of_one(known: Evidence, now: float) -> Health:
    state, reason = _state_of(known, now)
    return Health(
        state=state,
        ok=state in {HealthState.IDLE, HealthState.HEARING},
        reason=reason,
        since=max(0.0, now - known.since) if state is not HealthState.IDLE else 0.0,
        last_byte=None if known.last_byte is None else max(0.0, now - known.last_byte),
        next_attempt=None if known.next_attempt is None else max(0.0, known.next_attempt - now),
    )


def _state_of(known: Evidence, now: float) -> tuple[HealthState, str]:
    match known.standing:
        case Standing.IDLE:
            return HealthState.IDLE, ""
        case Standing.CONNECTING:
            return HealthState.CONNECTING, "connecting"
        case Standing.WAITING:
            return HealthState.WAITING, known.reason
        case Standing.ENDED:
            return HealthState.ENDED, known.reason
        case Standing.CONNECTED:
            # Until something is heard on it, the connection itself is what was heard.
            heard = max(known.since, known.last_byte or known.since)
            silence = now - heard
            if known.silence_allowed is not None and silence > known.silence_allowed + GRACE:
                return (
                    HealthState.SILENT,
                    f"nothing was heard for {silence:.0f} s, {known.silence_allowed:.0f} s are allowed",
                )
            return HealthState.HEARING, ""
