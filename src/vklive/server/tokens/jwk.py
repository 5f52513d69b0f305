"""Sets of keys as JSON (RFC 7517), as far as Centrifugo v4 reads them: RSA keys for signatures (centrifugo.md 5.1)."""

from __future__ import annotations

import jwt
import msgspec
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from jwt.algorithms import RSAAlgorithm
from msgspec import Raw, Struct

from vklive.errors import VkliveError
from vklive.server.settings import Algorithm
from vklive.server.tokens.jws import RS
from vklive.server.tokens.pem import MIN_RSA_BITS

MAX_KEYS = 100
"""How many keys of one set are looked at."""

MAX_RSA_BITS = 16_384
"""OpenSSL's own limit."""


class KeySetError(VkliveError):
    """What should be a set of keys is none.

    Attributes:
        problem: what is wrong with it.
    """

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


class RsaKey(Struct, frozen=True):
    """A key and the one algorithm that it is for."""

    algorithm: Algorithm
    key: RSAPublicKey


class _Jwk(Struct):
    kid: str = ""
    kty: str = ""
    use: str = ""
    alg: str = ""
    n: str = ""
    e: str = ""


class _Set(Struct):
    keys: list[Raw]


_ALGORITHMS: dict[str, Algorithm] = {algorithm: algorithm for algorithm in RS}
_set = msgspec.json.Decoder(_Set)
_jwk = msgspec.json.Decoder(_Jwk)


def keys_in(body: bytes) -> dict[str, RsaKey]:
    """The keys of a set that are of use, by their ids. Others are passed over, whatever is wrong with them.

    Raises:
        KeySetError: it is no set of keys.
    """
    try:
        described = _set.decode(body).keys
    except (msgspec.MsgspecError, ValueError, RecursionError):
        raise KeySetError("the answer is no set of keys") from None
    keys: dict[str, RsaKey] = {}
    for raw in described[:MAX_KEYS]:
        try:
            jwk = _jwk.decode(raw)
            algorithm = _ALGORITHMS.get(jwk.alg)
            if jwk.kty != "RSA" or jwk.use != "sig" or algorithm is None or not jwk.kid:
                continue
            # Only what a public key consists of: whoever publishes a private one, we do not want it.
            key = RSAAlgorithm.from_jwk({"kty": "RSA", "n": jwk.n, "e": jwk.e})
        except (msgspec.MsgspecError, jwt.PyJWTError, ValueError, RecursionError):
            continue
        if isinstance(key, RSAPublicKey) and MIN_RSA_BITS <= key.key_size <= MAX_RSA_BITS:
            keys[jwk.kid] = RsaKey(algorithm, key)
    return keys
