"""The codes of Centrifugo v4, and what they tell the other side to do.

Source: `centrifuge` v0.28.2, the library inside Centrifugo v4.1.5: its errors, disconnect and unsubscribe tables.
Codes that are not listed here may still arrive (applications have ranges of their own); the rules below are
about ranges, so they answer for those too.
"""

from __future__ import annotations

from enum import IntEnum


class ErrorCode(IntEnum):
    """Codes in an error reply. The connection stays, except after a failed connect."""

    INTERNAL = 100
    UNAUTHORIZED = 101
    UNKNOWN_CHANNEL = 102
    PERMISSION_DENIED = 103
    METHOD_NOT_FOUND = 104
    ALREADY_SUBSCRIBED = 105
    LIMIT_EXCEEDED = 106
    BAD_REQUEST = 107
    NOT_AVAILABLE = 108
    TOKEN_EXPIRED = 109
    EXPIRED = 110
    TOO_MANY_REQUESTS = 111
    UNRECOVERABLE_POSITION = 112

    @property
    def message(self) -> str:
        """The text that the server sends with the code."""
        return _ERROR_TEXTS.get(self, self.name.lower().replace("_", " "))

    @property
    def temporary(self) -> bool:
        """Whether trying the same again, later, may help."""
        return self in _TEMPORARY


_ERROR_TEXTS = {ErrorCode.INTERNAL: "internal server error"}
_TEMPORARY = frozenset({ErrorCode.INTERNAL, ErrorCode.TOO_MANY_REQUESTS})


class DisconnectCode(IntEnum):
    """Codes with which the server closes a connection."""

    CONNECTION_CLOSED = 3000
    """The peer vanished. Internal to the server: never on the wire."""
    SHUTDOWN = 3001
    SERVER_ERROR = 3004
    CONNECTION_EXPIRED = 3005
    SUBSCRIPTION_EXPIRED = 3006
    SLOW = 3008
    WRITE_ERROR = 3009
    INSUFFICIENT_STATE = 3010
    FORCE_RECONNECT = 3011
    NO_PONG = 3012
    TOO_MANY_REQUESTS = 3013
    STATE_INVALIDATED = 3014
    """Token and positions are to be forgotten. Centrifugo 6.8 and later; this server does not send it."""
    INVALID_TOKEN = 3500
    BAD_REQUEST = 3501
    STALE = 3502
    FORCE_DISCONNECT = 3503
    CONNECTION_LIMIT = 3504
    CHANNEL_LIMIT = 3505
    INAPPROPRIATE_PROTOCOL = 3506
    PERMISSION_DENIED = 3507
    NOT_AVAILABLE = 3508
    TOO_MANY_ERRORS = 3509

    @property
    def reason(self) -> str:
        """The text that the server sends with the code."""
        return _DISCONNECT_TEXTS.get(self, self.name.lower().replace("_", " "))


_DISCONNECT_TEXTS = {DisconnectCode.SERVER_ERROR: "internal server error"}


class UnsubscribeCode(IntEnum):
    """Codes with which the server ends one subscription."""

    SERVER = 2000
    INSUFFICIENT_STATE = 2500
    EXPIRED = 2501
    STATE_INVALIDATED = 2502
    """Token and position are to be forgotten. Centrifugo 6.8 and later; this server does not send it."""

    @property
    def reason(self) -> str:
        """The text that the server sends with the code."""
        return _UNSUBSCRIBE_TEXTS[self]


_UNSUBSCRIBE_TEXTS = {
    UnsubscribeCode.SERVER: "server unsubscribe",
    UnsubscribeCode.INSUFFICIENT_STATE: "insufficient state",
    UnsubscribeCode.EXPIRED: "subscription expired",
    UnsubscribeCode.STATE_INVALIDATED: "state invalidated",
}


class ClientCode(IntEnum):
    """Why the consumer's own side ended a connection. Below 100, so that they never meet a server's code."""

    DISCONNECT_CALLED = 0
    TRANSPORT_CLOSED = 1
    NO_PING = 2
    SUBSCRIBE_TIMEOUT = 3
    CONNECT_TIMEOUT = 4
    UNSUBSCRIBE_TIMEOUT = 5
    COMMAND_TIMEOUT = 6

    @property
    def reason(self) -> str:
        """The same in words."""
        return self.name.lower().replace("_", " ")


def may_reconnect(code: int) -> bool:
    """Whether a client that was closed with `code` should come back.

    The ranges 3500 to 3999 and 4500 to 4999 are final; everything else, also what is below 3000 or from 5000 on,
    is a reason to try again.
    """
    return not any(code in codes for codes in _FINAL)


_FINAL = (range(3500, 4000), range(4500, 5000))
_RESUBSCRIBE_FROM = 2500
_LOCAL_BELOW = 100


def may_resubscribe(code: int) -> bool:
    """Whether a client whose subscription was ended with `code` should subscribe again: from 2500 on."""
    return code >= _RESUBSCRIBE_FROM


def is_retryable(code: int, *, temporary: bool) -> bool:
    """Whether a connect or subscribe refused with `code` should be tried again.

    That holds for local codes (below 100), for errors that the server calls temporary, and for an expired
    token, for which a new one is fetched first.
    """
    return code < _LOCAL_BELOW or temporary or code == ErrorCode.TOKEN_EXPIRED
