"""A token has one spelling, and only the key that it is for can have signed it in the way that the key is for."""

from __future__ import annotations

import base64
import json
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from hypothesis import given, settings
from hypothesis import strategies as st

from vklive.server.tokens import InvalidTokenError
from vklive.server.tokens.jws import CURVES, MAX_TOKEN_LENGTH, parse, sign

SECRET = b"a secret that is long enough for every one of the HS algorithms to be content"
RSA = rsa.generate_private_key(65537, 2048)
EC = {algorithm: ec.generate_private_key(curve()) for algorithm, curve in CURVES.items()}
PRIVATE: dict[Any, Any] = {
    **dict.fromkeys(("HS256", "HS384", "HS512"), SECRET),
    **dict.fromkeys(("RS256", "RS384", "RS512"), RSA),
    **EC,
}
PUBLIC: dict[Any, Any] = {name: key if isinstance(key, bytes) else key.public_key() for name, key in PRIVATE.items()}
CLAIMS = b'{"sub":"42","exp":1893456000}'
GOOD = {algorithm: sign(CLAIMS, key=key, algorithm=algorithm) for algorithm, key in PRIVATE.items()}
each_algorithm = pytest.mark.parametrize("algorithm", list(PRIVATE))


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def accepted(token: str, algorithm: Any) -> bool:
    """Whether the key of this algorithm finds the token genuine. Nothing but the one error may come."""
    try:
        jws = parse(token)
        jws.check(PUBLIC[algorithm], algorithm)
    except InvalidTokenError:
        return False
    return True


@each_algorithm
def test_what_is_signed_is_understood_by_others_and_the_other_way_round(algorithm):
    assert jwt.decode(GOOD[algorithm], PUBLIC[algorithm], algorithms=[algorithm], options={"verify_exp": False})
    assert accepted(GOOD[algorithm], algorithm)
    assert accepted(jwt.encode({"sub": "42"}, PRIVATE[algorithm], algorithm=algorithm), algorithm)
    assert parse(GOOD[algorithm]).payload == CLAIMS


@each_algorithm
@settings(max_examples=100)
@given(data=st.data())
def test_a_change_anywhere_is_noticed(algorithm, data):
    good = GOOD[algorithm]
    at = data.draw(st.integers(0, len(good)))
    length = data.draw(st.integers(0, 3))
    put = data.draw(st.text(st.characters(min_codepoint=1, max_codepoint=0x2FF), max_size=3))
    changed = good[:at] + put + good[at + length :]

    assert accepted(changed, algorithm) == (changed == good)


@each_algorithm
def test_every_bit_counts(algorithm):
    good = GOOD[algorithm]
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

    # In the last character of the signature some bits stand for nothing.
    assert [last for last in alphabet if accepted(good[:-1] + last, algorithm)] == [good[-1]]


@each_algorithm
@pytest.mark.parametrize("change", ["{}=", "{}==", "{}\n", " {}", "{}.", ".{}", "{}.x", "Bearer {}", '"{}"', "{}\x00"])
def test_a_token_has_one_spelling(algorithm, change):
    assert not accepted(change.format(GOOD[algorithm]), algorithm)


@each_algorithm
def test_standard_base64_is_another_alphabet(algorithm):
    claims = b'{"sub":"\xc3\xbf\xc3\xbf\xc3\xbf?>"}'
    good = sign(claims, key=PRIVATE[algorithm], algorithm=algorithm)
    assert accepted(good, algorithm)
    assert "_" in good or "-" in good

    assert not accepted(good.replace("-", "+").replace("_", "/"), algorithm)


@each_algorithm
@pytest.mark.parametrize(
    "signature", ["", "A", "AA", "AAAA", b64(bytes(32)), b64(bytes(64)), b64(bytes(256)), b64(b"\xff" * 132)]
)
def test_a_signature_of_nothing_is_none(algorithm, signature):
    assert not accepted(f"{GOOD[algorithm].rpartition('.')[0]}.{signature}", algorithm)


@each_algorithm
@pytest.mark.parametrize(
    "name",
    [
        "none",
        "None",
        "NONE",
        "nOnE",
        "",
        " none",
        "null",
        "HS1",
        "hs256",
        "rs256",
        "PS256",
        "EdDSA",
        "ES256K",
        "dir",
        "A128KW",
    ],
)
def test_an_algorithm_that_is_none_of_ours_is_not_believed(algorithm, name):
    header = b64(json.dumps({"alg": name, "typ": "JWT"}).encode())
    claims, signature = GOOD[algorithm].split(".")[1:]

    for kept in ("", signature):
        assert not accepted(f"{header}.{claims}.{kept}", algorithm)


@each_algorithm
@pytest.mark.parametrize(
    "header", [{}, {"alg": None}, {"alg": 5}, {"alg": ["HS256"]}, {"alg": {"alg": "HS256"}}, {"alg": True}]
)
def test_a_header_without_an_algorithm_says_nothing(algorithm, header):
    signed = f"{b64(json.dumps(header).encode())}.{b64(CLAIMS)}"

    assert parse(f"{signed}.{GOOD[algorithm].rpartition('.')[2]}").algorithm == ""
    assert not accepted(f"{signed}.{GOOD[algorithm].rpartition('.')[2]}", algorithm)


@pytest.mark.parametrize("claimed", list(PRIVATE))
@pytest.mark.parametrize("used", list(PRIVATE))
def test_one_algorithm_is_not_taken_for_another(claimed, used):
    header = b64(json.dumps({"alg": claimed, "typ": "JWT"}).encode())
    relabelled = f"{header}.{GOOD[used].partition('.')[2]}"

    assert accepted(GOOD[used], claimed) == (used == claimed)
    assert not accepted(relabelled, claimed) or used == claimed


@pytest.mark.parametrize("algorithm", [name for name in PRIVATE if not name.startswith("HS")])
@pytest.mark.parametrize("encoding", [serialization.Encoding.PEM, serialization.Encoding.DER])
@pytest.mark.parametrize("hmac", ["HS256", "HS384", "HS512"])
def test_a_public_key_is_no_secret(algorithm, encoding, hmac):
    known_to_all = PUBLIC[algorithm].public_bytes(encoding, serialization.PublicFormat.SubjectPublicKeyInfo)
    forged = sign(CLAIMS, key=known_to_all, algorithm=hmac)
    relabelled = f"{b64(json.dumps({'alg': algorithm}).encode())}.{forged.partition('.')[2]}"

    for token in (forged, forged.strip(), relabelled):
        assert not accepted(token, algorithm)


@pytest.mark.parametrize("algorithm", list(EC))
def test_a_signature_in_der_is_none(algorithm):
    signed = GOOD[algorithm].rpartition(".")[0]
    hash_of: dict[str, Any] = {"ES256": hashes.SHA256, "ES384": hashes.SHA384, "ES512": hashes.SHA512}
    der = EC[algorithm].sign(signed.encode(), ec.ECDSA(hash_of[algorithm]()))

    assert not accepted(f"{signed}.{b64(der)}", algorithm)


@pytest.mark.parametrize(
    "header", [{"crit": ["exp"]}, {"b64": False, "crit": ["b64"]}, {"crit": []}, {"crit": "b64"}, {"kid": 5}]
)
def test_headers_that_change_what_is_signed_are_refused(header):
    token = jwt.encode({"sub": "42"}, SECRET, algorithm="HS256")
    start = f"{b64(json.dumps({'alg': 'HS256', **header}).encode())}.{token.split('.')[1]}"

    with pytest.raises(InvalidTokenError):
        parse(f"{start}.{token.rpartition('.')[2]}")


def test_of_a_doubled_header_the_signature_decides():
    for text in (b'{"alg":"none","alg":"HS256"}', b'{"alg":"HS256","alg":"none"}'):
        assert not accepted(f"{b64(text)}.{GOOD['HS256'].partition('.')[2]}", "HS256")


def test_a_token_that_is_too_long_is_not_looked_at():
    with pytest.raises(InvalidTokenError, match=f"longer than {MAX_TOKEN_LENGTH}"):
        parse("x" * (MAX_TOKEN_LENGTH + 1))
    fits = sign(b" " * ((MAX_TOKEN_LENGTH - 100) * 3 // 4), key=SECRET, algorithm="HS256")
    assert len(fits) <= MAX_TOKEN_LENGTH
    assert accepted(fits, "HS256")


@given(st.text(max_size=200) | st.from_regex(r"[\w-]{0,40}\.[\w-]{0,40}\.[\w-]{0,40}", fullmatch=True))
def test_whatever_is_no_token_is_invalid(text):
    assert not accepted(text, "HS256")
