"""The key that tokens are signed with, in the one way that is configured, and the one that fits it."""

from __future__ import annotations

import logging
import secrets
from pathlib import Path
from typing import cast

import jwt
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from jwt.algorithms import HMACAlgorithm

from vklive.errors import ConfigError
from vklive.server.settings import Algorithm, TokenSettings
from vklive.server.tokens.jws import HMAC_HASHES, PrivateKey, PublicKey, sign
from vklive.server.tokens.pem import check_fit, private_key_in, public_key_in
from vklive.server.tokens.verifying import VerifyingKeys

_log = logging.getLogger("vklive.server.tokens")


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
        self.algorithm: Algorithm = algorithm
        self.verifying = VerifyingKeys({algorithm: public})
        self._private = private

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
        return sign(claims, key=cast("PrivateKey", self._private), algorithm=self.algorithm)


def _secret(settings: TokenSettings) -> bytes:
    if not settings.secret:
        _log.warning(
            "tokens.secret is not set: tokens are signed with a random secret and end with this process; "
            "set VKLIVE_TOKENS__SECRET or `secret` in [tokens] to keep them"
        )
        return secrets.token_urlsafe(48).encode()
    thorough = HMACAlgorithm(HMAC_HASHES[settings.algorithm])
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
    key = private_key_in(_read(settings.private_key_file, where=where), where=where)
    check_fit(key, settings.algorithm, where=where)
    return key


def _public_key(settings: TokenSettings) -> RSAPublicKey | EllipticCurvePublicKey:
    where = "tokens.public_key_file"
    key = public_key_in(_read(settings.public_key_file, where=where), where=where)
    check_fit(key, settings.algorithm, where=where)
    return key


def _read(path: str, *, where: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise ConfigError(where, f"cannot read {path}: {error.strerror}") from error
