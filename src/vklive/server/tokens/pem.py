"""Keys as text: PEM, and whether a key fits what it is to be used for."""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key
from cryptography.x509 import load_pem_x509_certificate

from vklive.errors import ConfigError
from vklive.server.settings import Algorithm
from vklive.server.tokens.jws import CURVES

MIN_RSA_BITS = 2048
"""RFC 7518, 3.3."""

_CERTIFICATE = b"-----BEGIN CERTIFICATE-----"


def private_key_in(pem: bytes, *, where: str) -> RSAPrivateKey | EllipticCurvePrivateKey:
    """A private key.

    Args:
        pem: the text.
        where: the setting it comes from, for the error.

    Raises:
        ConfigError: it is none, is encrypted, or neither RSA nor on an elliptic curve.
    """
    try:
        key = load_pem_private_key(pem, password=None)
    except TypeError:
        hint = "store it without a password, readable by this server only"
        raise ConfigError(where, "the key is encrypted", hint=hint) from None
    except ValueError:
        raise ConfigError(where, "it is no private key in PEM") from None
    if not isinstance(key, (RSAPrivateKey, EllipticCurvePrivateKey)):
        raise _of_another_kind(where)
    return key


def public_key_in(pem: bytes, *, where: str) -> RSAPublicKey | EllipticCurvePublicKey:
    """A public key; a certificate will do, and is asked for its key and nothing else.

    Args:
        pem: the text.
        where: the setting it comes from, for the error.

    Raises:
        ConfigError: it is none, or neither RSA nor on an elliptic curve.
    """
    try:
        key = load_pem_x509_certificate(pem).public_key() if _CERTIFICATE in pem else load_pem_public_key(pem)
    except ValueError:
        raise ConfigError(where, "it is no public key in PEM") from None
    if not isinstance(key, (RSAPublicKey, EllipticCurvePublicKey)):
        raise _of_another_kind(where)
    return key


def check_fit(
    key: RSAPrivateKey | RSAPublicKey | EllipticCurvePrivateKey | EllipticCurvePublicKey,
    algorithm: Algorithm,
    *,
    where: str,
) -> None:
    """See that an algorithm can be used with a key.

    Raises:
        ConfigError: it cannot, or the key is too short to be safe.
    """
    is_rsa = isinstance(key, (RSAPrivateKey, RSAPublicKey))
    if is_rsa != algorithm.startswith("RS"):
        family = "an RSA key" if algorithm.startswith("RS") else "a key on an elliptic curve"
        raise ConfigError(where, f"the key does not fit {algorithm}", hint=f"it needs {family}")
    if is_rsa and key.key_size < MIN_RSA_BITS:
        raise ConfigError(where, f"the key has {key.key_size} bits", hint=f"use at least {MIN_RSA_BITS}")
    if not isinstance(key, (RSAPrivateKey, RSAPublicKey)) and not isinstance(key.curve, CURVES[algorithm]):
        raise ConfigError(
            where,
            f"the key is on the curve {key.curve.name}",
            hint=f"{algorithm} needs one on {CURVES[algorithm].name}",
        )


def _of_another_kind(where: str) -> ConfigError:
    return ConfigError(where, "the key is of a kind that signs no tokens here", hint="use RSA or an elliptic curve")
