"""The code flow, from the client's side."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest
from tests.client.world import answer

from vklive import Scope, authorization_url, exchange_code, revoke_token
from vklive.client.http import HttpResponse
from vklive.errors import ConfigError, ConnectError, RateLimitedError, UnauthorizedError, UnavailableError

GIVEN: dict[str, Any] = {
    "access_token": "hunter2",
    "refresh_token": "hunter3",
    "expires_in": 60,
    "token_type": "Bearer",
}


class Endpoint:
    """Answers what it was told, and remembers what it was asked."""

    def __init__(self, *answers: HttpResponse) -> None:
        self.answers = list(answers)
        self.url = ""
        self.form: dict[str, str] = {}
        self.headers: Mapping[str, str] = {}
        self.closed = False

    async def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        params: Mapping[str, str],
        body: bytes | None,
        timeout: float,
    ) -> HttpResponse:
        assert (method, params) == ("POST", {})
        self.url, self.headers = url, headers
        self.form = {key: value[0] for key, value in parse_qs((body or b"").decode()).items()}
        return self.answers.pop(0)

    async def close(self) -> None:
        self.closed = True


def test_the_address_says_who_asks_for_what():
    address = authorization_url(
        "bot", redirect_uri="http://127.0.0.1:1/?a=b", state="s & t", scopes=[Scope.CHAT_SETTINGS, "channel:roles"]
    )

    parts = urlsplit(address)
    assert (parts.scheme, parts.netloc, parts.path) == ("https", "auth.live.vkvideo.ru", "/app/oauth2/authorize")
    assert "scope=chat:settings,channel:roles" in parts.query
    assert dict(parse_qsl(parts.query)) == {
        "client_id": "bot",
        "redirect_uri": "http://127.0.0.1:1/?a=b",
        "response_type": "code",
        "scope": "chat:settings,channel:roles",
        "state": "s & t",
    }


def test_another_page_may_have_parameters_of_its_own():
    address = authorization_url("bot", redirect_uri="http://a/", state="s", auth_url="http://b/authorize?theme=dark")

    assert address.startswith("http://b/authorize?theme=dark&client_id=bot&")
    assert "scope" not in address


async def test_a_code_is_exchanged_with_the_credentials_in_the_header_alone():
    endpoint = Endpoint(answer(200, **GIVEN, scope="chat:settings channel:roles"))
    tokens = await exchange_code("bot", "s:cret", code="c+de", redirect_uri="http://127.0.0.1:1/", http=endpoint)

    assert endpoint.url == "https://api.live.vkvideo.ru/oauth/server/token"
    assert endpoint.form == {
        "grant_type": "authorization_code",
        "code": "c+de",
        "redirect_uri": "http://127.0.0.1:1/",
    }
    assert endpoint.headers["Authorization"] == "Basic " + base64.b64encode(b"bot:s:cret").decode()
    assert (tokens.access_token, tokens.refresh_token, tokens.expires_in) == ("hunter2", "hunter3", 60.0)
    assert tokens.scopes == ("chat:settings", "channel:roles")
    assert "hunter" not in repr(tokens)
    assert not endpoint.closed


@pytest.mark.parametrize(
    ("scope", "scopes"),
    [(None, ()), ("", ()), ("a,b", ("a", "b")), (["a", "b c"], ("a", "b", "c")), ([], ())],
)
async def test_the_scopes_are_read_in_every_form_that_was_seen(scope, scopes):
    endpoint = Endpoint(answer(200, **GIVEN, scope=scope))
    assert (await exchange_code("bot", "s", code="c", redirect_uri="http://a/", http=endpoint)).scopes == scopes


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        (answer(400, error="invalid_grant"), UnauthorizedError),
        (answer(401, error="invalid_client"), UnauthorizedError),
        (answer(429), RateLimitedError),
        (answer(503), UnavailableError),
        (answer(200, token_type="Bearer"), UnavailableError),
        (HttpResponse(status=200, headers={}, body=b"<html>"), UnavailableError),
    ],
)
async def test_without_tokens_there_is_an_error_that_says_why(said, kind):
    with pytest.raises(kind) as caught:
        await exchange_code("bot", "hunter4", code="hunter5", redirect_uri="http://a/", http=Endpoint(said))

    assert "hunter" not in str(caught.value)


async def test_a_token_is_revoked():
    endpoint = Endpoint(answer(200))
    await revoke_token("bot", "secret", refresh_token="r", http=endpoint)

    assert endpoint.url == "https://api.live.vkvideo.ru/oauth/server/revoke"
    assert endpoint.form == {"token": "r", "token_type_hint": "refresh_token"}
    with pytest.raises(UnauthorizedError):
        await revoke_token("bot", "secret", refresh_token="r", http=Endpoint(answer(401, error="invalid_client")))


async def test_without_a_transport_one_is_made_and_closed():
    for call in (
        exchange_code("bot", "secret", code="c", redirect_uri="http://a/", token_url="http://127.0.0.1:1/token"),
        revoke_token("bot", "secret", refresh_token="r", revoke_url="http://127.0.0.1:1/revoke"),
    ):
        with pytest.raises(ConnectError):
            await call


async def test_an_application_that_can_be_none_is_not_sent():
    with pytest.raises(ConfigError):
        await exchange_code("b:t", "secret", code="c", redirect_uri="http://a/", http=Endpoint())
