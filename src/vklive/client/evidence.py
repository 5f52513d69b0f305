"""What is known of one connection of a client: facts that its supervisor and its session write down as they happen."""

from __future__ import annotations

from collections import Counter
from enum import StrEnum


class Standing(StrEnum):
    """Where a connection stands."""

    IDLE = "idle"
    """Nobody wants it yet."""
    CONNECTING = "connecting"
    CONNECTED = "connected"
    WAITING = "waiting"
    """For the time of the next attempt."""
    ENDED = "ended"
    """No retry helps."""


_NEXT: dict[Standing, frozenset[Standing]] = {
    Standing.IDLE: frozenset({Standing.CONNECTING, Standing.ENDED}),
    Standing.CONNECTING: frozenset({Standing.CONNECTED, Standing.WAITING, Standing.ENDED}),
    Standing.CONNECTED: frozenset({Standing.WAITING, Standing.ENDED}),
    Standing.WAITING: frozenset({Standing.CONNECTING, Standing.ENDED}),
    Standing.ENDED: frozenset(),
}


class Evidence:
    """One connection. Times are monotonic seconds, those of the event loop.

    Attributes:
        standing: where it stands.
        since: from when on.
        reason: why it stands there, in words; empty where there is nothing to say.
        last_byte: when the server was last heard, on this connection or the one before; `None` before the first.
        silence_allowed: seconds that it may say nothing; `None` when it promised no pings.
        next_attempt: when the next attempt begins, while `WAITING`.
        attempts: how many were made.
        connects: how many of them the server accepted.
        reconnects: what ended attempts and connections, by `vklive.client.failures.Cause`.
        refreshes: tokens that were renewed in time, by kind (``connection``, ``subscription``).
        refusals: renewals that the server refused, by kind.
    """

    def __init__(self) -> None:
        self.standing = Standing.IDLE
        self.since = 0.0
        self.reason = ""
        self.last_byte: float | None = None
        self.silence_allowed: float | None = None
        self.next_attempt: float | None = None
        self.attempts = 0
        self.connects = 0
        self.reconnects: Counter[str] = Counter()
        self.refreshes: Counter[str] = Counter()
        self.refusals: Counter[str] = Counter()

    def connecting(self, now: float) -> None:
        """An attempt begins."""
        self._enter(Standing.CONNECTING, now)
        self.attempts += 1

    def connected(self, now: float, *, silence_allowed: float | None) -> None:
        """The server accepted the connection."""
        self._enter(Standing.CONNECTED, now)
        self.connects += 1
        self.silence_allowed = silence_allowed

    def waiting(self, now: float, *, reason: str, cause: str, delay: float) -> None:
        """The attempt or the connection is over, and another will be made."""
        self._enter(Standing.WAITING, now, reason)
        self.reconnects[cause] += 1
        self.next_attempt = now + delay

    def ended(self, now: float, *, reason: str) -> None:
        """It is over for good."""
        if self.standing is not Standing.ENDED:
            self._enter(Standing.ENDED, now, reason)

    def _enter(self, standing: Standing, now: float, reason: str = "") -> None:
        if standing not in _NEXT[self.standing]:
            raise AssertionError(f"a connection that is {self.standing} cannot become {standing}")
        self.standing, self.since, self.reason, self.next_attempt = standing, now, reason, None
