"""Clocks that only move when they are told to."""

from __future__ import annotations

from collections.abc import Callable

EPOCH = 1_800_000_000.0
"""What the wall clock says when a virtual clock begins: a round moment in January 2027."""


class VirtualClock:
    """Both clocks of `vklive.clock.Clock`, moved by `advance` or by the loop that it belongs to.

    Args:
        monotonic: where the monotonic time is taken from; by default from what `advance` was told.
    """

    def __init__(self, monotonic: Callable[[], float] | None = None) -> None:
        self._monotonic = monotonic
        self._advanced = 0.0

    def monotonic(self) -> float:
        """Seconds since the beginning."""
        return self._advanced + (self._monotonic() if self._monotonic is not None else 0.0)

    def wall(self) -> float:
        """Unix time in seconds: as much later than `EPOCH` as the monotonic clock is than its beginning."""
        return EPOCH + self.monotonic()

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        if seconds < 0:
            raise ValueError(f"time does not go back: {seconds}")
        self._advanced += seconds
