"""What happens to the connection, told in the same stream as the events, at the place where it happened.

None of these come over the wire, and no payload can pretend to be one of them.
"""

from __future__ import annotations

from typing import ClassVar, Literal

from msgspec import Raw

from vklive.events.base import EventData


class Connected(EventData, frozen=True, kw_only=True):
    """The connection stands.

    Attributes:
        attempt: number of the attempt that succeeded, from 1 on, counted since the client began.
        client_id: the server's id for this connection, to look for in the server's log.
    """

    event_type: ClassVar[str] = "vklive.connected"

    attempt: int
    client_id: str


class Reconnecting(EventData, frozen=True, kw_only=True):
    """There is no connection, and another attempt will be made.

    Attributes:
        cause: what ended the last connection or attempt, in words.
        code: its close code or error code, where there was one.
        delay: seconds until the next attempt.
        attempt: number of that attempt.
    """

    event_type: ClassVar[str] = "vklive.reconnecting"

    cause: str
    code: int | None = None
    delay: float
    attempt: int


class Listening(EventData, frozen=True, kw_only=True):
    """A ws channel is subscribed: its events come from here on."""

    event_type: ClassVar[str] = "vklive.listening"

    topic: str
    ws_channel: str


class NoAccess(EventData, frozen=True, kw_only=True):
    """This user may not hear a ws channel. An answer, not an error: the other topics go on.

    Attributes:
        ws_channel: its name; empty when the channel has none for the topic.
        reason: who refused, and why.
    """

    event_type: ClassVar[str] = "vklive.no_access"

    topic: str
    ws_channel: str
    reason: str


class Gap(EventData, frozen=True, kw_only=True):
    """At this place of the stream, events of a ws channel may be missing and cannot be had from the server.

    Attributes:
        reason: why, in words.
    """

    event_type: ClassVar[str] = "vklive.gap"

    topic: str
    ws_channel: str
    reason: str


class Refilled(EventData, frozen=True, kw_only=True):
    """After a gap, the API was asked for the messages of a chat that were missed; they follow.

    Deletions and other kinds of events cannot be had that way.

    Attributes:
        count: how many messages follow.
        complete: whether they are all that were missed: the API keeps no more than the newest.
    """

    event_type: ClassVar[str] = "vklive.refilled"

    topic: str
    ws_channel: str
    count: int
    complete: bool


class TokenRefreshed(EventData, frozen=True, kw_only=True):
    """A token was about to expire and was replaced.

    Attributes:
        kind: which of the two kinds of token.
        ws_channel: what the subscription token is for; empty for that of the connection.
    """

    event_type: ClassVar[str] = "vklive.token_refreshed"

    kind: Literal["connection", "subscription"]
    ws_channel: str = ""


class Unsubscribed(EventData, frozen=True, kw_only=True):
    """The server ended a subscription.

    Attributes:
        code: see `vklive.protocol.codes.UnsubscribeCode`.
        reason: the server's words.
    """

    event_type: ClassVar[str] = "vklive.unsubscribed"

    topic: str
    ws_channel: str
    code: int
    reason: str


class Joined(EventData, frozen=True, kw_only=True):
    """Somebody else began to listen to a ws channel, where the server tells that. VK's is not known to.

    Attributes:
        user_id: who, as the server has it.
        client_id: of the connection.
    """

    event_type: ClassVar[str] = "vklive.joined"

    topic: str
    ws_channel: str
    user_id: str
    client_id: str


class Left(EventData, frozen=True, kw_only=True):
    """Somebody else listens no more to a ws channel, where the server tells that.

    Attributes:
        user_id: who, as the server has it.
        client_id: of the connection.
    """

    event_type: ClassVar[str] = "vklive.left"

    topic: str
    ws_channel: str
    user_id: str
    client_id: str


class ServerMessage(EventData, frozen=True, kw_only=True):
    """The server says something to this connection alone, in no ws channel. VK's is not known to.

    Attributes:
        payload: the JSON, as it came.
    """

    event_type: ClassVar[str] = "vklive.server_message"

    payload: Raw


class Dropped(EventData, frozen=True, kw_only=True):
    """Events came faster than they were taken, and the queue let some go.

    Attributes:
        count: how many, since the last event of this kind.
        policy: the overflow policy that decided which.
    """

    event_type: ClassVar[str] = "vklive.dropped"

    count: int
    policy: str
