"""Who the client is: on the wire, and in no text."""

from __future__ import annotations

import base64

import pytest

from vklive.client.credentials import AccessToken, AppCredentials
from vklive.errors import ConfigError


async def test_a_token_is_borne():
    token = AccessToken("very-secret")
    assert await token.authorization() == "Bearer very-secret"
    assert token.is_user
    assert not AccessToken("very-secret", is_user=False).is_user


async def test_an_application_shows_id_and_secret():
    app = AppCredentials("app", "its:secret")
    assert await app.authorization() == "Basic " + base64.b64encode(b"app:its:secret").decode()
    assert not app.is_user


def test_no_secret_is_in_a_repr():
    assert repr(AccessToken("very-secret")) == "AccessToken(<secret>, is_user=True)"
    assert repr(AppCredentials("app", "its-secret")) == "AppCredentials('app', <secret>)"


@pytest.mark.parametrize("token", ["", "sec ret", "secret\n", "sécret", "sec\x00ret"])
def test_what_can_be_no_token_is_refused_without_being_repeated(token):
    with pytest.raises(ConfigError, match="access_token") as refused:
        AccessToken(token)
    assert "ret" not in str(refused.value)


@pytest.mark.parametrize(
    ("client_id", "client_secret", "where"),
    [("", "s", "client_id"), ("a:b", "s", "client_id"), ("a", "", "client_secret")],
)
def test_what_can_be_no_application_is_refused(client_id, client_secret, where):
    with pytest.raises(ConfigError, match=where):
        AppCredentials(client_id, client_secret)
