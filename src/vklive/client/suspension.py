"""Notices that the machine was suspended.

While it sleeps, the clock that timers go by stands still on Linux, so after a night nothing is late: the connection
that the server gave up hours ago would count as fine until the next ping does not come. Another clock goes on.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

_log = logging.getLogger("vklive.client.suspension")

NOTICED_FROM = 1.0
"""Seconds. The two clocks are read one after the other, and are never quite together."""


def seconds_suspended() -> float:
    """How long the machine has slept since it was started, in seconds.

    Always 0 where the system has no such clock: on Windows, timers go by a clock that counts sleep as well.
    """
    if not hasattr(time, "CLOCK_BOOTTIME"):
        return 0.0
    return time.clock_gettime(time.CLOCK_BOOTTIME) - time.clock_gettime(time.CLOCK_MONOTONIC)


class Suspension:
    """Compares two clocks. It is asked every now and then, and does nothing by itself.

    Args:
        resumed: is told how many seconds the machine has slept.
        suspended: how many seconds it has slept since it was started.
    """

    def __init__(self, resumed: Callable[[float], None], *, suspended: Callable[[], float] = seconds_suspended) -> None:
        self._resumed = resumed
        self._suspended = suspended
        self._before = 0.0

    def begin(self) -> None:
        """What was before is no concern."""
        self._before = self._suspended()

    def look(self) -> None:
        """See whether the machine has slept since the last time."""
        now = self._suspended()
        slept, self._before = now - self._before, now
        if slept >= NOTICED_FROM:
            _log.warning("the machine was suspended for %.0f s", slept)
            self._resumed(slept)
