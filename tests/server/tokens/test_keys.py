"""Keys come from the settings, fit their algorithm, and are shown to nobody."""

from __future__ import annotations

import logging

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from vklive.errors import ConfigError
from vklive.server.settings import TokenSettings
from vklive.server.tokens import InvalidTokenError, TokenKeys
from vklive.server.tokens.jws import parse


@pytest.fixture
def pem(tmp_path):
    def write(key, *, password: bytes | None = None) -> str:
        path = tmp_path / f"{len(list(tmp_path.iterdir()))}.pem"
        if hasattr(key, "private_bytes"):
            encryption = serialization.BestAvailableEncryption(password) if password else serialization.NoEncryption()
            path.write_bytes(
                key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption)
            )
        else:
            path.write_bytes(
                key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
            )
        return str(path)

    return write


def opened(keys: TokenKeys, token: str) -> bytes:
    jws = parse(token)
    keys.verifying.check(jws, {})
    return jws.payload


CURVES = {"ES256": ec.SECP256R1(), "ES384": ec.SECP384R1(), "ES512": ec.SECP521R1()}


def private_key(algorithm: str):
    if algorithm.startswith("RS"):
        return rsa.generate_private_key(65537, 2048)
    return ec.generate_private_key(CURVES[algorithm])


@pytest.mark.parametrize("algorithm", ["RS256", "RS384", "RS512", "ES256", "ES384", "ES512"])
def test_a_key_pair_signs_and_verifies(pem, algorithm):
    key = private_key(algorithm)
    both = TokenKeys.from_settings(TokenSettings(algorithm=algorithm, private_key_file=pem(key)))
    verifying = TokenKeys.from_settings(TokenSettings(algorithm=algorithm, public_key_file=pem(key.public_key())))

    token = both.sign(b"{}")

    assert opened(both, token) == opened(verifying, token) == b"{}"
    assert (both.can_sign, verifying.can_sign) == (True, False)


@pytest.mark.parametrize("algorithm", ["HS256", "HS384", "HS512"])
def test_a_secret_signs_and_verifies(algorithm):
    keys = TokenKeys.from_settings(TokenSettings(algorithm=algorithm, secret="s" * 64))

    assert opened(keys, keys.sign(b"{}")) == b"{}"


def test_without_a_secret_each_process_has_its_own_and_says_so(caplog):
    one, two = (TokenKeys.from_settings(TokenSettings()) for _ in range(2))
    token = one.sign(b"{}")

    assert opened(one, token) == b"{}"
    with pytest.raises(InvalidTokenError):
        opened(two, token)
    assert "VKLIVE_TOKENS__SECRET" in caplog.text
    assert "end with this process" in caplog.text


@pytest.mark.parametrize(("algorithm", "enough"), [("HS256", 32), ("HS384", 48), ("HS512", 64)])
def test_a_short_secret_is_warned_of_once_and_works(caplog, algorithm, enough):
    caplog.set_level(logging.WARNING)
    keys = TokenKeys.from_settings(TokenSettings(algorithm=algorithm, secret="s" * (enough - 1)))

    for _ in range(2):
        assert opened(keys, keys.sign(b"{}")) == b"{}"

    assert len(caplog.records) == 1
    assert f"from {enough} on" in caplog.text


def test_a_long_secret_is_not_warned_of(caplog):
    TokenKeys.from_settings(TokenSettings(secret="s" * 32))

    assert caplog.records == []


def refusal(**settings) -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        TokenKeys.from_settings(TokenSettings(**settings))
    return caught.value


@pytest.mark.parametrize("algorithm", ["RS256", "ES256"])
def test_an_algorithm_with_key_pairs_needs_one(algorithm):
    assert refusal(algorithm=algorithm, secret="s" * 64).where == "tokens.private_key_file, tokens.public_key_file"


def test_a_public_key_is_no_secret(pem, tmp_path):
    pem_text = (tmp_path / pem(private_key("RS256").public_key())).read_text()

    error = refusal(algorithm="HS256", secret=pem_text)

    assert error.where == "tokens.secret"
    assert "BEGIN" not in str(error)


@pytest.mark.parametrize(
    ("algorithm", "key"),
    [
        ("RS256", ec.generate_private_key(ec.SECP256R1())),
        ("ES256", rsa.generate_private_key(65537, 2048)),
        ("ES256", ec.generate_private_key(ec.SECP384R1())),
        ("ES512", ec.generate_private_key(ec.SECP256R1())),
        ("RS256", rsa.generate_private_key(65537, 1024)),
        ("RS256", ed25519.Ed25519PrivateKey.generate()),
    ],
)
def test_a_key_that_does_not_fit_is_refused(pem, algorithm, key):
    assert refusal(algorithm=algorithm, private_key_file=pem(key)).where == "tokens.private_key_file"
    assert refusal(algorithm=algorithm, public_key_file=pem(key.public_key())).where == "tokens.public_key_file"


def test_keys_of_two_pairs_are_refused(pem):
    one, two = private_key("ES256"), private_key("ES256")

    error = refusal(algorithm="ES256", private_key_file=pem(one), public_key_file=pem(two.public_key()))

    assert error.where == "tokens.public_key_file"


def test_files_that_cannot_be_used_are_refused(pem, tmp_path):
    (tmp_path / "text.pem").write_text("no key")
    text, missing = str(tmp_path / "text.pem"), str(tmp_path / "missing.pem")
    encrypted = pem(private_key("ES256"), password=b"hunter2")

    assert "no private key in PEM" in str(refusal(algorithm="ES256", private_key_file=text))
    assert "no public key in PEM" in str(refusal(algorithm="ES256", public_key_file=text))
    assert "cannot read" in str(refusal(algorithm="ES256", private_key_file=missing))
    assert "is encrypted" in str(refusal(algorithm="ES256", private_key_file=encrypted))


def test_the_repr_shows_no_key():
    assert repr(TokenKeys.from_settings(TokenSettings(secret="hunter2" * 5))) == "TokenKeys('HS256')"
