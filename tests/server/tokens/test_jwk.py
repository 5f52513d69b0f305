"""A set of keys is read for what is of use in it."""

from __future__ import annotations

import base64
import json

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from hypothesis import given
from hypothesis import strategies as st
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from vklive.server.tokens.jwk import MAX_KEYS, KeySetError, keys_in

KEY = rsa.generate_private_key(65537, 2048)


def test_a_key_says_which_algorithm_it_is_for(jwk):
    body = json.dumps({"keys": [jwk(KEY, "one"), jwk(KEY, "two", alg="RS512")], "else": 1}).encode()

    keys = keys_in(body)

    assert {kid: key.algorithm for kid, key in keys.items()} == {"one": "RS256", "two": "RS512"}
    assert keys["one"].key == KEY.public_key()


def huge(bits: int) -> str:
    return base64.urlsafe_b64encode(b"\xff" * (bits // 8)).rstrip(b"=").decode()


@pytest.mark.parametrize(
    "changes",
    [
        {"use": "enc"},
        {"use": ""},
        {"use": None},
        {"alg": "HS256"},
        {"alg": "ES256"},
        {"alg": "none"},
        {"alg": ""},
        {"alg": "rs256"},
        {"kty": "oct", "k": "c2VjcmV0"},
        {"kty": "RSA", "n": "!"},
        {"n": ""},
        {"n": 5},
        {"e": ""},
        {"e": "AQ"},
        {"e": "AA"},
        {"kid": ""},
        {"kid": 5},
        {"n": huge(1024)},
        {"n": huge(32_768)},
    ],
)
def test_a_key_that_is_of_no_use_is_passed_over_and_the_others_are_used(jwk, changes):
    body = json.dumps({"keys": [{**jwk(KEY, "one"), **changes}, jwk(KEY, "two")]}).encode()

    assert list(keys_in(body)) == ["two"]


def test_keys_on_elliptic_curves_are_passed_over_as_centrifugo_v4_does():
    described = ECAlgorithm.to_jwk(ec.generate_private_key(ec.SECP256R1()).public_key(), as_dict=True)

    assert keys_in(json.dumps({"keys": [{**described, "kid": "one", "use": "sig", "alg": "ES256"}]}).encode()) == {}


def test_of_a_private_key_the_public_half_is_taken():
    described = {**RSAAlgorithm.to_jwk(KEY, as_dict=True), "kid": "one", "use": "sig", "alg": "RS256"}

    assert keys_in(json.dumps({"keys": [described]}).encode())["one"].key == KEY.public_key()


def test_only_so_many_keys_are_looked_at(jwk):
    described = jwk(KEY, "")
    body = json.dumps({"keys": [{**described, "kid": str(number)} for number in range(MAX_KEYS + 5)]}).encode()

    assert len(keys_in(body)) == MAX_KEYS


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{", b"{}", b'{"keys":5}', b'{"keys":{}}', b"\xff", b"[" * 5000, b"<html>"]
)
def test_what_is_no_set_of_keys_is_an_error(body):
    with pytest.raises(KeySetError):
        keys_in(body)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=10,
)
FIELDS = {
    name: JSON | st.sampled_from(["RSA", "sig", "RS256", "AQAB"]) for name in ("kid", "kty", "use", "alg", "n", "e")
}


@given(st.lists(st.fixed_dictionaries({}, optional=FIELDS) | JSON, max_size=4))
def test_whatever_the_keys_are_nothing_else_happens(keys):
    assert isinstance(keys_in(json.dumps({"keys": keys}).encode()), dict)
