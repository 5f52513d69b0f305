"""Issues tokens."""

from __future__ import annotations

import math

import msgspec
from msgspec import Raw, Struct

from vklive.clock import Clock
from vklive.errors import ConfigError
from vklive.server.settings import TokenSettings
from vklive.server.tokens.keys import TokenKeys


class _Claims(Struct, omit_defaults=True, kw_only=True):
    sub: str
    iat: int
    exp: int
    channel: str = ""
    info: Raw = Raw()


_encoder = msgspec.json.Encoder()


class Issuer:
    """Signs tokens for those of whom somebody else has found out who they are and what they may hear.

    A token lives at least as long as its `ttl`, and less than a second longer: its end is a whole unix second.

    Args:
        keys: sign; they need a private key.
        settings: how long tokens live by default.
        clock: its wall clock says from when.

    Raises:
        ConfigError: the keys can only verify.
    """

    def __init__(self, keys: TokenKeys, settings: TokenSettings, *, clock: Clock) -> None:
        self._clock = clock
        self.take(keys, settings)

    def take(self, keys: TokenKeys, settings: TokenSettings) -> None:
        """Sign with these keys from now on; the arguments are those of the class.

        Raises:
            ConfigError: the keys can only verify; nothing has changed then.
        """
        if not keys.can_sign:
            raise ConfigError(
                "tokens.private_key_file",
                f"it is not set, and tokens cannot be signed with {keys.algorithm} without it",
                hint="name the PEM file of the private key",
            )
        self._keys = keys
        self._connection_ttl = settings.connection_ttl
        self._subscription_ttl = settings.subscription_ttl

    def connection(self, user: str, *, ttl: float | None = None, info: Raw | None = None) -> str:
        """A connection token.

        Args:
            user: the claim ``sub``: the user's id; empty for nobody in particular.
            ttl: seconds; `None` for those of the settings.
            info: JSON that others may be told about the connection.
        """
        return self._sign(user, self._connection_ttl if ttl is None else ttl, info=info)

    def subscription(self, user: str, ws_channel: str, *, ttl: float | None = None) -> str:
        """A subscription token for one ws channel and for connections of `user` only.

        Args:
            user: the claim ``sub``; empty for nobody in particular.
            ws_channel: the claim ``channel``.
            ttl: seconds; `None` for those of the settings.
        """
        return self._sign(user, self._subscription_ttl if ttl is None else ttl, ws_channel=ws_channel)

    def _sign(self, user: str, ttl: float, *, ws_channel: str = "", info: Raw | None = None) -> str:
        now = self._clock.wall()
        claims = _Claims(sub=user, iat=int(now), exp=math.ceil(now + ttl), channel=ws_channel)
        if info is not None:
            claims.info = info
        return self._keys.sign(_encoder.encode(claims))
