"""The keys that tokens are checked with: for each algorithm that is configured, one.

The configuration alone says which algorithms there are, and each has a key of its own kind: a token can choose among
them, and can do no more.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol, cast

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey

from vklive.errors import ConfigError
from vklive.server.settings import Algorithm
from vklive.server.tokens.claims import InvalidTokenError
from vklive.server.tokens.jws import CURVES, ES, HS, RS, Jws, PublicKey
from vklive.server.tokens.pem import check_fit, public_key_in


class KeySet(Protocol):
    """Checks signatures. What `names` is, `vklive.server.tokens.expected.Expected.check` says."""

    @property
    def is_remote(self) -> bool:
        """Whether keys may have to be fetched at all."""
        ...

    def needs(self, jws: Jws, names: Mapping[str, str]) -> bool:
        """Whether the key of this token has to be fetched by `prepare` first."""
        ...

    async def prepare(self, jws: Jws, names: Mapping[str, str]) -> None:
        """Fetch the key of this token. When that fails, `check` finds the token invalid and says why."""
        ...

    def check(self, jws: Jws, names: Mapping[str, str]) -> None:
        """See that the token is signed with a key of ours in the way that the key is for.

        Raises:
            InvalidTokenError: it is not, or the key cannot be had.
        """
        ...


class VerifyingKeys:
    """Keys that are known from the start.

    Args:
        keys: by algorithm; each fits it.
    """

    def __init__(self, keys: Mapping[Algorithm, PublicKey]) -> None:
        self._keys = dict(keys)

    @classmethod
    def from_texts(
        cls, *, hmac_secret: str = "", rsa_public_key: str = "", ecdsa_public_key: str = ""
    ) -> VerifyingKeys:
        """The keys that a configuration of Centrifugo holds (centrifugo.md 5.1); several families may be on at once.

        Without any, every token is invalid.

        Args:
            hmac_secret: for HS256, HS384 and HS512.
            rsa_public_key: PEM, for RS256, RS384 and RS512.
            ecdsa_public_key: PEM, for the one of ES256, ES384 and ES512 that fits its curve.

        Raises:
            ConfigError: a key is not one of its kind.
        """
        keys: dict[Algorithm, PublicKey] = {}
        if hmac_secret:
            if "-----BEGIN" in hmac_secret:
                raise ConfigError("token_hmac_secret_key", "it is a key of another kind, which is no secret")
            keys.update(dict.fromkeys(HS, hmac_secret.encode()))
        if rsa_public_key:
            where = "token_rsa_public_key"
            rsa = public_key_in(rsa_public_key.encode(), where=where)
            check_fit(rsa, RS[0], where=where)
            keys.update(dict.fromkeys(RS, rsa))
        if ecdsa_public_key:
            where = "token_ecdsa_public_key"
            ecdsa = public_key_in(ecdsa_public_key.encode(), where=where)
            algorithm = _algorithm_of(ecdsa)
            check_fit(ecdsa, algorithm, where=where)
            keys[algorithm] = ecdsa
        return cls(keys)

    def __repr__(self) -> str:
        return f"VerifyingKeys({', '.join(self._keys)})"

    @property
    def is_remote(self) -> bool:
        """No: every key is here."""
        return False

    def needs(self, jws: Jws, names: Mapping[str, str]) -> bool:  # noqa: ARG002 - every key is here
        """Never: every key is here."""
        return False

    async def prepare(self, jws: Jws, names: Mapping[str, str]) -> None:
        """Nothing to do: every key is here."""

    def check(self, jws: Jws, names: Mapping[str, str]) -> None:  # noqa: ARG002 - every token has the same keys
        """See `KeySet.check`.

        Raises:
            InvalidTokenError: it is signed in a way that is not configured, or not with our key.
        """
        algorithm = cast("Algorithm", jws.algorithm)
        key = self._keys.get(algorithm)
        if key is None:
            raise InvalidTokenError("it is signed in a way that is not configured")
        jws.check(key, algorithm)


def _algorithm_of(key: object) -> Algorithm:
    """The ES algorithm that a key is for; any for one that is for none, which `check_fit` then says."""
    for algorithm in ES:
        if isinstance(key, EllipticCurvePublicKey) and isinstance(key.curve, CURVES[algorithm]):
            return algorithm
    return ES[0]
