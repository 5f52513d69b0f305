"""What each method of the server API is told.

Source: Centrifugo v4.1.5, internal/apiproto/api.proto, and its v5 and v6 for `idempotency_key` and `version`;
centrifugo.md 6.2 and 6.4. Whatever is not given, or is `None`, is as if it were zero; unknown keys are ignored.
"""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Raw, Struct

from vklive.protocol.messages import NOTHING, Int32, UInt32, UInt64

Int64 = Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)]


class Params(Struct, kw_only=True):
    """The base of all."""


class PublishParams(Params):
    """Publish to one ws channel.

    Attributes:
        channel: where.
        data: what; any JSON.
        b64data: what, in base64; any bytes. Wins over `data`.
        skip_history: it is not kept.
        tags: go with it.
        idempotency_key: a second publication with the same key is not published (v5.2).
        version: publish only what is newer (v6.2). Not supported, and refused unless it is 0.
    """

    channel: str | None = None
    data: Raw = NOTHING
    b64data: str | None = None
    skip_history: bool | None = None
    tags: dict[str, str] | None = None
    idempotency_key: str | None = None
    version: UInt64 | None = None


class BroadcastParams(Params):
    """Publish the same to several ws channels; see `PublishParams`."""

    channels: list[str] | None = None
    data: Raw = NOTHING
    b64data: str | None = None
    skip_history: bool | None = None
    tags: dict[str, str] | None = None
    idempotency_key: str | None = None
    version: UInt64 | None = None


class TargetParams(Params):
    """Whose connections are meant: those of one user (empty: of nobody in particular), or one of them."""

    user: str | None = None
    client: str | None = None
    session: str | None = None


class Since(Struct):
    """A place in a history."""

    offset: UInt64 | None = None
    epoch: str | None = None


class Flag(Struct):
    """A boolean that may be absent."""

    value: bool | None = None


class OverrideParams(Struct):
    """What differs from the namespace."""

    presence: Flag | None = None
    join_leave: Flag | None = None
    force_push_join_leave: Flag | None = None
    force_recovery: Flag | None = None
    force_positioning: Flag | None = None


class SubscribeParams(TargetParams):
    """Subscribe connections to a ws channel.

    Attributes:
        channel: which.
        info: what others are told about the subscriber there; any JSON.
        b64info: the same in base64; any bytes. Wins over `info`.
        data: for the subscriber; any JSON.
        b64data: the same in base64; any bytes. Wins over `data`.
        expire_at: unix seconds when it ends; 0 for never.
        recover_since: where the subscriber is to continue.
        override: what differs from the namespace.
    """

    channel: str | None = None
    info: Raw = NOTHING
    b64info: str | None = None
    data: Raw = NOTHING
    b64data: str | None = None
    expire_at: Int64 | None = None
    recover_since: Since | None = None
    override: OverrideParams | None = None


class UnsubscribeParams(TargetParams):
    """End the subscriptions of connections to a ws channel."""

    channel: str | None = None


class CloseParams(Struct):
    """With which code and reason to close."""

    code: UInt32 | None = None
    reason: str | None = None


class DisconnectParams(TargetParams):
    """Close connections.

    Attributes:
        whitelist: client ids of those that are kept.
        disconnect: how; by default with 3503.
    """

    whitelist: list[str] | None = None
    disconnect: CloseParams | None = None


class RefreshParams(TargetParams):
    """Change until when connections are good.

    Attributes:
        expired: they are over.
        expire_at: unix seconds when they end; 0 for never.
        info: what others are told about them from now on; any JSON.
    """

    expired: bool | None = None
    expire_at: Int64 | None = None
    info: Raw = NOTHING


class PresenceParams(Params):
    """Who is there?"""

    channel: str | None = None


class PresenceStatsParams(Params):
    """How many are there?"""

    channel: str | None = None


class HistoryParams(Params):
    """What was said?

    Attributes:
        channel: where.
        limit: how many at most; 0 for none but the position, less for all.
        since: after which, or before which in reverse.
        reverse: the last one comes first.
    """

    channel: str | None = None
    limit: Int32 | None = None
    since: Since | None = None
    reverse: bool | None = None


class HistoryRemoveParams(Params):
    """Forget what was said."""

    channel: str | None = None


class ChannelsParams(Params):
    """Which ws channels have subscribers? `pattern` is one of `vklive.server.glob`; empty for all."""

    pattern: str | None = None


class InfoParams(Params):
    """What do the nodes do?"""


class RpcParams(Params):
    """Call a method that somebody has added to the server."""

    method: str | None = None


METHODS: dict[str, type[Params]] = {
    "publish": PublishParams,
    "broadcast": BroadcastParams,
    "unsubscribe": UnsubscribeParams,
    "disconnect": DisconnectParams,
    "presence": PresenceParams,
    "presence_stats": PresenceStatsParams,
    "history": HistoryParams,
    "history_remove": HistoryRemoveParams,
    "channels": ChannelsParams,
    "info": InfoParams,
    "rpc": RpcParams,
    "subscribe": SubscribeParams,
    "refresh": RefreshParams,
}
"""All methods in the order of their numbers, which a command of the v4 style may use as well."""
