"""Signed texts: the outer form of a token (RFC 7515, compact), and the algorithms that sign it (RFC 7518, 3).

A token says itself how it is signed, and that is the oldest way to forge one: ``none``, the public key used as a
secret, a key that the token brings along. Here a token is taken apart without believing any of it; which key checks
it, and in which way, is for `vklive.server.tokens.verifying` and `vklive.server.tokens.jwks` to say. Headers that bring
keys (``jwk``, ``jku``, ``x5u``, ``x5c``) are read by nobody.
"""

from __future__ import annotations

from typing import cast

import jwt
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    SECP384R1,
    SECP521R1,
    EllipticCurve,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
)
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from jwt.algorithms import Algorithm as Signature
from jwt.algorithms import ECAlgorithm, HMACAlgorithm, RSAAlgorithm
from jwt.utils import base64url_encode
from msgspec import Struct

from vklive.server.settings import Algorithm
from vklive.server.tokens.claims import InvalidTokenError

MAX_TOKEN_LENGTH = 8192
"""Characters of a token; nobody spends time on a longer one. Ours have about 250."""

PrivateKey = bytes | RSAPrivateKey | EllipticCurvePrivateKey
PublicKey = bytes | RSAPublicKey | EllipticCurvePublicKey

HMAC_HASHES = {
    "HS256": HMACAlgorithm.SHA256,
    "HS384": HMACAlgorithm.SHA384,
    "HS512": HMACAlgorithm.SHA512,
}
CURVES: dict[Algorithm, type[EllipticCurve]] = {"ES256": SECP256R1, "ES384": SECP384R1, "ES512": SECP521R1}

_SIGNATURES: dict[Algorithm, Signature] = {
    "HS256": HMACAlgorithm(HMACAlgorithm.SHA256),
    "HS384": HMACAlgorithm(HMACAlgorithm.SHA384),
    "HS512": HMACAlgorithm(HMACAlgorithm.SHA512),
    "RS256": RSAAlgorithm(hashes.SHA256),
    "RS384": RSAAlgorithm(hashes.SHA384),
    "RS512": RSAAlgorithm(hashes.SHA512),
    "ES256": ECAlgorithm(hashes.SHA256, SECP256R1),
    "ES384": ECAlgorithm(hashes.SHA384, SECP384R1),
    "ES512": ECAlgorithm(hashes.SHA512, SECP521R1),
}

HS: tuple[Algorithm, ...] = ("HS256", "HS384", "HS512")
RS: tuple[Algorithm, ...] = ("RS256", "RS384", "RS512")
ES: tuple[Algorithm, ...] = ("ES256", "ES384", "ES512")

# Takes tokens apart; no algorithm is registered with it, so that it could not check any.
_jws = jwt.PyJWS(algorithms=[], options={"verify_signature": False})


class Jws(Struct, frozen=True):
    """A token, taken apart. Nothing in it is to be believed before `check` has passed.

    Attributes:
        algorithm: how it says it is signed; any text, or empty.
        key_id: which key it says it is signed with; any text, or empty.
        payload: its claims, as they were written.
        signed: what the signature is over.
        signature: the signature.
    """

    algorithm: str
    key_id: str
    payload: bytes
    signed: bytes
    signature: bytes

    def check(self, key: PublicKey, algorithm: Algorithm) -> None:
        """See that it is signed with this key in this way and in no other.

        Raises:
            InvalidTokenError: it is not.
        """
        if self.algorithm != algorithm:
            raise InvalidTokenError("it is signed in another way than its key is for")
        if not _SIGNATURES[algorithm].verify(self.signed, key, self.signature):
            raise InvalidTokenError("its signature is not one of the key's")


def parse(token: str) -> Jws:
    """Take a token apart.

    Raises:
        InvalidTokenError: it is not one.
    """
    if len(token) > MAX_TOKEN_LENGTH:
        raise InvalidTokenError(f"it is longer than {MAX_TOKEN_LENGTH} characters")
    if "=" in token:
        # PyJWT takes filled up base64, and RFC 7515, 2 does not: one token would have several spellings.
        raise InvalidTokenError("it is not a signed JWT: its base64 is filled up")
    try:
        parts = _jws.decode_complete(token)
    except (jwt.PyJWTError, ValueError, RecursionError):
        # Not in PyJWT's words, which may quote.
        raise InvalidTokenError("it is not a signed JWT") from None
    header = cast("dict[str, object]", parts["header"])
    algorithm, key_id = header.get("alg"), header.get("kid")
    return Jws(
        algorithm if isinstance(algorithm, str) else "",
        key_id if isinstance(key_id, str) else "",
        parts["payload"],
        token.rpartition(".")[0].encode(),
        parts["signature"],
    )


def sign(claims: bytes, *, key: PrivateKey, algorithm: Algorithm) -> str:
    """A token of these claims, which are JSON."""
    header = f'{{"alg":"{algorithm}","typ":"JWT"}}'.encode()
    signed = base64url_encode(header) + b"." + base64url_encode(claims)
    return (signed + b"." + base64url_encode(_SIGNATURES[algorithm].sign(signed, key))).decode()
