"""What a node has counted, in the words of Prometheus. The only module that needs the extra ``prometheus``.

Source: Centrifugo v4.1.5; centrifugo.md 8.5: the names, labels and meanings are its own. The durations that it tells in
quantiles are told here as count and sum, which rates and averages are made of; those of the server API also by bounds.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping

from prometheus_client import (
    CollectorRegistry,
    GCCollector,
    Metric,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)

from vklive._version import __version__
from vklive.server.counts import DURATION_BOUNDS, Durations
from vklive.server.node import Node

CONTENT_TYPE = "text/plain; version=0.0.4"
"""Of the text that is told, in the format that every version of Prometheus reads; it is UTF-8."""

PROTOCOL = "http"
"""How the server API was called; Centrifugo also has ``grpc``."""

_BOUNDS = (*(f"{bound:g}" for bound in DURATION_BOUNDS), "+Inf")


class Exposition:
    """What is told of a node and of the process that it is in.

    Args:
        node: which.
        prefix: what the names of its metrics begin with; those of the process have none.
    """

    def __init__(self, node: Node, *, prefix: str) -> None:
        self._collectors = CollectorRegistry()
        self._collectors.register(NodeCollector(node, prefix=prefix))
        for of_process in (ProcessCollector, PlatformCollector, GCCollector):
            of_process(registry=self._collectors)

    def text(self) -> bytes:
        """All metrics as they are now, in Prometheus' text format."""
        return generate_latest(self._collectors)


class NodeCollector:
    """Reads the counts of a node when it is asked; between, it costs nothing."""

    def __init__(self, node: Node, *, prefix: str) -> None:
        self._node = node
        self._prefix = prefix

    def collect(self) -> Iterator[Metric]:
        """All metrics as they are now."""
        yield from self._gauges()
        yield from self._of_node()
        yield from self._of_clients()
        yield from self._of_api()

    def _gauges(self) -> Iterator[Metric]:
        node = self._node
        for name, said, value in (
            ("node_num_clients", "Clients that are connected.", node.connections),
            ("node_num_users", "Different users that are connected.", node.users),
            ("node_num_subscriptions", "Subscriptions.", node.hub.subscriptions),
            ("node_num_channels", "Ws channels with a subscriber.", node.hub.channels),
            ("node_num_nodes", "Nodes that work together.", 1),
        ):
            yield self._metric(name, said, [({}, value)], kind="gauge")
        yield self._metric("node_build", "The version that runs.", [({"version": __version__}, 1)], kind="gauge")

    def _of_node(self) -> Iterator[Metric]:
        counts = self._node.counts
        yield self._metric("node_messages_sent_count", "Messages to the broker.", _labelled("type", counts.sent))
        yield self._metric(
            "node_messages_received_count", "Messages from the broker.", _labelled("type", counts.received)
        )
        yield self._metric("node_action_count", "What the node has done.", _labelled("action", counts.actions))
        yield self._metric(
            "node_client_connection_limit",
            "Clients that were not let in as there were too many.",
            [({}, counts.turned_away)],
        )

    def _of_clients(self) -> Iterator[Metric]:
        counts = self._node.counts
        yield self._metric(
            "client_num_reply_errors",
            "Commands that were answered with an error.",
            [
                ({"method": method, "code": str(error.value)}, count)
                for (method, error), count in counts.reply_errors.items()
            ],
        )
        yield self._metric(
            "client_num_server_disconnects",
            "Connections that the server has closed.",
            _labelled("code", counts.disconnects),
        )
        yield self._summary(
            "client_command_duration_seconds",
            "How long commands of clients took.",
            [({"method": method}, durations) for method, durations in counts.commands.items()],
        )
        yield self._metric(
            "client_recover",
            "Subscribers that came back, by whether they got all that they missed.",
            [({"recovered": "yes" if whole else "no"}, count) for whole, count in counts.recovers.items()],
        )
        yield self._metric(
            "transport_connect_count",
            "Clients that have come.",
            [({"transport": name}, traffic.connects) for name, traffic in counts.traffic.items()],
        )
        yield self._metric(
            "transport_messages_sent",
            "Messages to clients.",
            [({"transport": name}, traffic.messages) for name, traffic in counts.traffic.items()],
        )

    def _of_api(self) -> Iterator[Metric]:
        taken = [
            ({"protocol": PROTOCOL, "method": method}, durations)
            for method, durations in self._node.counts.api_commands.items()
        ]
        said = "How long commands of the server API took."
        yield self._summary("api_command_duration_seconds", said, taken)
        yield self._histogram("api_command_duration_seconds_histogram", said, taken)

    def _metric(
        self, name: str, said: str, samples: Iterable[tuple[Mapping[str, str], float]], *, kind: str = "unknown"
    ) -> Metric:
        """A metric as Centrifugo calls it; its type is unknown where a counter would have to end in ``_total``."""
        metric = Metric(f"{self._prefix}_{name}", said, kind)
        for labels, value in samples:
            metric.add_sample(metric.name, dict(labels), value)
        return metric

    def _summary(self, name: str, said: str, samples: Iterable[tuple[Mapping[str, str], Durations]]) -> Metric:
        metric = Metric(f"{self._prefix}_{name}", said, "summary")
        for labels, durations in samples:
            metric.add_sample(f"{metric.name}_count", dict(labels), durations.count)
            metric.add_sample(f"{metric.name}_sum", dict(labels), durations.total)
        return metric

    def _histogram(self, name: str, said: str, samples: Iterable[tuple[Mapping[str, str], Durations]]) -> Metric:
        metric = Metric(f"{self._prefix}_{name}", said, "histogram")
        for labels, durations in samples:
            for bound, count in zip(_BOUNDS, itertools.accumulate(durations.within), strict=True):
                metric.add_sample(f"{metric.name}_bucket", {**labels, "le": bound}, count)
            metric.add_sample(f"{metric.name}_count", dict(labels), durations.count)
            metric.add_sample(f"{metric.name}_sum", dict(labels), durations.total)
        return metric


def _labelled(label: str, counts: Mapping[str, int] | Mapping[int, int]) -> list[tuple[Mapping[str, str], float]]:
    return [({label: str(name)}, count) for name, count in counts.items()]
