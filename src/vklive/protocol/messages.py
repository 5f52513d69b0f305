"""The messages of Centrifuge client protocol v2, as Centrifugo v4 speaks it.

Field names and their order are those of `protocol` v0.9.1's `client.proto`; values that are zero are left out
on the wire, except where the protocol always sends them. Fields of type `Raw` hold JSON exactly as it came.

A request may say ``null`` for any field, which means the same as leaving it out; hence the unions with `None`
in what a client sends.
"""

from __future__ import annotations

from typing import Annotated

from msgspec import UNSET, Meta, Raw, Struct, UnsetType

UInt32 = Annotated[int, Meta(ge=0, lt=2**32)]
UInt64 = Annotated[int, Meta(ge=0)]
Int32 = Annotated[int, Meta(ge=-(2**31), lt=2**31)]


NOTHING = Raw()
"""No payload. It is left out on the wire; another empty `Raw` would not be, as the encoder goes by identity."""


class Message(Struct, omit_defaults=True, kw_only=True, gc=False):
    """The base of all messages: zero values are left out, unknown fields are ignored."""

    def __repr__(self) -> str:
        said = (
            f"{name}=<secret>" if name == "token" else f"{name}={value!r}"
            for name in self.__struct_fields__
            if (value := getattr(self, name))
        )
        return f"{type(self).__name__}({', '.join(said)})"


class Error(Message):
    """Why a command was refused."""

    code: UInt32 = 0
    message: str = ""
    temporary: bool = False


class ClientInfo(Struct, kw_only=True):
    """Who is on a connection. `user` and `client` are always on the wire, even when empty."""

    user: str = ""
    client: str = ""
    conn_info: Raw | UnsetType = UNSET
    chan_info: Raw | UnsetType = UNSET


class Publication(Message):
    """One message in a ws channel."""

    data: Raw = NOTHING
    info: ClientInfo | None = None
    offset: UInt64 = 0
    tags: dict[str, str] | None = None


class Join(Message):
    """Somebody subscribed."""

    info: ClientInfo | None = None


class Leave(Message):
    """Somebody is no longer subscribed."""

    info: ClientInfo | None = None


class Unsubscribed(Message):
    """The server ended a subscription."""

    code: UInt32 = 0
    reason: str = ""


class ServerSubscribed(Message):
    """The server subscribed this connection by itself."""

    recoverable: bool = False
    epoch: str = ""
    offset: UInt64 = 0
    positioned: bool = False
    data: Raw = NOTHING


class ServerMessage(Message):
    """A message to this connection, in no channel."""

    data: Raw = NOTHING


class Disconnect(Message):
    """The connection ends; only on transports that cannot carry a close code."""

    code: UInt32 = 0
    reason: str = ""


class Refreshed(Message):
    """The server changed when this connection expires."""

    expires: bool = False
    ttl: UInt32 = 0


# What a client asks.


class SubscribeRequest(Message):
    """Hear a ws channel."""

    channel: str | None = None
    token: str | None = None
    recover: bool | None = None
    epoch: str | None = None
    offset: UInt64 | None = None
    data: Raw = NOTHING
    positioned: bool | None = None
    recoverable: bool | None = None
    join_leave: bool | None = None


class ConnectRequest(Message):
    """Say who one is; always the first command."""

    token: str | None = None
    data: Raw = NOTHING
    subs: dict[str, SubscribeRequest] | None = None
    name: str | None = None
    version: str | None = None


class UnsubscribeRequest(Message):
    """Stop hearing a ws channel."""

    channel: str | None = None


class PublishRequest(Message):
    """Say something in a ws channel."""

    channel: str | None = None
    data: Raw = NOTHING


class PresenceRequest(Message):
    """Who is subscribed?"""

    channel: str | None = None


class PresenceStatsRequest(Message):
    """How many are subscribed?"""

    channel: str | None = None


class StreamPosition(Message):
    """A place in the history of a ws channel."""

    offset: UInt64 | None = None
    epoch: str | None = None


class HistoryRequest(Message):
    """What was said?"""

    channel: str | None = None
    limit: Int32 | None = None
    since: StreamPosition | None = None
    reverse: bool | None = None


class PingRequest(Message):
    """A command of protocol v1; refused in v2."""


class SendRequest(Message):
    """A message to the server that wants no reply."""

    data: Raw = NOTHING


class RpcRequest(Message):
    """Call a method of the server."""

    data: Raw = NOTHING
    method: str | None = None


class RefreshRequest(Message):
    """A new connection token."""

    token: str | None = None


class SubRefreshRequest(Message):
    """A new subscription token."""

    channel: str | None = None
    token: str | None = None


class Command(Message):
    """What a client sends: an id and one request. Where there are several, the first in this order counts."""

    id: UInt32 | None = None
    connect: ConnectRequest | None = None
    ping: PingRequest | None = None
    subscribe: SubscribeRequest | None = None
    unsubscribe: UnsubscribeRequest | None = None
    publish: PublishRequest | None = None
    presence: PresenceRequest | None = None
    presence_stats: PresenceStatsRequest | None = None
    history: HistoryRequest | None = None
    rpc: RpcRequest | None = None
    send: SendRequest | None = None
    refresh: RefreshRequest | None = None
    sub_refresh: SubRefreshRequest | None = None


class EmulationRequest(Message):
    """What a client says after its first words where a transport leads one way only: not on a connection, but by HTTP.

    Attributes:
        node, session: as the connect reply told them.
        data: a frame: in JSON a text with commands in it, in Protobuf the bytes of the commands.
    """

    node: str = ""
    session: str = ""
    data: Raw = NOTHING


# What a server answers.


class SubscribeResult(Message):
    """The subscription stands."""

    expires: bool = False
    ttl: UInt32 = 0
    recoverable: bool = False
    epoch: str = ""
    publications: list[Publication] | None = None
    recovered: bool = False
    offset: UInt64 = 0
    positioned: bool = False
    data: Raw = NOTHING
    was_recovering: bool = False


class ConnectResult(Message):
    """The connection stands."""

    client: str = ""
    version: str = ""
    expires: bool = False
    ttl: UInt32 = 0
    data: Raw = NOTHING
    subs: dict[str, SubscribeResult] | None = None
    ping: UInt32 = 0
    pong: bool = False
    session: str = ""
    node: str = ""


class UnsubscribeResult(Message):
    """The subscription has ended."""


class PublishResult(Message):
    """The publication was accepted."""


class PresenceResult(Struct, kw_only=True):
    """Who is subscribed, by client id; always on the wire, even when empty."""

    presence: dict[str, ClientInfo] = {}


class PresenceStatsResult(Struct, kw_only=True):
    """How many are subscribed; always on the wire, even when zero."""

    num_clients: UInt32 = 0
    num_users: UInt32 = 0


class HistoryResult(Struct, kw_only=True):
    """What was said; always on the wire, even when empty."""

    publications: list[Publication] = []
    epoch: str = ""
    offset: UInt64 = 0


class RpcResult(Message):
    """What the method gave."""

    data: Raw = NOTHING


class RefreshResult(Message):
    """The connection lives on."""

    client: str = ""
    version: str = ""
    expires: bool = False
    ttl: UInt32 = 0


class SubRefreshResult(Message):
    """The subscription lives on."""

    expires: bool = False
    ttl: UInt32 = 0


class Push(Message):
    """Something that happened, without a question. Exactly one field besides `channel` is set."""

    channel: str = ""
    pub: Publication | None = None
    join: Join | None = None
    leave: Leave | None = None
    unsubscribe: Unsubscribed | None = None
    message: ServerMessage | None = None
    subscribe: ServerSubscribed | None = None
    connect: ConnectResult | None = None
    disconnect: Disconnect | None = None
    refresh: Refreshed | None = None


class Reply(Message):
    """What a server sends: an answer (`id` and one result, or an error), a push, or nothing at all: a ping."""

    id: UInt32 = 0
    error: Error | None = None
    push: Push | None = None
    connect: ConnectResult | None = None
    subscribe: SubscribeResult | None = None
    unsubscribe: UnsubscribeResult | None = None
    publish: PublishResult | None = None
    presence: PresenceResult | None = None
    presence_stats: PresenceStatsResult | None = None
    history: HistoryResult | None = None
    rpc: RpcResult | None = None
    refresh: RefreshResult | None = None
    sub_refresh: SubRefreshResult | None = None
