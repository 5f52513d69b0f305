"""What a failure means: try again, or stop and say why."""

from __future__ import annotations

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
from vklive.protocol.codes import DisconnectCode

_REQUEST_TIMEOUT = 408


class Failure(Struct, frozen=True, kw_only=True):
    """Why there is no connection, when trying again may help.

    Attributes:
        cause: in words.
        code: of the close frame or the error, where there was one.
        wait: seconds to wait at least, because the server said so.
    """

    cause: str
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
            return Failure(cause=str(error), code=error.status, wait=error.retry_after or 0.0)
        case CredentialsError():
            return Failure(cause=str(error))
        case DevApiError(status=status) if status == _REQUEST_TIMEOUT:
            return Failure(cause=str(error), code=status)
        case ConnectError(permanent=False):
            return Failure(cause=str(error))
        case _:
            raise error


def failure_of_end(closed: Closed) -> Failure:
    """What the end of a connection means.

    Raises:
        DisconnectedError: when the server said not to come back. One exception is made: "stale" is said to a client
            that was slow to connect, which is the network's fault and no reason to stay away.
    """
    if closed.reconnect or closed.code == DisconnectCode.STALE:
        return Failure(cause=closed.reason, code=closed.code)
    raise DisconnectedError(closed.code, closed.reason)
