"""What is issued is what a Centrifugo of any make would accept."""

from __future__ import annotations

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Raw

from vklive.errors import ConfigError
from vklive.server.settings import TokenSettings
from vklive.server.tokens import ConnectionClaims, Issuer, SubscriptionClaims, TokenKeys, Verifier
from vklive.testing.clock import EPOCH, VirtualClock

SECRET = "a secret of at least thirty-two bytes"
KEYS = TokenKeys.from_settings(TokenSettings(secret=SECRET))
SETTINGS = TokenSettings(connection_ttl=600.0, subscription_ttl=60.0)


def issuer(clock=None) -> Issuer:
    return Issuer(KEYS, SETTINGS, clock=clock or VirtualClock())


def claims(token: str):
    return jwt.decode(token, SECRET, algorithms=["HS256"], options={"verify_exp": False, "verify_iat": False})


def test_a_connection_token_says_who_from_when_and_until_when():
    assert claims(issuer().connection("42")) == {"sub": "42", "iat": int(EPOCH), "exp": int(EPOCH) + 600}


def test_a_subscription_token_says_which_ws_channel_too():
    assert claims(issuer().subscription("42", "api-channel-chat:1#42")) == {
        "sub": "42",
        "iat": int(EPOCH),
        "exp": int(EPOCH) + 60,
        "channel": "api-channel-chat:1#42",
    }


def test_a_ttl_may_be_given_and_lasts_at_least_so_long():
    clock = VirtualClock()
    clock.advance(0.5)

    assert claims(issuer(clock).connection("42", ttl=1.0))["exp"] == int(EPOCH) + 2
    assert claims(issuer(clock).subscription("42", "x", ttl=2.5))["exp"] == int(EPOCH) + 3


def test_info_travels_as_it_is():
    token = issuer().connection("42", info=Raw(b'{"nick":"Anna"}'))

    assert claims(token)["info"] == {"nick": "Anna"}
    assert bytes(Verifier(KEYS.verifying).connection(token, now=EPOCH).info or b"") == b'{"nick":"Anna"}'


@given(st.text(), st.text(min_size=1))
def test_what_is_issued_is_verified(user, ws_channel):
    verifier = Verifier(KEYS.verifying)

    assert verifier.connection(issuer().connection(user), now=EPOCH) == ConnectionClaims(
        user=user, expire_at=int(EPOCH) + 600
    )
    assert verifier.subscription(issuer().subscription(user, ws_channel), now=EPOCH) == SubscriptionClaims(
        user=user, ws_channel=ws_channel, issued_at=int(EPOCH), expire_at=int(EPOCH) + 60
    )


def test_without_a_private_key_there_is_no_issuer():
    public = ec.generate_private_key(ec.SECP256R1()).public_key()

    with pytest.raises(ConfigError, match=r"tokens\.private_key_file"):
        Issuer(TokenKeys("ES256", private=None, public=public), SETTINGS, clock=VirtualClock())
