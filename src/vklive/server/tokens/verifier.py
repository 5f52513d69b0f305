"""Checks tokens.

In Centrifugo's order (centrifugo.md 5.2): the form, the claims' types, the audience, the issuer, the signature; then
for a connection token that it is none for a subscription, and the time; for a subscription token the time, and that
it is one. What is in base64 comes last.
There is no leeway, and ``iat`` and ``jti`` only have to be of their types.
"""

from __future__ import annotations

import msgspec

from vklive.server.tokens.claims import ConnectionClaims, InvalidTokenError, SubscriptionClaims, TokenExpiredError
from vklive.server.tokens.decoding import (
    C,
    ConnectionTokenClaims,
    RegisteredClaims,
    SubscriptionTokenClaims,
    decode,
    payload_of,
)
from vklive.server.tokens.expected import ANYBODY, Expected
from vklive.server.tokens.jws import Jws, parse
from vklive.server.tokens.verifying import KeySet

_any = msgspec.json.Decoder(RegisteredClaims)
_connection = msgspec.json.Decoder(ConnectionTokenClaims)
_subscription = msgspec.json.Decoder(SubscriptionTokenClaims)


class Verifier:
    """Checks tokens that were signed with `keys`. Needs no clock of its own, and I/O only in `prepare`.

    Args:
        keys: what checks signatures.
        expected: who tokens must be from and for.
    """

    def __init__(self, keys: KeySet, *, expected: Expected = ANYBODY) -> None:
        self._keys = keys
        self._expected = expected

    def needs(self, token: str) -> bool:
        """Whether the key of this token has to be fetched by `prepare` before it can be checked."""
        if not self._keys.is_remote:
            return False
        try:
            _, jws, names = self._first_look(token, _any)
        except InvalidTokenError:
            return False
        return self._keys.needs(jws, names)

    async def prepare(self, token: str) -> None:
        """Fetch the key of this token. When that fails, or it is no token of ours, it is found invalid later on."""
        try:
            _, jws, names = self._first_look(token, _any)
        except InvalidTokenError:
            return
        await self._keys.prepare(jws, names)

    def connection(self, token: str, *, now: float) -> ConnectionClaims:
        """What a connection token says.

        Args:
            token: as the client sent it.
            now: unix time in seconds.

        Raises:
            InvalidTokenError: malformed, forged, with claims of wrong types, or a subscription token.
            TokenExpiredError: good otherwise, and its time is over or has not come.
        """
        claims = self._genuine(token, _connection)
        if claims.channel:
            raise InvalidTokenError("it is for a subscription, and a connection is asked for")
        if not claims.is_timely(now):
            raise TokenExpiredError
        return ConnectionClaims(
            user=claims.sub or "",
            expire_at=claims.ends_at(),
            info=payload_of(claims.info, claims.b64info, name="info"),
            channels=() if claims.subs else (claims.channels or ()),
            subs={channel: brought.grant() for channel, brought in (claims.subs or {}).items()},
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
        claims = self._genuine(token, _subscription)
        if not claims.is_timely(now):
            raise TokenExpiredError
        if not claims.channel:
            raise InvalidTokenError("it names no ws channel")
        grant = claims.grant()
        return SubscriptionClaims(
            user=claims.sub or "",
            ws_channel=claims.channel,
            client=claims.client or "",
            issued_at=0.0 if claims.iat is None else float(claims.iat),
            expire_at=claims.ends_at(),
            info=grant.info,
            data=grant.data,
            override=grant.override,
        )

    def _first_look(self, token: str, decoder: msgspec.json.Decoder[C]) -> tuple[C, Jws, dict[str, str]]:
        """What a token says before its signature has been checked, and what it tells of where its key is."""
        jws = parse(token)
        claims = decode(jws.payload, decoder)
        return claims, jws, self._expected.check(audience=claims.aud, issuer=claims.iss)

    def _genuine(self, token: str, decoder: msgspec.json.Decoder[C]) -> C:
        claims, jws, names = self._first_look(token, decoder)
        self._keys.check(jws, names)
        return claims
