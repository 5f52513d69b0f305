"""The two clocks of a program, behind one seam, so that tests can turn them.

Intervals are measured on the monotonic clock and only there; the wall clock says when something happened
and whether a token has expired.
"""

from __future__ import annotations

import time
from typing import Protocol


class Clock(Protocol):
    """What time it is. `SystemClock` is the real one; `vklive.testing` has one that only moves when told."""

    def monotonic(self) -> float:
        """Seconds since some fixed moment; never goes back."""
        ...

    def wall(self) -> float:
        """Seconds since 1970 in UTC; may jump when the machine's clock is set."""
        ...


class SystemClock:
    """The clocks of this machine."""

    def monotonic(self) -> float:
        """Seconds on the clock that asyncio's loops use too."""
        return time.monotonic()

    def wall(self) -> float:
        """Seconds since 1970 in UTC."""
        return time.time()
