"""Commands of the consumer's side that wait for their answers."""

from __future__ import annotations

from enum import Enum
from typing import TypeAlias

from msgspec import Struct

from vklive.protocol.client_channel import ClientChannel
from vklive.protocol.codes import ClientCode
from vklive.protocol.messages import (
    HistoryRequest,
    PresenceRequest,
    PresenceStatsRequest,
    PublishRequest,
    RpcRequest,
)


class Ask(Enum):
    """What a command in flight has asked."""

    CONNECT = "connect"
    SUBSCRIBE = "subscribe"
    UNSUBSCRIBE = "unsubscribe"
    REFRESH = "refresh"
    SUB_REFRESH = "sub_refresh"
    CALL = "call"


ENDS_WITHOUT_ANSWER = {
    # A server that does not answer these is in an unknown state: only a new connection tells.
    Ask.CONNECT: ClientCode.CONNECT_TIMEOUT,
    Ask.SUBSCRIBE: ClientCode.SUBSCRIBE_TIMEOUT,
    Ask.UNSUBSCRIBE: ClientCode.UNSUBSCRIBE_TIMEOUT,
}


CallRequest: TypeAlias = PublishRequest | HistoryRequest | PresenceRequest | PresenceStatsRequest | RpcRequest
"""What a program may ask a server."""

CALL_NAMES: dict[type[CallRequest], str] = {
    PublishRequest: "publish",
    HistoryRequest: "history",
    PresenceRequest: "presence",
    PresenceStatsRequest: "presence_stats",
    RpcRequest: "rpc",
}


class InFlight(Struct):
    """A command that waits for its answer; `channel` is the subscription that it is about, if it is about one."""

    ask: Ask
    ws_channel: str
    channel: ClientChannel | None
    deadline: float
