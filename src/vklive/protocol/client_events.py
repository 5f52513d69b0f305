"""What the consumer's side of a connection tells whoever drives it."""

from __future__ import annotations

from typing import TypeAlias

from msgspec import Raw, Struct

from vklive.errors import RemoteProtocolError
from vklive.protocol.messages import ClientInfo, Reply
from vklive.protocol.position import Position


class Connected(Struct, frozen=True, kw_only=True):
    """The server accepted the connection.

    Attributes:
        client_id: what the server calls it.
        version: the server's.
    """

    client_id: str
    version: str


class Refused(Struct, frozen=True, kw_only=True):
    """The server said no to a command, or did not answer it in time.

    Attributes:
        code: see `vklive.protocol.codes.ErrorCode`; below 100 it is this side's own.
        message: the server's words.
        temporary: whether trying the same again may help.
    """

    code: int
    message: str
    temporary: bool = False


class ConnectRefused(Struct, frozen=True):
    """The server will not have this connection; it is closed."""

    refused: Refused


class Subscribed(Struct, frozen=True, kw_only=True):
    """A subscription stands.

    Attributes:
        ws_channel: which.
        position: where its history stands for this side, where it keeps one.
        recovered: whether everything since the position that was asked for follows.
    """

    ws_channel: str
    position: Position | None
    recovered: bool


class SubscribeRefused(Struct, frozen=True, kw_only=True):
    """The server said no to a subscription; the connection stays."""

    ws_channel: str
    refused: Refused


class Unsubscribed(Struct, frozen=True, kw_only=True):
    """The server ended a subscription.

    Attributes:
        ws_channel: which.
        code: see `vklive.protocol.codes.UnsubscribeCode`.
        reason: the server's words.
    """

    ws_channel: str
    code: int
    reason: str


class Published(Struct, frozen=True, kw_only=True, gc=False):
    """A publication.

    Attributes:
        ws_channel: where.
        data: the payload, as it came. A view of the frame: whoever keeps it copies it.
        position: its place, where the ws channel keeps history.
    """

    ws_channel: str
    data: Raw
    position: Position | None


class Joined(Struct, frozen=True):
    """Somebody subscribed to a ws channel, where the server tells that."""

    ws_channel: str
    info: ClientInfo


class Left(Struct, frozen=True):
    """Somebody is no longer subscribed to a ws channel, where the server tells that."""

    ws_channel: str
    info: ClientInfo


class Messaged(Struct, frozen=True):
    """The server says something to this connection, in no ws channel.

    Attributes:
        data: what. A view of the frame: whoever keeps it copies it.
    """

    data: Raw


class Answered(Struct, frozen=True):
    """The answer to a call.

    Attributes:
        number: of the call.
        reply: with the result that belongs to what was asked.
    """

    number: int
    reply: Reply


class CallRefused(Struct, frozen=True):
    """A call was refused, or not answered in time: then it may have been done, or not."""

    number: int
    refused: Refused


class RefreshDue(Struct, frozen=True):
    """A token is about to expire: a new one is to be fetched and given to `refresh` or `sub_refresh`.

    Attributes:
        ws_channel: which subscription's; `None` for the connection's own.
    """

    ws_channel: str | None


class Refreshed(Struct, frozen=True):
    """The server took a new token.

    Attributes:
        ws_channel: which subscription's; `None` for the connection's own.
    """

    ws_channel: str | None


class RefreshRefused(Struct, frozen=True):
    """The server did not take a new token.

    Attributes:
        ws_channel: which subscription's; `None` for the connection's own.
        refused: what it said.
    """

    ws_channel: str | None
    refused: Refused


class Unreadable(Struct, frozen=True):
    """The server sent something that is not of the protocol. It was passed over; nothing else was lost."""

    error: RemoteProtocolError


class Closed(Struct, frozen=True, kw_only=True):
    """The connection is over; nothing follows.

    Attributes:
        code: the close code, or a `vklive.protocol.codes.ClientCode` when this side ended it.
        reason: in words.
        reconnect: whether to come back.
    """

    code: int
    reason: str
    reconnect: bool


ClientEvent: TypeAlias = (
    Connected
    | ConnectRefused
    | Subscribed
    | SubscribeRefused
    | Unsubscribed
    | Published
    | Joined
    | Left
    | Messaged
    | Answered
    | CallRefused
    | RefreshDue
    | Refreshed
    | RefreshRefused
    | Unreadable
    | Closed
)
