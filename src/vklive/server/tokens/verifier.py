"""Checks tokens.

In Centrifugo's order (centrifugo.md 5.2), as far as a client can tell it apart: whatever makes a token invalid comes
before its time, except that a subscription token is expired before it lacks a channel. There is no leeway, ``iat`` is
not compared with anything, and ``jti``, ``aud`` and ``iss`` only have to be of their types. Server-side subscriptions
(``channels``, ``subs``), ``meta``, ``data`` and ``override`` are not acted upon.
"""

from __future__ import annotations

import base64
import binascii
from typing import Annotated

import msgspec
from msgspec import Meta, Raw, Struct

from vklive.protocol.json import in_one_line
from vklive.server.tokens.claims import ConnectionClaims, InvalidTokenError, SubscriptionClaims, TokenExpiredError
from vklive.server.tokens.keys import TokenKeys

MAX_TOKEN_LENGTH = 8192
"""Characters of a token; nobody spends time on the signature of a longer one. Ours have about 250."""

LAST_SECOND = 253_402_300_799
"""The end of the year 9999 in unix seconds. Times beyond it are no times."""

_NumericDate = (
    Annotated[int, Meta(ge=-LAST_SECOND, le=LAST_SECOND)] | Annotated[float, Meta(ge=-LAST_SECOND, le=LAST_SECOND)]
)


class _Claims(Struct, kw_only=True):
    sub: str | None = None
    exp: _NumericDate | None = None
    nbf: _NumericDate | None = None
    iat: _NumericDate | None = None
    jti: str | None = None
    iss: str | None = None
    aud: str | list[str] | None = None
    channel: str | None = None
    client: str | None = None
    expire_at: Annotated[int, Meta(ge=-LAST_SECOND, le=LAST_SECOND)] | None = None
    info: Raw = Raw()
    b64info: str | None = None


_decoder = msgspec.json.Decoder(_Claims)


class Verifier:
    """Checks tokens that were signed with `keys`. Needs no I/O and no clock of its own."""

    def __init__(self, keys: TokenKeys) -> None:
        self._keys = keys

    def connection(self, token: str, *, now: float) -> ConnectionClaims:
        """What a connection token says.

        Args:
            token: as the client sent it.
            now: unix time in seconds.

        Raises:
            InvalidTokenError: malformed, forged, with claims of wrong types, or a subscription token.
            TokenExpiredError: good otherwise, and its time is over or has not come.
        """
        claims = self._open(token)
        if claims.channel:
            raise InvalidTokenError("it is for a subscription, and a connection is asked for")
        _check_time(claims, now)
        return ConnectionClaims(user=claims.sub or "", expire_at=_expire_at(claims), info=_info(claims))

    def subscription(self, token: str, *, now: float) -> SubscriptionClaims:
        """What a subscription token says. Whether that fits the subscriber is for the caller to see.

        Args:
            token: as the client sent it.
            now: unix time in seconds.

        Raises:
            InvalidTokenError: malformed, forged, with claims of wrong types, or a connection token.
            TokenExpiredError: good otherwise, and its time is over or has not come.
        """
        claims = self._open(token)
        _check_time(claims, now)
        if not claims.channel:
            raise InvalidTokenError("it names no ws channel")
        return SubscriptionClaims(
            user=claims.sub or "",
            ws_channel=claims.channel,
            client=claims.client or "",
            expire_at=_expire_at(claims),
            info=_info(claims),
        )

    def _open(self, token: str) -> _Claims:
        if len(token) > MAX_TOKEN_LENGTH:
            raise InvalidTokenError(f"it is longer than {MAX_TOKEN_LENGTH} characters")
        payload = self._keys.open(token)
        try:
            return _decoder.decode(payload)
        except (msgspec.MsgspecError, ValueError, RecursionError):
            raise InvalidTokenError("its claims are not what claims should be") from None


def _check_time(claims: _Claims, now: float) -> None:
    if (claims.exp is not None and claims.exp <= now) or (claims.nbf is not None and claims.nbf > now):
        raise TokenExpiredError


def _expire_at(claims: _Claims) -> int | None:
    """When what the token allows ends: ``expire_at`` says so, 0 or less for never; without it, ``exp``."""
    if claims.expire_at is not None:
        return claims.expire_at if claims.expire_at > 0 else None
    return None if claims.exp is None else int(claims.exp)


def _info(claims: _Claims) -> Raw | None:
    if claims.b64info:
        try:
            info = base64.b64decode(claims.b64info, validate=True)
            # It goes into frames of JSON, so it has to be JSON.
            msgspec.json.decode(info)
        except (binascii.Error, msgspec.MsgspecError, ValueError, RecursionError):
            raise InvalidTokenError("its b64info is not JSON in base64") from None
        return in_one_line(info)
    info = bytes(claims.info)
    return None if info in (b"", b"null") else in_one_line(info)
