"""What a command asks, and what is wrong with it at first sight.

Source: `centrifuge` v0.28.2, client.go: the order in which a command's fields are looked at, and the fields that each
request must have.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from msgspec import Struct, structs

from vklive.protocol.codes import ErrorCode
from vklive.protocol.messages import (
    Command,
    ConnectRequest,
    HistoryRequest,
    PingRequest,
    PresenceRequest,
    PresenceStatsRequest,
    PublishRequest,
    RefreshRequest,
    RpcRequest,
    SendRequest,
    SubRefreshRequest,
    SubscribeRequest,
    UnsubscribeRequest,
)

Question: TypeAlias = (
    ConnectRequest
    | SubscribeRequest
    | RefreshRequest
    | SubRefreshRequest
    | PublishRequest
    | PresenceRequest
    | PresenceStatsRequest
    | HistoryRequest
)


class Request(Struct, frozen=True):
    """Something that the state machine cannot decide.

    Attributes:
        id: of the command.
        asked: what is asked; required fields are there and limits are kept.
    """

    id: int
    asked: Question


class Answered(Struct, frozen=True):
    """A command that was answered.

    Attributes:
        method: what it is called, as ``subscribe``.
        error: what it was refused with.
    """

    method: str
    error: ErrorCode | None = None


Asked: TypeAlias = Question | UnsubscribeRequest | PingRequest | RpcRequest | SendRequest
"""Everything that a command can ask."""

# Where a command asks several things, the first of these counts.
_PRECEDENCE = tuple(name for name in structs.asdict(Command()) if name != "id")


def asked_by(command: Command) -> Asked | None:
    """What a command asks; `None` when it is nothing that is known."""
    for name in _PRECEDENCE:
        asked: Asked | None = getattr(command, name)
        if asked is not None:
            return asked
    return None


def missing_field(asked: Asked) -> str | None:
    """The field that must not be empty and is."""
    if not isinstance(asked, ConnectRequest | RefreshRequest | PingRequest | RpcRequest | SendRequest):
        if not asked.channel:
            return "channel"
        if isinstance(asked, PublishRequest) and not bytes(asked.data):
            return "data"
    if isinstance(asked, RefreshRequest) and not asked.token:
        return "token"
    return None


def channel_of(asked: Asked) -> str:
    """The ws channel that is asked about; empty when there is none."""
    return getattr(asked, "channel", None) or ""


def name_of(asked: Asked) -> str:
    """What the request is called: the command's field for it, as ``sub_refresh``."""
    return _NAMES[type(asked)]


_NAMES: Mapping[type, str] = {
    ConnectRequest: "connect",
    PingRequest: "ping",
    SubscribeRequest: "subscribe",
    UnsubscribeRequest: "unsubscribe",
    PublishRequest: "publish",
    PresenceRequest: "presence",
    PresenceStatsRequest: "presence_stats",
    HistoryRequest: "history",
    RpcRequest: "rpc",
    SendRequest: "send",
    RefreshRequest: "refresh",
    SubRefreshRequest: "sub_refresh",
}
