"""What every event has in common, whether it came over the wire or happened to the connection."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from msgspec import Struct

from vklive.events.certainty import Certainty, Delivery
from vklive.protocol.position import Position

__all__ = ["ChannelEventData", "Event", "EventChannel", "EventData", "EventOwner", "Position"]


class EventData(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """The base of everything that an event can say.

    A class of an event names its type and its fields; the fields are those of the wire, so that the same class
    writes what it reads.

    Attributes:
        event_type: the constant under ``type`` on the wire; ``vklive.…`` for what happens to the connection.
        topics: where it is heard over the WebSocket, as in ``web_socket_channels``; the usual one first. Empty for what
            never comes over the wire, and where nobody knows.
        certainty: how certain that is.
        heard_in: the ways of delivery by which somebody has shown it.
    """

    event_type: ClassVar[str]
    topics: ClassVar[tuple[str, ...]] = ()
    certainty: ClassVar[Certainty] = Certainty.INFERRED
    heard_in: ClassVar[tuple[Delivery, ...]] = ()


class EventChannel(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """The channel in which something has happened; `url` is its slug."""

    url: str = ""


class EventOwner(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Whose channel it is; `id` is the user's number."""

    id: int = 0


class ChannelEventData(EventData, frozen=True, kw_only=True):
    """An event that says in which channel it has happened.

    Every WebHook does. Over the WebSocket the ws channel says it, and the data need not.

    Attributes:
        channel: empty when not told.
        owner: whose channel it is; number 0 when not told.
    """

    channel: EventChannel = EventChannel()
    owner: EventOwner = EventOwner()


class Event(Struct, frozen=True, kw_only=True, gc=False):
    """One event as a consumer gets it: what was said, and where and when it was heard.

    Attributes:
        type: the type on the wire, also when this version of vklive does not know it.
        data: what was said; `match` on its class.
        channel_url: the slug of the streamer's channel.
        topic: a `vklive.devapi.topics.Topic`; empty for what concerns the whole connection.
        ws_channel: the ws channel that it came by; empty for what concerns the whole connection.
        position: its place in the history, or `None` when the ws channel keeps none. Of a `vklive.events.Listening`
            it is the place from which on the events come.
        received_at: when this program read it; aware, UTC. When it happened is told by the data, where it is known.
        raw: the payload's JSON, byte for byte as it came; empty for what happens to the connection.
    """

    type: str
    data: EventData
    channel_url: str
    topic: str
    ws_channel: str
    position: Position | None
    received_at: datetime
    raw: bytes
