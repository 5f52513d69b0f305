"""What a client has counted, as it is now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from msgspec import Struct

from vklive.client.evidence import Evidence
from vklive.client.stream import Stream
from vklive.client.subscriptions import Phase
from vklive.client.watchdog import Blockages
from vklive.events import ChatMessageSent, Event, RewardDemandCreated


class TopicStats(Struct, frozen=True, kw_only=True):
    """One topic of a stream.

    Attributes:
        topic: which.
        ws_channel: its ws channel.
        listening: whether it is subscribed now.
        events: how many were heard.
        gaps: how often some may have been missed.
        last_event: when the last one was heard; aware, UTC.
        delay: seconds from when the last one says that it happened to when it was heard, where it says so: in whole
            seconds, and by two clocks.
    """

    topic: str
    ws_channel: str
    listening: bool
    events: int
    gaps: int
    last_event: datetime | None
    delay: float | None


class StreamStats(Struct, frozen=True, kw_only=True):
    """One stream.

    Attributes:
        channel_url: whose.
        queued: how many events wait to be taken.
        limit: how many may.
        dropped: how many were dropped because they were not taken fast enough.
        topics: those that have a ws channel; none before the API has told their names.
    """

    channel_url: str
    queued: int
    limit: int
    dropped: int
    topics: list[TopicStats]


class ConnectionStats(Struct, frozen=True, kw_only=True):
    """One connection, through all its reconnects.

    Attributes:
        standing: where it stands, see `vklive.client.evidence.Standing`.
        attempts: to connect.
        connects: of them accepted by the server.
        reconnects: what ended attempts and connections, by cause, see `vklive.client.failures.Cause`.
        refreshes: tokens that were renewed, by kind.
        refusals: renewals that the server refused, by kind.
        last_byte: seconds since the server was last heard; `None` before the first time.
    """

    standing: str
    attempts: int
    connects: int
    reconnects: Mapping[str, int]
    refreshes: Mapping[str, int]
    refusals: Mapping[str, int]
    last_byte: float | None


class Stats(Struct, frozen=True, kw_only=True):
    """A client.

    Attributes:
        connections: one entry each.
        streams: those that are open.
        blocked: how often the event loop was held up, see `vklive.client.watchdog`.
        blocked_seconds: for how long, in all.
    """

    connections: list[ConnectionStats]
    streams: list[StreamStats]
    blocked: int
    blocked_seconds: float


def stats_of(connections: Iterable[Evidence], streams: Iterable[Stream], blockages: Blockages, *, now: float) -> Stats:
    """Put together what was counted.

    Args:
        connections: what is known of each.
        streams: the open ones.
        blockages: of the event loop.
        now: monotonic seconds.
    """
    return Stats(
        connections=[_of_connection(each, now) for each in connections],
        streams=[_of_stream(each) for each in streams],
        blocked=blockages.count,
        blocked_seconds=blockages.seconds,
    )


def _of_connection(known: Evidence, now: float) -> ConnectionStats:
    return ConnectionStats(
        standing=known.standing.value,
        attempts=known.attempts,
        connects=known.connects,
        reconnects=dict(known.reconnects),
        refreshes=dict(known.refreshes),
        refusals=dict(known.refusals),
        last_byte=None if known.last_byte is None else max(0.0, now - known.last_byte),
    )


def _of_stream(stream: Stream) -> StreamStats:
    topics = [
        TopicStats(
            topic=each.topic.value,
            ws_channel=each.ws_channel,
            listening=each.phase is Phase.LISTENING,
            events=each.events,
            gaps=each.gaps,
            last_event=each.last_event.received_at if each.last_event else None,
            delay=_delay_of(each.last_event) if each.last_event else None,
        )
        for each in stream.subscriptions
    ]
    queue = stream.queue
    return StreamStats(
        channel_url=stream.channel_url, queued=queue.depth, limit=queue.limit, dropped=queue.dropped, topics=topics
    )


def _delay_of(event: Event) -> float | None:
    match event.data:
        case ChatMessageSent(chat_message=told) if told.created_at:
            return event.received_at.timestamp() - told.created_at
        case RewardDemandCreated(demand=told) if told.created_at:
            return event.received_at.timestamp() - told.created_at
        case _:
            return None
