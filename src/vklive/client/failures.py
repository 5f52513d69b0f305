"""What a failure means: try again, or stop and say why."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

from vklive.errors import (
    ConnectError,
    CredentialsError,
    DevApiError,
    DisconnectedError,
    RateLimitedError,
    UnavailableError,
    VkliveError,
)
from vklive.protocol.client_events import Closed
from vklive.protocol.codes import ClientCode, DisconnectCode

_REQUEST_TIMEOUT = 408
_OF_WEBSOCKET = range(1000, 3000)


class Cause(StrEnum):
    """What kind of failure it was, for counting."""

    API = "api"
    """The DevAPI is busy or in trouble."""
    CREDENTIALS = "credentials"  # a word, not a secret
    """The program's own source of credentials failed."""
    DNS = "dns"
    TCP = "tcp"
    TLS = "tls"
    PROXY = "proxy"
    HANDSHAKE = "handshake"
    TIMEOUT = "timeout"
    """No connection within the time for it, or no answer to a command."""
    NO_PING = "no_ping"
    """The server was not heard for too long."""
    LOST = "lost"
    """The connection ended without a word of the server's."""
    SHUTDOWN = "shutdown"
    """The server stops or restarts."""
    CLOSED = "closed"
    """The server closed the connection, or refused it, for another reason; the code says which."""


class Failure(Struct, frozen=True, kw_only=True):
    """Why there is no connection, when trying again may help.

    Attributes:
        cause: in words.
        kind: for counting.
        code: of the close frame or the error, where there was one.
        wait: seconds to wait at least, because the server said so.
    """

    cause: str
    kind: Cause
    code: int | None = None
    wait: float = 0.0


def failure_of(error: VkliveError) -> Failure:
    """What a failed call or connection means.

    Raises:
        VkliveError: the error itself, when trying again cannot help: wrong credentials, a certificate that cannot be
            trusted, an address that is none.
    """
    match error:
        case RateLimitedError() | UnavailableError():
            return Failure(cause=str(error), kind=Cause.API, code=error.status, wait=error.retry_after or 0.0)
        case CredentialsError():
            return Failure(cause=str(error), kind=Cause.CREDENTIALS)
        case DevApiError(status=status) if status == _REQUEST_TIMEOUT:
            return Failure(cause=str(error), kind=Cause.API, code=status)
        case ConnectError(permanent=False, phase=phase):
            return Failure(cause=str(error), kind=Cause(phase), code=error.status, wait=error.retry_after or 0.0)
        case _:
            raise error


def failure_of_end(closed: Closed) -> Failure:
    """What the end of a connection means.

    Raises:
        DisconnectedError: when the server said not to come back. One exception is made: "stale" is said to a client
            that was slow to connect, which is the network's fault and no reason to stay away.
    """
    if closed.reconnect or closed.code == DisconnectCode.STALE:
        return Failure(cause=closed.reason, kind=_kind_of(closed.code), code=closed.code)
    raise DisconnectedError(closed.code, closed.reason)


def _kind_of(code: int) -> Cause:
    match code:
        case ClientCode.NO_PING:
            return Cause.NO_PING
        case ClientCode.SUBSCRIBE_TIMEOUT | ClientCode.CONNECT_TIMEOUT | ClientCode.UNSUBSCRIBE_TIMEOUT:
            return Cause.TIMEOUT
        case DisconnectCode.SHUTDOWN:
            return Cause.SHUTDOWN
        case _:
            # Close codes of WebSocket itself are the network's, or a proxy's.
            return Cause.LOST if code in _OF_WEBSOCKET else Cause.CLOSED
