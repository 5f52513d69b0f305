"""What is known of the numbers and of the texts at one place."""

from __future__ import annotations

import re

from vklive.inference.limits import MAX_ENUM, MAX_ENUM_LENGTH

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_URI = re.compile(r"(https?|wss?|rtmps?)://[!-~]+")


class Numbers:
    """How many there were, and between what they lie.

    Attributes:
        count: how many.
        low, high: the least and the greatest; of no meaning while there are none.
        zeros: how many of them are 0.
        low_but_zero: the least of those that are not.
    """

    __slots__ = ("count", "high", "low", "low_but_zero", "zeros")

    def __init__(self) -> None:
        self.count = 0
        self.zeros = 0
        self.low: float = 0
        self.high: float = 0
        self.low_but_zero: float | None = None

    def add(self, number: float) -> None:
        """One more."""
        self.low = min(self.low, number) if self.count else number
        self.high = max(self.high, number) if self.count else number
        self.count += 1
        if number == 0:
            self.zeros += 1
        elif self.low_but_zero is None or number < self.low_but_zero:
            self.low_but_zero = number

    def merge(self, other: Numbers) -> None:
        """All that the other knows."""
        if not other.count:
            return
        self.low = min(self.low, other.low) if self.count else other.low
        self.high = max(self.high, other.high) if self.count else other.high
        self.count += other.count
        self.zeros += other.zeros
        lows = [low for low in (self.low_but_zero, other.low_but_zero) if low is not None]
        self.low_but_zero = min(lows, default=None)

    def together(self, other: Numbers) -> Numbers:
        """What both know, of which each keeps its own."""
        both = Numbers()
        both.merge(self)
        both.merge(other)
        return both


class Texts:
    """How many there were, which, and what they look like.

    Attributes:
        count: how many.
        empty: how many of them are empty.
        uuids, uris: how many of them look like that.
        seen: how often each was seen; `None` when there are too many, or one is too long for an enumeration.
    """

    __slots__ = ("count", "empty", "seen", "uris", "uuids")

    def __init__(self) -> None:
        self.count = 0
        self.empty = 0
        self.uuids = 0
        self.uris = 0
        self.seen: dict[str, int] | None = {}

    def add(self, text: str) -> None:
        """One more."""
        self.count += 1
        self.empty += not text
        self.uuids += _UUID.fullmatch(text) is not None
        self.uris += _URI.fullmatch(text) is not None
        self._see(text, 1)

    def merge(self, other: Texts) -> None:
        """All that the other knows."""
        self.count += other.count
        self.empty += other.empty
        self.uuids += other.uuids
        self.uris += other.uris
        if other.seen is None:
            self.seen = None
        else:
            for text, times in other.seen.items():
                self._see(text, times)

    def _see(self, text: str, times: int) -> None:
        if self.seen is None:
            return
        if len(text) > MAX_ENUM_LENGTH or (text not in self.seen and len(self.seen) >= MAX_ENUM):
            self.seen = None
            return
        self.seen[text] = self.seen.get(text, 0) + times
