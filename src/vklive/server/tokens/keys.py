"""The key that tokens are signed with, in the one way that is configured, and the one that fits it."""

from __future__ import annotations

import logging
import secrets
from pathlib import Path
from typing import cast

import jwt
from cryptography.hazmat.primitives.asymmetric.ec import (
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
)
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key
from jwt.algorithms import HMACAlgorithm

from vklive.errors import ConfigError
from vklive.server.settings import Algorithm, TokenSettings
from vklive.server.tokens.verifying import CURVES, HMAC_HASHES, PublicKey, VerifyingKeys, signature_of

_log = logging.getLogger("vklive.server.tokens")

MIN_RSA_BITS = 2048
"""RFC 7518, 3.3."""

PrivateKey = bytes | RSAPrivateKey | EllipticCurvePrivateKey


class TokenKeys:
    """Signs.

    Args:
        algorithm: the only one.
        private: what is signed with; `None` for keys that only verify.
        public: what is verified with; for the HS algorithms the same secret.

    Attributes:
        verifying: checks what was signed.
    """

    def __init__(self, algorithm: Algorithm, *, private: PrivateKey | None, public: PublicKey) -> None:
        self.algorithm = algorithm
        self.verifying = VerifyingKeys({algorithm: public})
        self._private = private
        self._jws = jwt.PyJWS(algorithms=[])
        self._jws.register_algorithm(algorithm, signature_of(algorithm))

    @classmethod
    def from_settings(cls, settings: TokenSettings) -> TokenKeys:
        """The keys that the settings name; reads their files.

        Without a secret for an HS algorithm, a strong random one is made for this process, and a warning says so.

        Raises:
            ConfigError: a key is missing, cannot be read, or does not fit the algorithm.
        """
        if settings.algorithm.startswith("HS"):
            secret = _secret(settings)
            return cls(settings.algorithm, private=secret, public=secret)
        private = _private_key(settings) if settings.private_key_file else None
        if settings.public_key_file:
            public = _public_key(settings)
        elif private is not None:
            public = private.public_key()
        else:
            raise ConfigError(
                "tokens.private_key_file, tokens.public_key_file",
                f"{settings.algorithm} needs a key and neither is set",
                hint="name a PEM file with the private key, or set tokens.algorithm to HS256",
            )
        if private is not None and private.public_key() != public:
            raise ConfigError(
                "tokens.public_key_file",
                "it is not the public key of tokens.private_key_file",
                hint="leave it out: it is taken from the private key",
            )
        return cls(settings.algorithm, private=private, public=public)

    def __repr__(self) -> str:
        return f"TokenKeys({self.algorithm!r})"

    @property
    def can_sign(self) -> bool:
        """Whether there is a private key."""
        return self._private is not None

    def sign(self, claims: bytes) -> str:
        """A token of these claims, which are JSON. Needs a private key: see `can_sign`."""
        return self._jws.encode(claims, cast("bytes", self._private), algorithm=self.algorithm)


def _secret(settings: TokenSettings) -> bytes:
    if not settings.secret:
        _log.warning(
            "tokens.secret is not set: tokens are signed with a random secret and end with this process; "
            "set VKLIVE_TOKENS__SECRET or `secret` in [tokens] to keep them"
        )
        return secrets.token_urlsafe(48).encode()
    thorough = HMACAlgorithm(HMAC_HASHES[settings.algorithm[2:]])
    try:
        secret = thorough.prepare_key(settings.secret)
    except jwt.InvalidKeyError:
        raise ConfigError(
            "tokens.secret",
            f"it is a key of another kind, which is no secret for {settings.algorithm}",
            hint="for RS and ES algorithms name the file in tokens.private_key_file",
        ) from None
    if thorough.check_key_length(secret) is not None:
        needed = int(settings.algorithm[2:]) // 8
        _log.warning(
            "tokens.secret has %d bytes, and %s is as strong as it should be from %d on (RFC 7518, 3.2)",
            len(secret),
            settings.algorithm,
            needed,
        )
    return secret


def _private_key(settings: TokenSettings) -> RSAPrivateKey | EllipticCurvePrivateKey:
    where = "tokens.private_key_file"
    try:
        key = load_pem_private_key(_read(settings.private_key_file, where=where), password=None)
    except (ValueError, TypeError) as error:
        needs_password = isinstance(error, TypeError)
        raise ConfigError(
            where,
            f"{settings.private_key_file} " + ("is encrypted" if needs_password else "is no private key in PEM"),
            hint="store it without a password, readable by this server only" if needs_password else "",
        ) from None
    if not isinstance(key, (RSAPrivateKey, EllipticCurvePrivateKey)):
        raise _misfit(settings, where=where)
    _check_fit(settings, key, where=where)
    return key


def _public_key(settings: TokenSettings) -> RSAPublicKey | EllipticCurvePublicKey:
    where = "tokens.public_key_file"
    try:
        key = load_pem_public_key(_read(settings.public_key_file, where=where))
    except ValueError:
        raise ConfigError(where, f"{settings.public_key_file} is no public key in PEM") from None
    if not isinstance(key, (RSAPublicKey, EllipticCurvePublicKey)):
        raise _misfit(settings, where=where)
    _check_fit(settings, key, where=where)
    return key


def _check_fit(
    settings: TokenSettings,
    key: RSAPrivateKey | RSAPublicKey | EllipticCurvePrivateKey | EllipticCurvePublicKey,
    *,
    where: str,
) -> None:
    is_rsa = isinstance(key, (RSAPrivateKey, RSAPublicKey))
    if is_rsa != settings.algorithm.startswith("RS"):
        raise _misfit(settings, where=where)
    if is_rsa and key.key_size < MIN_RSA_BITS:
        raise ConfigError(where, f"the key has {key.key_size} bits", hint=f"use at least {MIN_RSA_BITS}")
    if not isinstance(key, (RSAPrivateKey, RSAPublicKey)):
        curve = CURVES[settings.algorithm[2:]]
        if not isinstance(key.curve, curve):
            raise ConfigError(
                where,
                f"the key is on the curve {key.curve.name}",
                hint=f"{settings.algorithm} needs one on {curve.name}",
            )


def _misfit(settings: TokenSettings, *, where: str) -> ConfigError:
    family = "an RSA key" if settings.algorithm.startswith("RS") else "a key on an elliptic curve"
    return ConfigError(where, f"the key does not fit {settings.algorithm}", hint=f"it needs {family}")


def _read(path: str, *, where: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise ConfigError(where, f"cannot read {path}: {error.strerror}") from error
