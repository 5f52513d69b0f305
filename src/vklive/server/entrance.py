"""How many clients may be connected, and how fast they may come.

Source: Centrifugo v4.1.5, internal/middleware/connlimit.go; centrifugo.md 8.3.
"""

from __future__ import annotations


class Entrance:
    """Lets clients in, as long as there are not too many. Times are monotonic seconds.

    As many may come at once as may come in a second: after a second in which nobody came, the whole number again.

    Attributes:
        limit: how many may be there; 0: any number.
        rate: how many may come in a second; 0: any number.
    """

    def __init__(self, *, limit: int, rate: int, now: float) -> None:
        self.limit = limit
        self.rate = rate
        self._free = float(rate)
        self._counted_at = now

    def is_too_fast(self, now: float) -> bool:
        """Whether one more would be more than may come in a second; if not, it counts as having come."""
        if not self.rate:
            return False
        self._free = min(self.rate, self._free + (now - self._counted_at) * self.rate)
        self._counted_at = now
        if self._free < 1:
            return True
        self._free -= 1
        return False

    def is_full(self, clients: int) -> bool:
        """Whether one more would be too many."""
        return bool(self.limit) and clients >= self.limit
