"""The numbers that fields have in Protobuf, and what a field is, which its annotation says.

Source: `protocol` v0.9.1, client.proto; centrifugo.md 2.3. The numbers stand here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum, auto
from functools import cache

from msgspec import Struct, inspect

from vklive.protocol import messages


class Kind(Enum):
    """What a field is on the wire."""

    UINT = auto()
    INT32 = auto()
    BOOL = auto()
    TEXT = auto()
    BYTES = auto()
    MESSAGE = auto()
    MESSAGES = auto()
    TEXT_BY_TEXT = auto()
    MESSAGE_BY_TEXT = auto()


class Field(Struct, frozen=True, kw_only=True):
    """A field of a message.

    Attributes:
        name: in the message and in JSON.
        number: in Protobuf.
        kind: what it is.
        bits: of a whole number.
        message: what it holds, if it holds messages.
    """

    name: str
    number: int
    kind: Kind
    bits: int = 0
    message: type[Struct] | None = None


_NUMBERS: Mapping[type[Struct], Mapping[str, int]] = {
    messages.Error: {"code": 1, "message": 2, "temporary": 3},
    messages.ClientInfo: {"user": 1, "client": 2, "conn_info": 3, "chan_info": 4},
    messages.Publication: {"data": 4, "info": 5, "offset": 6, "tags": 7},
    messages.Join: {"info": 1},
    messages.Leave: {"info": 1},
    messages.Unsubscribed: {"code": 2, "reason": 3},
    messages.ServerSubscribed: {"recoverable": 1, "epoch": 4, "offset": 5, "positioned": 6, "data": 7},
    messages.ServerMessage: {"data": 1},
    messages.Disconnect: {"code": 1, "reason": 2},
    messages.Refreshed: {"expires": 1, "ttl": 2},
    messages.SubscribeRequest: {
        "channel": 1,
        "token": 2,
        "recover": 3,
        "epoch": 6,
        "offset": 7,
        "data": 8,
        "positioned": 9,
        "recoverable": 10,
        "join_leave": 11,
    },
    messages.ConnectRequest: {"token": 1, "data": 2, "subs": 3, "name": 4, "version": 5},
    messages.UnsubscribeRequest: {"channel": 1},
    messages.PublishRequest: {"channel": 1, "data": 2},
    messages.PresenceRequest: {"channel": 1},
    messages.PresenceStatsRequest: {"channel": 1},
    messages.StreamPosition: {"offset": 1, "epoch": 2},
    messages.HistoryRequest: {"channel": 1, "limit": 7, "since": 8, "reverse": 9},
    messages.PingRequest: {},
    messages.SendRequest: {"data": 1},
    messages.RpcRequest: {"data": 1, "method": 2},
    messages.RefreshRequest: {"token": 1},
    messages.SubRefreshRequest: {"channel": 1, "token": 2},
    messages.Command: {
        "id": 1,
        "connect": 4,
        "subscribe": 5,
        "unsubscribe": 6,
        "publish": 7,
        "presence": 8,
        "presence_stats": 9,
        "history": 10,
        "ping": 11,
        "send": 12,
        "rpc": 13,
        "refresh": 14,
        "sub_refresh": 15,
    },
    messages.SubscribeResult: {
        "expires": 1,
        "ttl": 2,
        "recoverable": 3,
        "epoch": 6,
        "publications": 7,
        "recovered": 8,
        "offset": 9,
        "positioned": 10,
        "data": 11,
        "was_recovering": 12,
    },
    messages.ConnectResult: {
        "client": 1,
        "version": 2,
        "expires": 3,
        "ttl": 4,
        "data": 5,
        "subs": 6,
        "ping": 7,
        "pong": 8,
        "session": 9,
        "node": 10,
    },
    messages.UnsubscribeResult: {},
    messages.PublishResult: {},
    messages.PresenceResult: {"presence": 1},
    messages.PresenceStatsResult: {"num_clients": 1, "num_users": 2},
    messages.HistoryResult: {"publications": 1, "epoch": 2, "offset": 3},
    messages.RpcResult: {"data": 1},
    messages.RefreshResult: {"client": 1, "version": 2, "expires": 3, "ttl": 4},
    messages.SubRefreshResult: {"expires": 1, "ttl": 2},
    messages.Push: {
        "channel": 2,
        "pub": 4,
        "join": 5,
        "leave": 6,
        "unsubscribe": 7,
        "message": 8,
        "subscribe": 9,
        "connect": 10,
        "disconnect": 11,
        "refresh": 12,
    },
    messages.Reply: {
        "id": 1,
        "error": 2,
        "push": 4,
        "connect": 5,
        "subscribe": 6,
        "unsubscribe": 7,
        "publish": 8,
        "presence": 9,
        "presence_stats": 10,
        "history": 11,
        "rpc": 13,
        "refresh": 14,
        "sub_refresh": 15,
    },
    messages.EmulationRequest: {"node": 1, "session": 2, "data": 3},
}


@cache
def fields_of(message: type[Struct]) -> Mapping[int, Field]:
    """The fields of a message by number, in the order in which they are written."""
    info = inspect.type_info(message)
    assert isinstance(info, inspect.StructType)  # noqa: S101 - it is a message
    numbers = _NUMBERS[message]
    found = [_field(field.name, numbers[field.name], field.type) for field in info.fields]
    return {field.number: field for field in sorted(found, key=lambda field: field.number)}


def _field(name: str, number: int, info: inspect.Type) -> Field:  # noqa: PLR0911 - one for each kind
    match _present(info):
        case inspect.IntType(ge=0, lt=below):
            return Field(name=name, number=number, kind=Kind.UINT, bits=64 if below is None else 32)
        case inspect.IntType():
            return Field(name=name, number=number, kind=Kind.INT32, bits=32)
        case inspect.BoolType():
            return Field(name=name, number=number, kind=Kind.BOOL)
        case inspect.StrType():
            return Field(name=name, number=number, kind=Kind.TEXT)
        case inspect.RawType():
            return Field(name=name, number=number, kind=Kind.BYTES)
        case inspect.StructType(cls=message):
            return Field(name=name, number=number, kind=Kind.MESSAGE, message=message)
        case inspect.ListType(item_type=inspect.StructType(cls=message)):
            return Field(name=name, number=number, kind=Kind.MESSAGES, message=message)
        case inspect.DictType(value_type=inspect.StructType(cls=message)):
            return Field(name=name, number=number, kind=Kind.MESSAGE_BY_TEXT, message=message)
        case inspect.DictType(value_type=inspect.StrType()):
            return Field(name=name, number=number, kind=Kind.TEXT_BY_TEXT)
        case other:
            raise TypeError(f"{name} is a {other}, which has no place in Protobuf")


def _present(info: inspect.Type) -> inspect.Type:
    """What a field is when it is there."""
    if isinstance(info, inspect.Metadata):
        return _present(info.type)
    if isinstance(info, inspect.UnionType):
        (only,) = [one for one in info.types if not isinstance(one, inspect.NoneType)]
        return _present(only)
    return info
