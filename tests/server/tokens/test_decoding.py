"""Whatever the claims of a genuine token are, it is good, invalid or not timely, and nothing else happens."""

from __future__ import annotations

import contextlib
import json
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from vklive.server.tokens import InvalidTokenError, TokenExpiredError, Verifier, VerifyingKeys
from vklive.server.tokens.claims import ConnectionClaims, SubscriptionClaims
from vklive.server.tokens.expected import Expected
from vklive.server.tokens.jws import sign

SECRET = "a secret that is long enough for HS256 to be happy"
KEYS = VerifyingKeys.from_texts(hmac_secret=SECRET)
ANYONE = Verifier(KEYS)
SOME = Verifier(KEYS, expected=Expected(audience="us", issuer_regex="^(?P<realm>[a-z]+)$"))
NOW = 1_800_000_000.0

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)
TIME = st.integers(int(NOW) - 5, int(NOW) + 5) | st.sampled_from(
    [0, -1, 2**63, -(2**63), 1e300, "1800000005", NOW + 0.5]
)
TEXT = st.sampled_from(["", "42", "us", "chat:1", "AP8=", "!", "\u0430"])
FLAG = st.fixed_dictionaries({}, optional={"value": st.booleans() | JSON})
OVERRIDE = st.fixed_dictionaries({}, optional=dict.fromkeys(("presence", "join_leave", "force_recovery"), FLAG | JSON))
GRANT = st.fixed_dictionaries(
    {}, optional={"info": JSON, "b64info": TEXT | JSON, "data": JSON, "b64data": TEXT, "override": OVERRIDE | JSON}
)
CLAIMS = st.fixed_dictionaries(
    {},
    optional={
        **dict.fromkeys(("exp", "nbf", "iat", "expire_at"), TIME | JSON),
        **dict.fromkeys(("sub", "jti", "iss", "channel", "client", "b64info", "b64data"), TEXT | JSON),
        "aud": TEXT | st.lists(TEXT, max_size=3) | JSON,
        "channels": st.lists(TEXT, max_size=3) | JSON,
        "subs": st.dictionaries(TEXT, GRANT | JSON, max_size=3) | JSON,
        "info": JSON,
        "data": JSON,
        "meta": JSON,
        "override": OVERRIDE | JSON,
    },
)


@settings(max_examples=500)
@given(CLAIMS | JSON, st.sampled_from([ANYONE, SOME]))
def test_any_claims_have_one_of_three_outcomes(claims, verifier):
    token = sign(json.dumps(claims).encode(), key=SECRET.encode(), algorithm="HS256")
    for check, kind in ((verifier.connection, ConnectionClaims), (verifier.subscription, SubscriptionClaims)):
        try:
            said = check(token, now=NOW)
        except (InvalidTokenError, TokenExpiredError):
            continue
        assert isinstance(said, kind)
        assert said.expire_at is None or said.expire_at > 0


@given(st.binary(max_size=200))
@example(b"{}")
def test_any_bytes_have_one_of_three_outcomes(payload):
    token = sign(payload, key=SECRET.encode(), algorithm="HS256")
    # Found by chance: {} is the connection token of nobody in particular.
    for check, kind in ((ANYONE.connection, ConnectionClaims), (ANYONE.subscription, SubscriptionClaims)):
        with contextlib.suppress(InvalidTokenError, TokenExpiredError):
            assert isinstance(check(token, now=NOW), kind)


def said(payload: bytes) -> ConnectionClaims:
    return ANYONE.connection(sign(payload, key=SECRET.encode(), algorithm="HS256"), now=NOW)


def test_of_a_doubled_claim_the_last_counts():
    assert said(b'{"sub":"42","sub":"43"}').user == "43"
    with pytest.raises(TokenExpiredError):
        said(b'{"exp":9999999999,"exp":1}')
    with pytest.raises(InvalidTokenError):
        said(b'{"channel":"","channel":"chat:1"}')


def test_where_subs_are_given_channels_do_not_count():
    claims = said(b'{"channels":["a"],"subs":{"b":{}}}')
    assert (list(claims.channels), list(claims.subs)) == ([], ["b"])
    claims = said(b'{"channels":["a"],"subs":{}}')
    assert (list(claims.channels), list(claims.subs)) == (["a"], [])


@pytest.mark.parametrize("empty", ["null", '""', "{}", "[]", "0"])
def test_meta_may_be_anything_and_is_not_read(empty: Any):
    assert said(b'{"sub":"42","meta":' + empty.encode() + b"}").user == "42"
