"""The keys that tokens are checked with: for each algorithm that is configured, one.

A token says itself how it is signed, and that is the oldest way to forge one: ``none``, the public key used as a
secret, a key that the token brings along. Here the configuration alone says which algorithms there are, and each has a
key of its own kind. Nothing else is even registered with PyJWT, and headers that bring keys (``jwk``, ``jku``,
``x5u``) are read by nobody.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol, cast

import jwt
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    SECP384R1,
    SECP521R1,
    EllipticCurvePublicKey,
)
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from jwt.algorithms import Algorithm as Signature
from jwt.algorithms import ECAlgorithm, HMACAlgorithm, RSAAlgorithm

from vklive.errors import ConfigError
from vklive.server.settings import Algorithm
from vklive.server.tokens.claims import InvalidTokenError

PublicKey = bytes | RSAPublicKey | EllipticCurvePublicKey

HMAC_HASHES = {"256": HMACAlgorithm.SHA256, "384": HMACAlgorithm.SHA384, "512": HMACAlgorithm.SHA512}
CURVES = {"256": SECP256R1, "384": SECP384R1, "512": SECP521R1}

_HS: tuple[Algorithm, ...] = ("HS256", "HS384", "HS512")
_RS: tuple[Algorithm, ...] = ("RS256", "RS384", "RS512")
_ES: tuple[Algorithm, ...] = ("ES256", "ES384", "ES512")


class TokenOpener(Protocol):
    """Checks signatures."""

    def needs(self, token: str) -> bool:
        """Whether the key of this token has to be fetched by `prepare` first."""
        ...

    async def prepare(self, token: str) -> None:
        """Fetch the key of this token. When that fails, `open` finds the token invalid and says why."""
        ...

    def open(self, token: str) -> bytes:
        """The claims of a token, as the JSON that was signed.

        Raises:
            InvalidTokenError: it is malformed, or not signed with a key of ours in a way of ours.
        """
        ...


class VerifyingKeys:
    """Keys that are known from the start.

    Args:
        keys: by algorithm; each fits it.
    """

    def __init__(self, keys: Mapping[Algorithm, PublicKey]) -> None:
        self._keys = dict(keys)
        self._jws = jwt.PyJWS(algorithms=[])
        for algorithm in keys:
            self._jws.register_algorithm(algorithm, signature_of(algorithm))

    @classmethod
    def from_texts(
        cls, *, hmac_secret: str = "", rsa_public_key: str = "", ecdsa_public_key: str = ""
    ) -> VerifyingKeys:
        """The keys that a configuration of Centrifugo holds (centrifugo.md 5.1); several families may be on at once.

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
            keys.update(dict.fromkeys(_HS, hmac_secret.encode()))
        if rsa_public_key:
            rsa = _pem(rsa_public_key, where="token_rsa_public_key")
            if not isinstance(rsa, RSAPublicKey):
                raise ConfigError("token_rsa_public_key", "it is not an RSA key")
            keys.update(dict.fromkeys(_RS, rsa))
        if ecdsa_public_key:
            curve = _pem(ecdsa_public_key, where="token_ecdsa_public_key")
            fits = [one for one in _ES if isinstance(curve, EllipticCurvePublicKey) and fits_curve(one, curve)]
            if not fits or not isinstance(curve, EllipticCurvePublicKey):
                raise ConfigError("token_ecdsa_public_key", "it is not a key on P-256, P-384 or P-521")
            keys[fits[0]] = curve
        return cls(keys)

    def __repr__(self) -> str:
        return f"VerifyingKeys({', '.join(self._keys)})"

    def needs(self, token: str) -> bool:  # noqa: ARG002 - every key is here
        """Never: every key is here."""
        return False

    async def prepare(self, token: str) -> None:
        """Nothing to do: every key is here."""

    def open(self, token: str) -> bytes:
        """The claims of a token.

        Raises:
            InvalidTokenError: see `TokenOpener.open`.
        """
        algorithm = header_of(token).get("alg")
        key = self._keys.get(cast("Algorithm", algorithm)) if isinstance(algorithm, str) else None
        if key is None:
            raise InvalidTokenError("it is signed in a way that is not configured")
        return open_with(self._jws, token, key=key, algorithm=cast("Algorithm", algorithm))


def header_of(token: str) -> dict[str, object]:
    """What the header of a token says; none of it is to be believed.

    Raises:
        InvalidTokenError: it is not a token.
    """
    try:
        return cast("dict[str, object]", jwt.PyJWS().get_unverified_header(token))
    except (jwt.PyJWTError, ValueError, RecursionError):
        raise InvalidTokenError("it is not a signed JWT") from None


def open_with(jws: jwt.PyJWS, token: str, *, key: PublicKey, algorithm: Algorithm) -> bytes:
    """The claims of a token that must be signed with this key in this way.

    Raises:
        InvalidTokenError: it is not.
    """
    try:
        opened = jws.decode_complete(token, cast("bytes", key), algorithms=[algorithm])
    except (jwt.InvalidAlgorithmError, jwt.InvalidSignatureError) as error:
        # PyJWT's words, which name no part of the token.
        raise InvalidTokenError(str(error)) from None
    except (jwt.PyJWTError, ValueError, RecursionError):
        raise InvalidTokenError("it is not a signed JWT") from None
    return cast("bytes", opened["payload"])


class _Hmac(HMACAlgorithm):
    """HMAC with a secret that has been looked at once, when it was configured, and is not looked at for each token.

    PyJWT would parse the secret each time to see that it is no public key, and warn each time when it is short.
    """

    def prepare_key(self, key: str | bytes) -> bytes:
        return key if isinstance(key, bytes) else key.encode()

    def check_key_length(self, key: bytes) -> None:  # noqa: ARG002 - PyJWT gives it
        return None


def signature_of(algorithm: Algorithm) -> Signature:
    """What PyJWT signs and checks with."""
    match algorithm:
        case "HS256" | "HS384" | "HS512":
            return _Hmac(HMAC_HASHES[algorithm[2:]])
        case "RS256":
            return RSAAlgorithm(hashes.SHA256)
        case "RS384":
            return RSAAlgorithm(hashes.SHA384)
        case "RS512":
            return RSAAlgorithm(hashes.SHA512)
        case "ES256":
            return ECAlgorithm(hashes.SHA256, SECP256R1)
        case "ES384":
            return ECAlgorithm(hashes.SHA384, SECP384R1)
        case "ES512":
            return ECAlgorithm(hashes.SHA512, SECP521R1)


def fits_curve(algorithm: Algorithm, key: EllipticCurvePublicKey) -> bool:
    """Whether a key is on the curve that an ES algorithm needs."""
    return isinstance(key.curve, CURVES[algorithm[2:]])


def _pem(text: str, *, where: str) -> object:
    try:
        return load_pem_public_key(text.encode())
    except ValueError:
        raise ConfigError(where, "it is no public key in PEM") from None
