"""Checks tokens.

In Centrifugo's order (centrifugo.md 5.2), as far as a client can tell it apart: whatever makes a token invalid comes
before its time, except that a subscription token is expired before it lacks a channel. There is no leeway, ``iat`` is
not compared with anything, and ``jti`` only has to be of its type. ``meta`` is for
proxies, which there are none of, and is not read.
"""

from __future__ import annotations

import base64
import binascii
from typing import Annotated

import msgspec
from msgspec import Meta, Raw, Struct, structs

from vklive.server.tokens.claims import (
    NO_OVERRIDE,
    ConnectionClaims,
    InvalidTokenError,
    Override,
    SubscriptionClaims,
    SubscriptionGrant,
    TokenExpiredError,
)
from vklive.server.tokens.expected import ANYBODY, Expected
from vklive.server.tokens.verifying import TokenOpener

MAX_TOKEN_LENGTH = 8192
"""Characters of a token; nobody spends time on the signature of a longer one. Ours have about 250."""

LAST_SECOND = 253_402_300_799
"""The end of the year 9999 in unix seconds. Times beyond it are no times."""

_NumericDate = (
    Annotated[int, Meta(ge=-LAST_SECOND, le=LAST_SECOND)] | Annotated[float, Meta(ge=-LAST_SECOND, le=LAST_SECOND)]
)


class _Bool(Struct):
    value: bool = False


class _Override(Struct, kw_only=True):
    presence: _Bool | None = None
    join_leave: _Bool | None = None
    force_push_join_leave: _Bool | None = None
    force_recovery: _Bool | None = None
    force_positioning: _Bool | None = None


class _Grant(Struct, kw_only=True):
    info: Raw = Raw()
    b64info: str | None = None
    data: Raw = Raw()
    b64data: str | None = None
    override: _Override | None = None


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
    data: Raw = Raw()
    b64data: str | None = None
    override: _Override | None = None
    channels: list[str] | None = None
    subs: dict[str, _Grant] | None = None


_decoder = msgspec.json.Decoder(_Claims)


class Verifier:
    """Checks tokens that were signed with `keys`. Needs no clock of its own, and I/O only in `prepare`.

    Args:
        keys: what checks signatures.
        expected: who tokens must be from and for.
    """

    def __init__(self, keys: TokenOpener, *, expected: Expected = ANYBODY) -> None:
        self._keys = keys
        self._expected = expected

    def needs(self, token: str) -> bool:
        """Whether the key of this token has to be fetched by `prepare` before it can be checked."""
        return self._keys.needs(token)

    async def prepare(self, token: str) -> None:
        """Fetch the key of this token. When that fails, the token is invalid."""
        await self._keys.prepare(token)

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
        return ConnectionClaims(
            user=claims.sub or "",
            expire_at=_expire_at(claims),
            info=_payload(claims.info, claims.b64info, name="info"),
            channels=claims.channels or (),
            subs={channel: _grant(grant) for channel, grant in (claims.subs or {}).items()},
        )

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
            info=_payload(claims.info, claims.b64info, name="info"),
            data=_payload(claims.data, claims.b64data, name="data"),
            override=_override(claims.override),
        )

    def _open(self, token: str) -> _Claims:
        if len(token) > MAX_TOKEN_LENGTH:
            raise InvalidTokenError(f"it is longer than {MAX_TOKEN_LENGTH} characters")
        payload = self._keys.open(token)
        try:
            claims = _decoder.decode(payload)
        except (msgspec.MsgspecError, ValueError, RecursionError):
            raise InvalidTokenError("its claims are not what claims should be") from None
        self._expected.check(audience=claims.aud, issuer=claims.iss)
        return claims


def _check_time(claims: _Claims, now: float) -> None:
    if (claims.exp is not None and claims.exp <= now) or (claims.nbf is not None and claims.nbf > now):
        raise TokenExpiredError


def _expire_at(claims: _Claims) -> int | None:
    """When what the token allows ends: ``expire_at`` says so, 0 or less for never; without it, ``exp``."""
    if claims.expire_at is not None:
        return claims.expire_at if claims.expire_at > 0 else None
    return None if claims.exp is None else int(claims.exp)


def _grant(grant: _Grant) -> SubscriptionGrant:
    return SubscriptionGrant(
        info=_payload(grant.info, grant.b64info, name="info"),
        data=_payload(grant.data, grant.b64data, name="data"),
        override=_override(grant.override),
    )


def _override(override: _Override | None) -> Override:
    if override is None:
        return NO_OVERRIDE
    values = structs.asdict(override)
    return Override(**{name: None if value is None else value.value for name, value in values.items()})


def _payload(raw: Raw, in_base64: str | None, *, name: str) -> Raw | None:
    """What a claim brings: bytes in base64, which may be anything, or else JSON."""
    if in_base64:
        try:
            return Raw(base64.b64decode(in_base64, validate=True))
        except (binascii.Error, ValueError):
            raise InvalidTokenError(f"its b64{name} is not base64") from None
    payload = bytes(raw)
    return None if payload in (b"", b"null") else Raw(payload)
