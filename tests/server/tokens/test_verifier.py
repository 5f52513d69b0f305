"""Only what was signed with our key, in our way, for this use and for now is believed."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from hypothesis import given
from hypothesis import strategies as st

from vklive.server.settings import TokenSettings
from vklive.server.tokens import (
    InvalidTokenError,
    Override,
    SubscriptionGrant,
    TokenExpiredError,
    TokenKeys,
    Verifier,
    VerifyingKeys,
)
from vklive.server.tokens.decoding import LAST_SECOND
from vklive.server.tokens.jws import MAX_TOKEN_LENGTH

SECRET = "a secret of at least thirty-two bytes"
NOW = 1_800_000_000.0
LATER, EARLIER = int(NOW) + 60, int(NOW) - 60
VERIFIER = Verifier(TokenKeys.from_settings(TokenSettings(secret=SECRET)).verifying)

KINDS: dict[str, Callable[..., Any]] = {
    "connection": lambda token, now=NOW: VERIFIER.connection(token, now=now),
    "subscription": lambda token, now=NOW: VERIFIER.subscription(token, now=now),
}
both_kinds = pytest.mark.parametrize("kind", list(KINDS))


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def signed(payload: bytes, *, header: dict[str, Any] | None = None, key: str | bytes = SECRET) -> str:
    """An HS256 token made by hand, so that it may say anything."""
    start = f"{b64(json.dumps(header or {'alg': 'HS256', 'typ': 'JWT'}).encode())}.{b64(payload)}"
    secret = key.encode() if isinstance(key, str) else key
    return f"{start}.{b64(hmac.new(secret, start.encode(), hashlib.sha256).digest())}"


def token(kind: str = "connection", /, **claims: Any) -> str:
    if kind == "subscription":
        claims = {"channel": "chat:1", **claims}
    return signed(json.dumps(claims).encode())


@both_kinds
def test_a_good_token_says_who(kind):
    claims = KINDS[kind](token(kind, sub="42", exp=LATER))

    assert (claims.user, claims.expire_at, claims.info) == ("42", LATER, None)


def test_a_subscription_token_says_what_for():
    claims = VERIFIER.subscription(token(sub="42", channel="chat:1", client="abc"), now=NOW)

    assert (claims.ws_channel, claims.client) == ("chat:1", "abc")


# Forged.


@both_kinds
def test_none_is_no_algorithm(kind):
    claims = token(kind, sub="42").split(".")[1]
    for name in ("none", "None", "NONE", "nOnE", ""):
        header = b64(json.dumps({"alg": name}).encode())
        for signature in ("", b64(b"x")):
            with pytest.raises(InvalidTokenError):
                KINDS[kind](f"{header}.{claims}.{signature}")


@both_kinds
@pytest.mark.parametrize("key", ["", "another secret of thirty-two bytes!!", SECRET[:-1], SECRET + "\n"])
def test_a_foreign_key_is_refused(kind, key):
    payload = json.dumps({"sub": "42", "channel": "chat:1"} if kind == "subscription" else {"sub": "42"}).encode()

    with pytest.raises(InvalidTokenError):
        KINDS[kind](signed(payload, key=key))


@pytest.mark.parametrize("algorithm", ["HS384", "HS512"])
def test_another_algorithm_of_the_family_is_refused(algorithm):
    with pytest.raises(InvalidTokenError):
        VERIFIER.connection(jwt.encode({"sub": "42"}, SECRET * 2, algorithm=algorithm), now=NOW)


@pytest.mark.parametrize("key", [rsa.generate_private_key(65537, 2048), ec.generate_private_key(ec.SECP256R1())])
def test_a_public_key_is_not_taken_for_a_secret(key):
    algorithm: Any = "RS256" if isinstance(key, rsa.RSAPrivateKey) else "ES256"
    public = key.public_key()
    verifier = Verifier(VerifyingKeys({algorithm: public}))
    good = jwt.encode({"sub": "42"}, key, algorithm=algorithm)
    assert verifier.connection(good, now=NOW).user == "42"

    for encoding in (serialization.Encoding.PEM, serialization.Encoding.DER):
        known_to_all = public.public_bytes(encoding, serialization.PublicFormat.SubjectPublicKeyInfo)
        for name in ("HS256", algorithm):
            with pytest.raises(InvalidTokenError):
                verifier.connection(signed(b'{"sub":"42"}', header={"alg": name}, key=known_to_all), now=NOW)


def test_a_signature_of_another_family_is_refused():
    for key, algorithm in (
        (rsa.generate_private_key(65537, 2048), "RS256"),
        (ec.generate_private_key(ec.SECP256R1()), "ES256"),
    ):
        with pytest.raises(InvalidTokenError):
            VERIFIER.connection(jwt.encode({"sub": "42"}, key, algorithm=algorithm), now=NOW)


@pytest.mark.parametrize("of_header", ["jwk", "jku", "kid", "x5u", "x5c"])
def test_a_key_that_the_token_brings_along_is_not_used(of_header):
    key = ec.generate_private_key(ec.SECP256R1())
    verifier = Verifier(VerifyingKeys({"ES256": ec.generate_private_key(ec.SECP256R1()).public_key()}))
    brought: dict[str, Any] = {
        "jwk": jwt.algorithms.ECAlgorithm.to_jwk(key.public_key(), as_dict=True),
        "jku": "http://127.0.0.1:1/keys",
        "kid": "../../../dev/null",
        "x5u": "http://127.0.0.1:1/certificate",
        "x5c": ["MIIB"],
    }

    with pytest.raises(InvalidTokenError):
        verifier.connection(
            jwt.encode({"sub": "42"}, key, algorithm="ES256", headers={of_header: brought[of_header]}), now=NOW
        )


def test_an_oct_jwk_in_the_header_is_not_used():
    header = {"alg": "HS256", "jwk": {"kty": "oct", "k": b64(b"mine")}, "kid": "x"}

    with pytest.raises(InvalidTokenError):
        VERIFIER.connection(signed(b'{"sub":"42"}', header=header, key=b"mine"), now=NOW)


@pytest.mark.parametrize("header", [{"alg": "HS256", "crit": ["exp"]}, {"alg": "HS256", "b64": False, "crit": ["b64"]}])
def test_headers_that_change_what_is_signed_are_refused(header):
    with pytest.raises(InvalidTokenError):
        VERIFIER.connection(signed(b'{"sub":"42"}', header=header), now=NOW)


@given(st.text() | st.from_regex(r"[\w-]*\.[\w-]*\.[\w-]*", fullmatch=True))
def test_whatever_is_no_token_is_invalid(text):
    for check in KINDS.values():
        with pytest.raises(InvalidTokenError):
            check(text)


@given(st.data())
def test_a_changed_token_is_invalid(data):
    good = token(sub="42", exp=LATER)
    at = data.draw(st.integers(0, len(good) - 1))
    changed = good[:at] + data.draw(st.characters(min_codepoint=33, max_codepoint=126)) + good[at + 1 :]

    if changed != good:
        with pytest.raises(InvalidTokenError):
            VERIFIER.connection(changed, now=NOW)


def test_a_token_of_another_shape_is_invalid():
    good = token(sub="42")

    for wrong in ("", ".", "..", good + ".", good + ".x", "." + good, good.rpartition(".")[0], good + " ", "\ud800"):
        with pytest.raises(InvalidTokenError):
            VERIFIER.connection(wrong, now=NOW)


def test_a_token_that_is_too_long_is_invalid():
    with pytest.raises(InvalidTokenError, match="longer"):
        VERIFIER.connection(token(sub="x" * MAX_TOKEN_LENGTH), now=NOW)


# Claims.


WRONG_IN_BOTH: list[dict[str, Any]] = [
    {"sub": 42},
    {"sub": ["42"]},
    {"sub": {"id": "42"}},
    {"sub": True},
    {"exp": "tomorrow"},
    {"exp": "0x10"},
    {"exp": ""},
    {"exp": "9999999999999"},
    {"exp": True},
    {"exp": [LATER]},
    {"exp": LAST_SECOND + 1},
    {"nbf": "x"},
    {"iat": "x"},
    {"jti": 5},
    {"iss": 5},
    {"aud": 5},
    {"aud": [5]},
    {"channel": 5},
    {"channel": ["chat:1"]},
    {"expire_at": "5"},
    {"expire_at": 5.5},
    {"b64info": 5},
    {"b64info": "not base64!"},
    {"b64info": "YQ"},
]
OF_CONNECTIONS: list[dict[str, Any]] = [
    {"channels": "chat:1"},
    {"channels": [5]},
    {"subs": ["chat:1"]},
    {"subs": {"chat:1": 5}},
    {"subs": {"chat:1": {"b64data": "!"}}},
    {"subs": {"chat:1": {"override": {"presence": True}}}},
]
OF_SUBSCRIPTIONS: list[dict[str, Any]] = [
    {"client": 5},
    {"b64data": 5},
    {"b64data": "!"},
    {"override": 5},
    {"override": {"presence": True}},
    {"override": {"presence": {"value": 1}}},
]


@pytest.mark.parametrize(
    ("kind", "claims"),
    [(kind, claims) for kind in KINDS for claims in WRONG_IN_BOTH]
    + [("connection", claims) for claims in OF_CONNECTIONS]
    + [("subscription", claims) for claims in OF_SUBSCRIPTIONS],
)
def test_claims_of_wrong_types_make_a_token_invalid(kind, claims):
    with pytest.raises(InvalidTokenError):
        KINDS[kind](token(kind, **{"sub": "42", "exp": LATER, **claims}))


@pytest.mark.parametrize(
    ("kind", "claims"),
    [("connection", claims) for claims in OF_SUBSCRIPTIONS] + [("subscription", claims) for claims in OF_CONNECTIONS],
)
def test_claims_of_the_other_kind_are_not_looked_at(kind, claims):
    assert KINDS[kind](token(kind, **{"sub": "42", "exp": LATER, **claims})).user == "42"


def test_the_error_names_the_claim_that_is_wrong():
    with pytest.raises(InvalidTokenError) as caught:
        VERIFIER.connection(token(subs={"hunter2": {"override": {"presence": {"value": "hunter3"}}}}), now=NOW)

    assert "presence.value" in caught.value.problem
    assert "bool" in caught.value.problem
    assert "hunter" not in caught.value.problem


@both_kinds
@pytest.mark.parametrize(
    "payload", [b"", b"[]", b"null", b'"x"', b"{", b'{"sub":"\xff"}', b'{"exp":1e999}', b"[" * 3000]
)
def test_claims_that_are_no_object_make_a_token_invalid(kind, payload):
    with pytest.raises(InvalidTokenError):
        KINDS[kind](signed(payload))


@both_kinds
@pytest.mark.parametrize("claims", [{}, {"sub": None}, {"sub": ""}])
def test_a_token_may_be_nobodys(kind, claims):
    assert KINDS[kind](token(kind, **claims)).user == ""


@both_kinds
def test_unknown_claims_do_not_matter(kind):
    assert KINDS[kind](token(kind, sub="42", aud=["x"], iss="y", jti="z", meta={"a": 1}, role="king")).user == "42"


def test_a_subscription_token_opens_no_connection_even_when_it_has_expired():
    for claims in ({"exp": LATER}, {"exp": EARLIER}):
        with pytest.raises(InvalidTokenError, match="subscription"):
            VERIFIER.connection(token(sub="42", channel="chat:1", **claims), now=NOW)


def test_a_connection_token_opens_no_subscription_and_is_expired_first():
    with pytest.raises(InvalidTokenError, match="names no ws channel"):
        VERIFIER.subscription(token(sub="42", exp=LATER), now=NOW)
    with pytest.raises(TokenExpiredError):
        VERIFIER.subscription(token(sub="42", exp=EARLIER), now=NOW)


@both_kinds
def test_a_forged_token_is_invalid_even_when_it_has_expired(kind):
    with pytest.raises(InvalidTokenError):
        KINDS[kind](signed(json.dumps({"exp": EARLIER, "channel": ""}).encode(), key="another"))


# Time.


@both_kinds
@pytest.mark.parametrize(
    ("exp", "good"),
    [(int(NOW) + 1, True), (NOW + 0.5, True), (int(NOW), False), (EARLIER, False), (0, False), (-5, False)],
)
def test_a_token_is_good_until_the_second_before_it_expires(kind, exp, good):
    if good:
        assert KINDS[kind](token(kind, exp=exp)).expire_at == int(exp)
    else:
        with pytest.raises(TokenExpiredError):
            KINDS[kind](token(kind, exp=exp))


@both_kinds
@pytest.mark.parametrize(("exp", "good"), [(str(LATER), True), (f"{LATER}.5", True), (str(EARLIER), False)])
def test_a_time_may_be_a_number_in_quotes(kind, exp, good):
    if good:
        assert KINDS[kind](token(kind, exp=exp)).expire_at == LATER
    else:
        with pytest.raises(TokenExpiredError):
            KINDS[kind](token(kind, exp=exp))


@both_kinds
def test_a_token_is_not_good_before_its_time(kind):
    assert KINDS[kind](token(kind, nbf=int(NOW))).user == ""
    with pytest.raises(TokenExpiredError):
        KINDS[kind](token(kind, nbf=int(NOW) + 1))


@both_kinds
def test_when_it_was_issued_does_not_matter(kind):
    assert KINDS[kind](token(kind, iat=LATER)).user == ""


@both_kinds
def test_a_token_without_an_end_never_expires(kind):
    assert KINDS[kind](token(kind, sub="42"), now=1e12).expire_at is None


@both_kinds
@pytest.mark.parametrize(
    ("expire_at", "said"), [(LATER + 5, LATER + 5), (EARLIER, EARLIER), (0, None), (-1, None), (None, LATER)]
)
def test_what_it_allows_may_end_at_another_time_than_the_token(kind, expire_at, said):
    assert KINDS[kind](token(kind, exp=LATER, expire_at=expire_at)).expire_at == said


@both_kinds
def test_expire_at_does_not_keep_an_expired_token_alive(kind):
    with pytest.raises(TokenExpiredError):
        KINDS[kind](token(kind, exp=EARLIER, expire_at=LATER))


# Info.


@both_kinds
@pytest.mark.parametrize(
    ("claims", "info"),
    [
        (b'"info":{"nick": "\xd0\x90"}', b'{"nick": "\xd0\x90"}'),
        (b'"info":[1,\n2]', b"[1,\n2]"),
        (b'"b64info":"AP8="', b"\x00\xff"),
        (b'"info":null', None),
        (b'"info":1,"b64info":"eyJhIjoxfQ=="', b'{"a":1}'),
        (b'"b64info":""', None),
    ],
)
def test_info_is_json_as_it_was_written_or_any_bytes_in_base64(kind, claims, info):
    payload = b'{"channel":"chat:1",' + claims + b"}" if kind == "subscription" else b"{" + claims + b"}"

    said = KINDS[kind](signed(payload)).info

    assert (None if said is None else bytes(said)) == info


def test_no_error_shows_a_part_of_the_token():
    secretive = token(sub="hunter2", exp="hunter3")

    with pytest.raises(InvalidTokenError) as caught:
        VERIFIER.connection(secretive, now=NOW)

    assert "hunter" not in f"{caught.value!r} {caught.value}"
    assert caught.value.__cause__ is None
    for part in secretive.split("."):
        assert part not in f"{caught.value!r} {caught.value}"


# Subscriptions of the server, and what differs from a namespace.


def test_a_connection_token_may_name_subscriptions():
    claims = VERIFIER.connection(token(sub="42", channels=["a", "b"], meta={"not": "read"}), now=NOW)
    assert (list(claims.channels), dict(claims.subs)) == (["a", "b"], {})


def test_each_of_them_may_bring_something():
    grant = {
        "info": {"role": "x"},
        "b64data": "AP8=",
        "data": 1,
        "override": {"presence": {"value": True}, "force_recovery": {"value": False}, "join_leave": {}},
    }
    claims = VERIFIER.connection(token(sub="42", subs={"a": grant, "b": {}}), now=NOW)
    assert claims.subs["b"] == SubscriptionGrant()
    told = claims.subs["a"]
    assert (bytes(told.info or b""), bytes(told.data or b"")) == (b'{"role": "x"}', b"\x00\xff")
    assert told.override == Override(presence=True, force_recovery=False, join_leave=False)


def test_a_subscription_token_may_bring_the_same():
    claims = VERIFIER.subscription(
        token(sub="42", channel="a", data=[1], override={"force_positioning": {"value": True}}), now=NOW
    )
    assert bytes(claims.data or b"") == b"[1]"
    assert claims.override == Override(force_positioning=True)


def test_what_is_no_base64_in_them_makes_a_token_invalid():
    with pytest.raises(InvalidTokenError, match="b64info"):
        VERIFIER.connection(token(sub="42", subs={"a": {"b64info": "!"}}), now=NOW)
    with pytest.raises(InvalidTokenError, match="b64data"):
        VERIFIER.subscription(token(sub="42", channel="a", data={}, b64data="!"), now=NOW)
