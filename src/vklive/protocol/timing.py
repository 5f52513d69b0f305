"""The times and limits of a connection, on the server's side."""

from __future__ import annotations

from enum import Enum

from msgspec import Struct


class Timer(Enum):
    """What happens at a deadline."""

    STALE = "stale"
    """No successful connect in time."""
    DROP = "drop"
    """A refused client did not leave."""
    PING = "ping"
    PONG = "pong"
    """The pong to the last ping is missing."""
    EXPIRY = "expiry"
    """The connection token was not refreshed in time."""
    LOOK = "look"
    """Time to look at all subscriptions: which have expired, which positions are to be compared."""


class Timing(Struct, frozen=True, kw_only=True):
    """The times and limits of a connection. Seconds; the defaults are Centrifugo's.

    Attributes:
        ping_interval: between two pings; 0 means that the server does not ping.
        pong_timeout: how long a client may take to answer one; shorter than the interval.
        stale_close_delay: how long a client may take to connect.
        expired_close_delay: how long a connection outlives its token.
        expired_sub_close_delay: how long a subscription outlives its token.
        presence_update_interval: how often all subscriptions are looked at.
        position_check_delay: how old the last comparison of a position may become; it is made in such a look.
        refused_drop_delay: how long a refused client is given to leave by itself.
        channel_limit: how many ws channels one connection may hold.
        channel_max_length: of the name of a ws channel, in bytes.
    """

    ping_interval: float = 25.0
    pong_timeout: float = 8.0
    stale_close_delay: float = 10.0
    expired_close_delay: float = 25.0
    expired_sub_close_delay: float = 25.0
    presence_update_interval: float = 27.0
    position_check_delay: float = 40.0
    refused_drop_delay: float = 5.0
    channel_limit: int = 128
    channel_max_length: int = 255
