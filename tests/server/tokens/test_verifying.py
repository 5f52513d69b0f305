"""Keys of several families at once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from vklive.errors import ConfigError
from vklive.server.tokens import InvalidTokenError, VerifyingKeys
from vklive.server.tokens.jws import parse, sign

SECRET = "a secret that is long enough for every one of the HS algorithms to be content"
RSA = rsa.generate_private_key(65537, 2048)
EC = ec.generate_private_key(ec.SECP384R1())


def pem(key: Any) -> str:
    text: bytes = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return text.decode()


ALL = VerifyingKeys.from_texts(hmac_secret=SECRET, rsa_public_key=pem(RSA), ecdsa_public_key=pem(EC))


@pytest.mark.parametrize(
    ("algorithm", "key"),
    [
        ("HS256", SECRET),
        ("HS384", SECRET),
        ("HS512", SECRET),
        ("RS256", RSA),
        ("RS384", RSA),
        ("RS512", RSA),
        ("ES384", EC),
    ],
)
def test_the_header_chooses_among_what_is_configured(algorithm, key):
    token = jwt.encode({"sub": "42"}, key, algorithm=algorithm)
    ALL.check(parse(token), {})
    assert not ALL.is_remote
    assert not ALL.needs(parse(token), {})


@pytest.mark.parametrize(
    ("algorithm", "key"),
    [
        ("PS256", RSA),
        ("ES256", ec.generate_private_key(ec.SECP256R1())),
        ("ES512", ec.generate_private_key(ec.SECP521R1())),
        ("RS256", rsa.generate_private_key(65537, 2048)),
        ("HS256", "another secret that is long enough as well"),
        ("none", None),
    ],
)
def test_what_is_not_configured_or_not_ours_is_invalid(algorithm, key):
    with pytest.raises(InvalidTokenError):
        ALL.check(parse(jwt.encode({"sub": "42"}, key, algorithm=algorithm)), {})


def test_one_family_alone_takes_nothing_of_the_others():
    only = VerifyingKeys.from_texts(rsa_public_key=pem(RSA))
    with pytest.raises(InvalidTokenError, match="not configured"):
        only.check(parse(jwt.encode({"sub": "42"}, SECRET, algorithm="HS256")), {})
    assert repr(only) == "VerifyingKeys(RS256, RS384, RS512)"


def test_the_rsa_key_is_not_taken_for_a_secret():
    forged = sign(b'{"sub":"42"}', key=pem(RSA).encode(), algorithm="HS256")
    with pytest.raises(InvalidTokenError):
        VerifyingKeys.from_texts(rsa_public_key=pem(RSA)).check(parse(forged), {})
    with pytest.raises(InvalidTokenError):
        ALL.check(parse(forged), {})


@pytest.mark.parametrize(
    "keys",
    [
        {"hmac_secret": pem(RSA)},
        {"rsa_public_key": "no key"},
        {"rsa_public_key": pem(EC)},
        {"rsa_public_key": pem(rsa.generate_private_key(65537, 1024))},
        {"ecdsa_public_key": pem(RSA)},
        {"ecdsa_public_key": pem(ec.generate_private_key(ec.SECP256K1()))},
    ],
)
def test_a_key_that_is_not_of_its_kind_is_refused_at_the_start(keys):
    with pytest.raises(ConfigError):
        VerifyingKeys.from_texts(**keys)


def test_a_certificate_holds_a_key_too():
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "tokens")])
    start = datetime(2020, 1, 1, tzinfo=UTC)
    certificate = x509.CertificateBuilder(name, name, RSA.public_key(), 1, start, start + timedelta(days=1))
    text = certificate.sign(RSA, hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode()

    keys = VerifyingKeys.from_texts(rsa_public_key=text)

    keys.check(parse(jwt.encode({"sub": "42"}, RSA, algorithm="RS256")), {})


def test_without_any_key_every_token_is_invalid():
    with pytest.raises(InvalidTokenError, match="not configured"):
        VerifyingKeys.from_texts().check(parse(jwt.encode({"sub": "42"}, SECRET, algorithm="HS256")), {})
