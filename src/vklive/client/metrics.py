"""What a client has counted, for Prometheus. The only module of the client that needs the extra ``prometheus``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping

from prometheus_client import CollectorRegistry, Metric, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from vklive.client.health import Health
from vklive.client.stats import ConnectionStats, Stats, StreamStats

CONTENT_TYPE = "text/plain; version=0.0.4"
"""Of the text that `exposition` gives, which is UTF-8."""


class ClientCollector(Collector):
    """A collector for ``prometheus_client``: ``ClientCollector(stats=client.stats, health=client.health)``.

    What is asked for is read at each scrape, which therefore belongs into the event loop of the client: serve it from
    there, as ``vklive listen --health-port`` does. Labels are the channels and topics that are listened to.

    Args:
        stats: gives the numbers.
        health: says how the client is.
    """

    def __init__(self, *, stats: Callable[[], Stats], health: Callable[[], Health]) -> None:
        self._stats = stats
        self._health = health

    def collect(self) -> Iterator[Metric]:
        """See ``prometheus_client``."""
        stats, health = self._stats(), self._health()
        yield GaugeMetricFamily("vklive_client_ok", "1 when everything that is wanted can be heard.", value=health.ok)
        yield GaugeMetricFamily("vklive_client_connections", "Connections.", value=len(stats.connections))
        yield CounterMetricFamily("vklive_client_loop_blocked", "Blockages of the event loop.", value=stats.blocked)
        yield CounterMetricFamily(
            "vklive_client_loop_blocked_seconds",
            "Seconds that the event loop was blocked.",
            value=stats.blocked_seconds,
        )
        yield from _of_connections(stats.connections)
        yield from _of_streams(stats.streams)


def exposition(*, stats: Callable[[], Stats], health: Callable[[], Health]) -> bytes:
    """The whole text for one scrape."""
    collectors = CollectorRegistry(auto_describe=False)
    collectors.register(ClientCollector(stats=stats, health=health))
    return generate_latest(collectors)


def _of_connections(connections: list[ConnectionStats]) -> Iterator[Metric]:
    attempts = sum(each.attempts for each in connections)
    yield CounterMetricFamily("vklive_client_attempts", "Attempts to connect.", value=attempts)
    connects = sum(each.connects for each in connections)
    yield CounterMetricFamily("vklive_client_connects", "Connections that the server accepted.", value=connects)
    reconnects = CounterMetricFamily(
        "vklive_client_reconnects", "What ended connections and attempts.", labels=["cause"]
    )
    refreshes = CounterMetricFamily(
        "vklive_client_token_refreshes", "Tokens that were renewed, or not.", labels=["kind", "result"]
    )
    for cause, count in _summed(each.reconnects for each in connections):
        reconnects.add_metric([cause], count)
    for result, ends in (
        ("ok", [each.refreshes for each in connections]),
        ("refused", [each.refusals for each in connections]),
    ):
        for kind, count in _summed(ends):
            refreshes.add_metric([kind, result], count)
    yield reconnects
    yield refreshes
    silence = max((each.last_byte for each in connections if each.last_byte is not None), default=None)
    if silence is not None:
        yield GaugeMetricFamily(
            "vklive_client_last_byte_seconds", "Seconds since the most silent server was heard.", value=silence
        )


def _of_streams(streams: list[StreamStats]) -> Iterator[Metric]:
    queued = GaugeMetricFamily("vklive_client_queued_events", "Events that wait to be taken.", labels=["channel"])
    dropped = CounterMetricFamily("vklive_client_dropped_events", "Events that were dropped.", labels=["channel"])
    events = CounterMetricFamily("vklive_client_events", "Events that were heard.", labels=["channel", "topic"])
    gaps = CounterMetricFamily("vklive_client_gaps", "Gaps in what was heard.", labels=["channel", "topic"])
    listening = GaugeMetricFamily("vklive_client_listening", "1 while subscribed.", labels=["channel", "topic"])
    last = GaugeMetricFamily(
        "vklive_client_last_event_timestamp_seconds", "When the last event was heard.", labels=["channel", "topic"]
    )
    delay = GaugeMetricFamily("vklive_client_delay_seconds", "Delay of the last event.", labels=["channel", "topic"])
    for stream in streams:
        queued.add_metric([stream.channel_url], stream.queued)
        dropped.add_metric([stream.channel_url], stream.dropped)
        for topic in stream.topics:
            labels = [stream.channel_url, topic.topic]
            events.add_metric(labels, topic.events)
            gaps.add_metric(labels, topic.gaps)
            listening.add_metric(labels, topic.listening)
            if topic.last_event is not None:
                last.add_metric(labels, topic.last_event.timestamp())
            if topic.delay is not None:
                delay.add_metric(labels, topic.delay)
    yield from (queued, dropped, events, gaps, listening, last, delay)


def _summed(counts: Iterable[Mapping[str, int]]) -> Iterable[tuple[str, int]]:
    total: Counter[str] = Counter()
    for each in counts:
        total.update(each)
    return total.items()
