"""How a connection ends."""

from __future__ import annotations

from msgspec import Struct

from vklive.protocol.codes import DisconnectCode, ErrorCode


class Close(Struct, frozen=True, kw_only=True):
    """How a connection is to be closed.

    Attributes:
        code: of the close frame; `None` means that the socket is dropped without one.
        reason: of the close frame.
        detail: what exactly was wrong; for the log, never for the client.
        flush: whether what is still to be sent is sent before.
    """

    code: int | None
    reason: str = ""
    detail: str = ""
    flush: bool = True


def close_with(code: DisconnectCode, *, detail: str) -> Close:
    """A close with one of Centrifugo's own codes; a client that is too slow is not sent what waits for it."""
    return Close(code=code, reason=code.reason, detail=detail, flush=code is not DisconnectCode.SLOW)


_CLOSED_INSTEAD = {
    ErrorCode.TOKEN_EXPIRED: DisconnectCode.CONNECTION_EXPIRED,
    ErrorCode.EXPIRED: DisconnectCode.CONNECTION_EXPIRED,
    ErrorCode.TOO_MANY_REQUESTS: DisconnectCode.TOO_MANY_REQUESTS,
    ErrorCode.PERMISSION_DENIED: DisconnectCode.PERMISSION_DENIED,
}


def closed_instead(error: ErrorCode) -> DisconnectCode:
    """The code for a client that can be sent no error reply (centrifugo.md 8.7)."""
    return _CLOSED_INSTEAD.get(error, DisconnectCode.SERVER_ERROR)
