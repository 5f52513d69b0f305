"""The API, asked until it answers."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Mapping

import pytest
from tests.client.world import answer

from vklive.client.credentials import AccessToken, AppCredentials, TokenSource
from vklive.client.devapi import DevApi
from vklive.client.http import HttpResponse
from vklive.client.persistent_api import PersistentApi
from vklive.devapi.topics import WebSocketChannels
from vklive.errors import ConnectError, UnauthorizedError, VkliveError
from vklive.testing.loop import run_virtual

DOWN = answer(503, error="service_unavailable")
UNREACHABLE = ConnectError("api.test", phase="tcp", problem="Connection refused")
TOKEN = answer(200, data={"token": "t"})


class Http:
    """Answers with what it was given, one after the other, and remembers when it was asked."""

    def __init__(self, *answers: HttpResponse | VkliveError) -> None:
        self.answers = list(answers)
        self.asked_at: list[float] = []

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
        self.asked_at.append(asyncio.get_running_loop().time())
        given = self.answers.pop(0)
        if isinstance(given, VkliveError):
            raise given
        return given

    async def close(self) -> None: ...


def api_over(http: Http, who: TokenSource | None = None) -> PersistentApi:
    return PersistentApi(DevApi(who or AccessToken("a"), base_url="http://api.test", http=http))


def test_trouble_that_passes_is_waited_out_for_as_long_as_it_takes():
    async def scene() -> None:
        trouble: list[HttpResponse | VkliveError] = [DOWN, UNREACHABLE]
        http = Http(*trouble * 10, TOKEN)
        assert await api_over(http).websocket_token() == "t"
        delays = [later - earlier for earlier, later in itertools.pairwise(http.asked_at)]
        assert len(delays) == 20
        assert delays[0] <= 1.0
        assert all(0.5 <= delay <= 20.0 for delay in delays)
        assert max(delays) > 5.0

    run_virtual(scene())


def test_a_server_that_says_how_long_to_wait_is_asked_again_then():
    async def scene() -> None:
        http = Http(answer(429, headers={"retry-after": "90"}, error="ratelimit_exceeded"), TOKEN)
        await api_over(http).websocket_token()
        assert http.asked_at == [0.0, 90.0]

    run_virtual(scene())


def test_what_no_retry_helps_against_is_raised():
    async def scene() -> None:
        for ask in (
            lambda api: api.websocket_token(),
            lambda api: api.names("streamer"),
            lambda api: api.subscription_tokens(["a"]),
        ):
            with pytest.raises(UnauthorizedError):
                await ask(api_over(Http(answer(401, error="unauthorized"))))

    run_virtual(scene())


@pytest.mark.parametrize("status", [400, 403, 404])
def test_no_tokens_are_an_answer(status):
    assert run_virtual(api_over(Http(answer(status, error="x"))).subscription_tokens(["a"])) == {}


@pytest.mark.parametrize(("who", "asked"), [(AppCredentials("id", "secret"), ["a"]), (AccessToken("a"), [])])
def test_nobody_is_asked_for_tokens_that_are_not_given_or_not_needed(who, asked):
    http = Http()
    assert run_virtual(api_over(http, who).subscription_tokens(asked)) == {}
    assert http.asked_at == []


def test_a_channel_that_tells_no_names_has_none():
    http = Http(answer(200, data={"channel": {"id": 1, "url": "streamer"}}))
    assert run_virtual(api_over(http).names("streamer")) == WebSocketChannels()
