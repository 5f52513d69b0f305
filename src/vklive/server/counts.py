"""What a node has done since it began: plain numbers, which cost next to nothing and which nobody needs to read.

Source: `centrifuge` v0.28.2, metrics.go, and Centrifugo v4.1.5, internal/api/metrics.go; centrifugo.md 8.5.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict

from vklive.protocol.codes import ErrorCode

DURATION_BOUNDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Seconds: the upper bounds by which durations are told apart. Those that Prometheus' libraries have by default."""


class Durations:
    """How long things of one kind have taken.

    Attributes:
        count: how many there were.
        total: seconds, all together.
        within: how many took no longer than each of `DURATION_BOUNDS` and longer than the one before it; the last
            number is of those that took longer than all.
    """

    __slots__ = ("count", "total", "within")

    def __init__(self) -> None:
        self.count = 0
        self.total = 0.0
        self.within = [0] * (len(DURATION_BOUNDS) + 1)

    def add(self, seconds: float) -> None:
        """One more."""
        self.count += 1
        self.total += seconds
        self.within[bisect_left(DURATION_BOUNDS, seconds)] += 1


class Traffic:
    """What went over one kind of transport.

    Attributes:
        connects: clients that have come.
        messages: replies, pushes and pings that were sent; a frame may hold several.
    """

    __slots__ = ("connects", "messages")

    def __init__(self) -> None:
        self.connects = 0
        self.messages = 0


class Counts:
    """All that a node counts.

    Attributes:
        sent: what was given to the broker: publications, joins and leaves.
        received: what the broker has given.
        actions: what was done, by Centrifugo's names.
        reply_errors: commands that were answered with an error, by method and error.
        disconnects: connections that this side has closed, by code.
        recovers: subscribers that came back, by whether nothing was lost to them.
        traffic: by the name of the transport.
        commands: how long clients waited for their answers, by method.
        api_commands: how long callers of the server API did, by method.
        turned_away: clients that were not let in as there were too many.
    """

    def __init__(self) -> None:
        self.sent: Counter[str] = Counter()
        self.received: Counter[str] = Counter()
        self.actions: Counter[str] = Counter()
        self.reply_errors: Counter[tuple[str, ErrorCode]] = Counter()
        self.disconnects: Counter[int] = Counter()
        self.recovers: Counter[bool] = Counter()
        self.traffic: defaultdict[str, Traffic] = defaultdict(Traffic)
        self.commands: defaultdict[str, Durations] = defaultdict(Durations)
        self.api_commands: defaultdict[str, Durations] = defaultdict(Durations)
        self.turned_away = 0
