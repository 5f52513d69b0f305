"""What came of a demo: how many events by topic and consumer, how fast, and what was lost on the way."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

from vklive.devapi.topics import Topic
from vklive.events import Event, Gap, Listening, NoAccess, Reconnecting

_MILLISECONDS = 1000


class ConsumerReport:
    """What one consumer heard."""

    def __init__(self) -> None:
        self.events: Counter[str] = Counter()
        self.no_access: set[str] = set()
        self.delays: list[float] = []
        self.reconnects = 0
        self.gaps = 0
        self.missed = 0
        self.listening: set[str] = set()

    def delay(self, quantile: float) -> float | None:
        """The delay in seconds that this share of the events did not exceed; `None` when there were none."""
        if not self.delays:
            return None
        return sorted(self.delays)[max(0, math.ceil(quantile * len(self.delays)) - 1)]


class Report:
    """Counts while the demo runs and sums up at its end.

    Delays are from just before the call that publishes to the moment in which the consumer's loop has the event;
    all moments are of one monotonic clock.

    Args:
        consumers: their names, in the order in which they are shown.
    """

    def __init__(self, consumers: Sequence[str]) -> None:
        self.consumers = {name: ConsumerReport() for name in consumers}
        self.published = 0
        self._published_at: dict[tuple[str, bytes], float] = {}

    def publish(self, ws_channel: str, payload: bytes, *, at: float) -> None:
        """Something is about to be published."""
        self.published += 1
        self._published_at[ws_channel, payload] = at
        for report in self.consumers.values():
            if ws_channel in report.listening:
                report.missed += 1

    def hear(self, consumer: str, event: Event, *, at: float) -> None:
        """A consumer has an event, or something happened to its connection."""
        report = self.consumers[consumer]
        match event.data:
            case Listening(ws_channel=ws_channel):
                report.listening.add(ws_channel)
            case NoAccess(topic=topic):
                report.no_access.add(topic)
            case Reconnecting():
                report.reconnects += 1
            case Gap():
                report.gaps += 1
            case _ if event.raw:
                report.events[event.topic] += 1
                self._arrived(report, event, at=at)
            case _:
                pass

    def _arrived(self, report: ConsumerReport, event: Event, *, at: float) -> None:
        published_at = self._published_at.get((event.ws_channel, event.raw))
        if published_at is not None:
            report.delays.append(at - published_at)
            report.missed -= 1

    def rows(self) -> list[tuple[str, list[str]]]:
        """The summary: what is counted, and the figure of each consumer."""
        reports = self.consumers.values()
        topics = [topic for topic in Topic if any(topic in each.events or topic in each.no_access for each in reports)]
        return [
            *((topic.value, [_heard(each, topic) for each in reports]) for topic in topics),
            ("delay p50", [_milliseconds(each.delay(0.50)) for each in reports]),
            ("delay p99", [_milliseconds(each.delay(0.99)) for each in reports]),
            ("reconnects", [str(each.reconnects) for each in reports]),
            ("gaps told of", [str(each.gaps) for each in reports]),
            ("lost in them", [str(each.missed) for each in reports]),
        ]


def _heard(report: ConsumerReport, topic: Topic) -> str:
    heard = report.events[topic]
    return "no access" if topic in report.no_access and not heard else str(heard)


def _milliseconds(seconds: float | None) -> str:
    return "-" if seconds is None else f"{seconds * _MILLISECONDS:.1f} ms"
