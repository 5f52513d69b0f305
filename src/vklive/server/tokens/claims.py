"""What a token says once it has been checked, and the two ways in which it may fail the check."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Raw, Struct

from vklive.errors import VkliveError


class InvalidTokenError(VkliveError):
    """A token is not one of this server's, or not of the kind that is needed. It stays wrong.

    Attributes:
        problem: what is wrong; never the token itself nor a part of it.
    """

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem

    def __str__(self) -> str:
        return f"the token is invalid: {self.problem}"


class TokenExpiredError(VkliveError):
    """A token is genuine, and its time is over or has not come. A fresh one will do."""

    def __str__(self) -> str:
        return "the token has expired or is not valid yet"


class Override(Struct, frozen=True, kw_only=True):
    """Options of a namespace that hold otherwise for one subscription; `None` leaves them as they are."""

    presence: bool | None = None
    join_leave: bool | None = None
    force_push_join_leave: bool | None = None
    force_recovery: bool | None = None
    force_positioning: bool | None = None


NO_OVERRIDE = Override()


class SubscriptionGrant(Struct, frozen=True, kw_only=True):
    """A subscription that the server makes by itself.

    Attributes:
        info: what others in the ws channel may be told about the subscriber; `None` for nothing.
        data: for the subscriber; `None` for nothing.
        override: what differs from its namespace.
    """

    info: Raw | None = None
    data: Raw | None = None
    override: Override = NO_OVERRIDE


class ConnectionClaims(Struct, frozen=True, kw_only=True):
    """Who connects (centrifugo.md 5.3).

    Attributes:
        user: the user's id; empty for nobody in particular.
        expire_at: unix seconds when the connection ends unless a fresh token comes; `None` for never. It may
            be over already: a token may still be good when what it allows has ended.
        info: what others may be told about the connection; `None` for nothing.
        channels: ws channels that the server subscribes the connection to.
        subs: the same with what each brings; where there are any, `channels` does not count.
    """

    user: str
    expire_at: int | None = None
    info: Raw | None = None
    channels: Sequence[str] = ()
    subs: Mapping[str, SubscriptionGrant] = {}


class SubscriptionClaims(Struct, frozen=True, kw_only=True):
    """Who may hear which ws channel (centrifugo.md 5.4). Whether that fits the connection is for the caller to see.

    Attributes:
        user: the user whose connection it must be; empty for nobody in particular.
        ws_channel: the ws channel.
        client: the id of the connection it must be; empty when it may be any of the user's.
        issued_at: unix seconds of when it was signed; 0 when it does not say.
        expire_at: unix seconds when the subscription ends unless a fresh token comes; `None` for never.
        info: what others in the ws channel may be told about the subscriber; `None` for nothing.
        data: for the subscriber; `None` for nothing.
        override: what differs from the namespace.
    """

    user: str
    ws_channel: str
    client: str = ""
    issued_at: float = 0.0
    expire_at: int | None = None
    info: Raw | None = None
    data: Raw | None = None
    override: Override = NO_OVERRIDE
