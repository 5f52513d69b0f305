"""How long to wait before trying again: longer each time, and never all at once.

Source: the backoff of Centrifugo's client SDKs, "full jitter".
"""

from __future__ import annotations

import random
from collections.abc import Callable

MAX_STEP = 31
"""Doubling ends here at the latest: the number would not grow any more in any case."""


class Backoff:
    """Delays that grow.

    A delay is drawn from `minimum` to `minimum` plus a span that doubles with each one, and is at most `maximum`.

    Args:
        minimum: seconds.
        maximum: seconds.
        draw: gives a number from 0 to 1.
    """

    def __init__(
        self, *, minimum: float = 0.5, maximum: float = 20.0, draw: Callable[[], float] = random.random
    ) -> None:
        self.failures = 0
        self._minimum = minimum
        self._maximum = maximum
        self._draw = draw

    def fresh(self) -> Backoff:
        """Another one like it, that has met no failure."""
        return Backoff(minimum=self._minimum, maximum=self._maximum, draw=self._draw)

    def next(self) -> float:
        """Seconds to wait after one more failure."""
        span: float = min(self._maximum, self._minimum * 2.0 ** min(self.failures, MAX_STEP))
        self.failures += 1
        return min(self._maximum, self._minimum + self._draw() * span)

    def reset(self) -> None:
        """It worked: begin anew."""
        self.failures = 0
