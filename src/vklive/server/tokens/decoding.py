"""The claims of tokens as JSON (centrifugo.md 5.3, 5.4).

Each kind of token has claims of its own, and what is not among them is not looked at, whatever it is. A claim of a
wrong type makes the token invalid. ``meta`` is for proxies, which there are none of. Times may be numbers in quotes,
as Centrifugo's library for tokens takes them.
"""

from __future__ import annotations

import base64
import binascii
from typing import Annotated, TypeVar

import msgspec
from msgspec import Meta, Raw, Struct, structs

from vklive.server.tokens.claims import NO_OVERRIDE, InvalidTokenError, Override, SubscriptionGrant

LAST_SECOND = 253_402_300_799
"""The end of the year 9999 in unix seconds. Times beyond it are no times, but milliseconds or a mistake."""

_InTime = Meta(ge=-LAST_SECOND, le=LAST_SECOND)
_NumericDate = (
    Annotated[int, _InTime]
    | Annotated[float, _InTime]
    | Annotated[str, Meta(pattern=r"^-?(0|[1-9][0-9]{0,11})(\.[0-9]{1,9})?$")]
)


class _Flag(Struct):
    value: bool = False


class _Override(Struct, kw_only=True):
    presence: _Flag | None = None
    join_leave: _Flag | None = None
    force_push_join_leave: _Flag | None = None
    force_recovery: _Flag | None = None
    force_positioning: _Flag | None = None


class Brought(Struct, kw_only=True):
    """What a subscription brings."""

    info: Raw = Raw()
    b64info: str | None = None
    data: Raw = Raw()
    b64data: str | None = None
    override: _Override | None = None

    def grant(self) -> SubscriptionGrant:
        """The same without its JSON.

        Raises:
            InvalidTokenError: what should be base64 is not.
        """
        return SubscriptionGrant(
            info=payload_of(self.info, self.b64info, name="info"),
            data=payload_of(self.data, self.b64data, name="data"),
            override=_override(self.override),
        )


class RegisteredClaims(Struct, kw_only=True):
    """The claims that any JWT may have (RFC 7519, 4.1), and those that both kinds have."""

    sub: str | None = None
    exp: _NumericDate | None = None
    nbf: _NumericDate | None = None
    iat: _NumericDate | None = None
    jti: str | None = None
    iss: str | None = None
    aud: str | list[str] | None = None
    channel: str | None = None
    expire_at: Annotated[int, _InTime] | None = None

    def is_timely(self, now: float) -> bool:
        """Whether it is good at this unix second."""
        return (self.exp is None or float(self.exp) > now) and (self.nbf is None or float(self.nbf) <= now)

    def ends_at(self) -> int | None:
        """When what the token allows ends: ``expire_at`` says so, 0 or less for never; without it, ``exp``."""
        if self.expire_at is not None:
            return self.expire_at if self.expire_at > 0 else None
        return None if self.exp is None else int(float(self.exp))


class ConnectionTokenClaims(RegisteredClaims, kw_only=True):
    """Those of a connection token; it must have no ``channel``."""

    info: Raw = Raw()
    b64info: str | None = None
    channels: list[str] | None = None
    subs: dict[str, Brought] | None = None


class SubscriptionTokenClaims(RegisteredClaims, kw_only=True):
    """Those of a subscription token."""

    client: str | None = None
    info: Raw = Raw()
    b64info: str | None = None
    data: Raw = Raw()
    b64data: str | None = None
    override: _Override | None = None

    def grant(self) -> SubscriptionGrant:
        """What it brings. See `Brought.grant`."""
        return Brought(
            info=self.info, b64info=self.b64info, data=self.data, b64data=self.b64data, override=self.override
        ).grant()


C = TypeVar("C", bound=RegisteredClaims)


def decode(payload: bytes, decoder: msgspec.json.Decoder[C]) -> C:
    """The claims in a payload.

    Raises:
        InvalidTokenError: they are not JSON, or not what claims should be.
    """
    try:
        return decoder.decode(payload)
    except msgspec.ValidationError as error:
        # Names the claim, the type that it has and the one that it should have, and quotes nothing.
        raise InvalidTokenError(f"its claims are not what claims should be: {error}") from None
    except (msgspec.MsgspecError, ValueError, RecursionError):
        raise InvalidTokenError("its claims are not JSON") from None


def payload_of(raw: Raw, in_base64: str | None, *, name: str) -> Raw | None:
    """What a claim brings: bytes in base64, which may be anything, or else JSON; `None` for nothing.

    Raises:
        InvalidTokenError: what should be base64 is not.
    """
    if in_base64:
        try:
            return Raw(base64.b64decode(in_base64, validate=True))
        except (binascii.Error, ValueError):
            raise InvalidTokenError(f"its b64{name} is not base64") from None
    payload = bytes(raw)
    return None if payload in (b"", b"null") else Raw(payload)


def _override(override: _Override | None) -> Override:
    if override is None:
        return NO_OVERRIDE
    flags = structs.asdict(override)
    return Override(**{name: None if flag is None else flag.value for name, flag in flags.items()})
