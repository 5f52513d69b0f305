"""Credentials that renew themselves: one call, whoever asks and whoever gives up, and no token is lost."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import parse_qs

import pytest
from tests.client.world import Listener, World, answer, play

from vklive.client.credentials import RenewableTokenSource
from vklive.client.devapi import DevApi
from vklive.client.http import HttpResponse
from vklive.client.oauth import ApplicationToken, OAuthRefreshToken, TokensHook
from vklive.client.token_endpoint import Tokens
from vklive.errors import (
    ConfigError,
    ConnectError,
    CredentialsError,
    RateLimitedError,
    UnauthorizedError,
    UnavailableError,
    VkliveError,
)
from vklive.events import Connected, Listening, Reconnecting
from vklive.testing.loop import run_virtual

SECRETS = ("client-secret", "refresh-", "access-")


class TokenEndpoint:
    """Gives a new pair for the refresh token that it gave last, and for no other; each call takes a second."""

    def __init__(self, *, life: float | None = 3600) -> None:
        self.generation = 0
        self.life = life
        self.forms: list[dict[str, str]] = []
        self.headers: list[Mapping[str, str]] = []
        self.faults: list[HttpResponse | VkliveError] = []

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
        form = {key: value[0] for key, value in parse_qs((body or b"").decode()).items()}
        self.forms.append(form)
        self.headers.append(headers)
        if self.faults:
            await asyncio.sleep(1)
            fault = self.faults.pop(0)
            if isinstance(fault, VkliveError):
                raise fault
            return fault
        if form["grant_type"] == "refresh_token" and form["refresh_token"] != f"refresh-{self.generation}":
            return answer(400, error="invalid_grant")
        # It is used up as soon as the request is there, and the answer comes later: that is when clients give up.
        self.generation += 1
        given: dict[str, Any] = {"access_token": f"access-{self.generation}", "token_type": "Bearer"}
        if form["grant_type"] == "refresh_token":
            given |= {"refresh_token": f"refresh-{self.generation}", "expires_in": self.life}
        else:
            given |= {"expire_time": self.life, "state": ""}
        await asyncio.sleep(1)
        return answer(200, **{key: value for key, value in given.items() if value is not None})

    async def close(self) -> None: ...


def now() -> float:
    return asyncio.get_running_loop().time()


def user(endpoint: TokenEndpoint, *, hook: TokensHook | None = None, access_token: str = "") -> OAuthRefreshToken:
    return OAuthRefreshToken(
        "client-id",
        "client-secret",
        refresh_token="refresh-0",
        access_token=access_token,
        on_new_tokens=hook,
        http=endpoint,
        clock=now,
    )


def application(endpoint: TokenEndpoint) -> ApplicationToken:
    return ApplicationToken("client-id", "client-secret", http=endpoint, clock=now)


def virtually(scene: Callable[[], Awaitable[None]]) -> None:
    async def run() -> None:
        await scene()

    run_virtual(run())


def test_a_token_is_fetched_when_it_is_needed_and_again_before_it_ends() -> None:
    async def scene() -> None:
        endpoint = TokenEndpoint(life=3600)
        source = user(endpoint)
        assert await source.authorization() == "Bearer access-1"
        await asyncio.sleep(3600 - 62)
        assert await source.authorization() == "Bearer access-1"
        await asyncio.sleep(2)
        assert await source.authorization() == "Bearer access-2"
        assert [form["refresh_token"] for form in endpoint.forms] == ["refresh-0", "refresh-1"]

    virtually(scene)


def test_an_access_token_that_is_there_already_is_used_until_it_is_refused() -> None:
    async def scene() -> None:
        endpoint = TokenEndpoint()
        source = user(endpoint, access_token="access-0")
        assert await source.authorization() == "Bearer access-0"
        await asyncio.sleep(1_000_000)
        assert await source.authorization() == "Bearer access-0"
        assert await source.renew("Bearer access-0")
        assert await source.authorization() == "Bearer access-1"

    virtually(scene)


def test_a_hundred_who_are_refused_at_once_make_one_call() -> None:
    async def scene() -> None:
        endpoint = TokenEndpoint()
        source = user(endpoint, access_token="access-0")
        assert all(await asyncio.gather(*(source.renew("Bearer access-0") for _ in range(100))))
        assert await source.renew("Bearer access-0"), "who was refused then and comes now"
        assert await asyncio.gather(*(source.authorization() for _ in range(100))) == ["Bearer access-1"] * 100
        assert len(endpoint.forms) == 1

    virtually(scene)


def test_a_refresh_that_everybody_gave_up_waiting_for_loses_no_token() -> None:
    async def scene() -> None:
        endpoint = TokenEndpoint()
        stored: list[Tokens] = []
        source = user(endpoint, hook=stored.append)
        for _ in range(3):
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.2):
                    await source.authorization()
        assert await source.authorization() == "Bearer access-1"
        assert [tokens.refresh_token for tokens in stored] == ["refresh-1"]
        assert len(endpoint.forms) == 1

    virtually(scene)


def test_closing_waits_for_a_refresh_that_is_under_way() -> None:
    async def scene() -> None:
        endpoint = TokenEndpoint()
        stored: list[Tokens] = []
        source = user(endpoint, hook=stored.append)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await source.authorization()
        await source.close()
        assert [tokens.refresh_token for tokens in stored] == ["refresh-1"]

    virtually(scene)


def test_a_new_pair_is_stored_before_it_is_used() -> None:
    async def scene() -> None:
        endpoint = TokenEndpoint()
        order: list[str] = []

        async def store(tokens: Tokens) -> None:
            await asyncio.sleep(5)
            order.append(f"stored {tokens.refresh_token}, good for {tokens.expires_in:g} s")

        source = user(endpoint, hook=store)
        order.append(await source.authorization())
        assert order == ["stored refresh-1, good for 3600 s", "Bearer access-1"]

    virtually(scene)


def test_a_hook_that_fails_is_told_of_without_its_words_and_the_new_token_is_used(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def scene() -> None:
        def store(tokens: Tokens) -> None:
            raise OSError(f"cannot write {tokens.refresh_token}")

        source = user(TokenEndpoint(life=2), hook=store)
        assert await source.authorization() == "Bearer access-1"
        await asyncio.sleep(2)
        assert await source.authorization() == "Bearer access-2"

    virtually(scene)
    (first, _) = [record.getMessage() for record in caplog.records if record.name.startswith("vklive")]
    assert "on_new_tokens failed with OSError" in first
    assert not any(secret in caplog.text for secret in SECRETS)


def test_a_refresh_token_that_is_no_good_is_final() -> None:
    async def scene() -> None:
        endpoint = TokenEndpoint()
        endpoint.generation = 7
        with pytest.raises(UnauthorizedError, match="invalid_grant") as refused:
            await user(endpoint).authorization()
        assert not any(secret in str(refused.value) for secret in SECRETS)

    virtually(scene)


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (answer(503, headers={"retry-after": "7"}), UnavailableError),
        (answer(429, headers={"retry-after": "7"}), RateLimitedError),
        (answer(200, access_token=5), UnavailableError),
        (answer(200, access_token="two words"), UnavailableError),
        (ConnectError("api.test", phase="dns", problem="no such host"), ConnectError),
    ],
)
def test_trouble_of_the_endpoint_passes_and_is_not_taken_for_a_refusal(
    fault: HttpResponse | VkliveError, kind: type[VkliveError]
) -> None:
    async def scene() -> None:
        endpoint = TokenEndpoint()
        endpoint.faults = [fault]
        source = user(endpoint)
        with pytest.raises(kind) as trouble:
            await source.authorization()
        if isinstance(trouble.value, UnavailableError | RateLimitedError) and isinstance(fault, HttpResponse):
            assert trouble.value.retry_after == (7.0 if fault.headers else None)
        assert await source.authorization() == "Bearer access-1"

    virtually(scene)


def test_an_application_gets_its_token_for_its_secret_which_is_sent_in_the_header_alone() -> None:
    async def scene() -> None:
        endpoint = TokenEndpoint(life=100)
        source = application(endpoint)
        assert not source.is_user
        assert await source.authorization() == "Bearer access-1"
        assert endpoint.forms == [{"grant_type": "client_credentials"}]
        assert endpoint.headers[0]["Authorization"] == "Basic " + base64.b64encode(b"client-id:client-secret").decode()
        await asyncio.sleep(91)
        assert await source.authorization() == "Bearer access-2"

    virtually(scene)


def test_a_token_of_unknown_life_is_used_until_it_is_refused() -> None:
    async def scene() -> None:
        source = application(TokenEndpoint(life=None))
        assert await source.authorization() == "Bearer access-1"
        await asyncio.sleep(1_000_000)
        assert await source.authorization() == "Bearer access-1"

    virtually(scene)


def test_no_secret_is_shown() -> None:
    endpoint = TokenEndpoint()
    pair = Tokens(access_token="access-1", refresh_token="refresh-1")
    shown = repr([user(endpoint), application(endpoint), pair])
    assert "client-id" in shown
    assert not any(secret in shown for secret in SECRETS)
    assert isinstance(user(endpoint), RenewableTokenSource)


@pytest.mark.parametrize("token", ["", "two words", "line\nbreak", "тoken"])
def test_what_can_be_no_token_is_said_at_once(token: str) -> None:
    with pytest.raises(ConfigError, match="refresh_token"):
        OAuthRefreshToken("client-id", "client-secret", refresh_token=token)


class Guarded(World):
    """A platform that takes the latest access token only."""

    def __init__(self) -> None:
        super().__init__()
        self.endpoint = TokenEndpoint()
        self.refused = 0

    async def request(self, method: str, url: str, *, headers: Mapping[str, str], **rest: Any) -> HttpResponse:
        if headers["Authorization"] != f"Bearer access-{self.endpoint.generation}":
            self.refused += 1
            await asyncio.sleep(0.01)
            return answer(401, error="unauthorized")
        return await super().request(method, url, headers=headers, **rest)


def api_of(world: World, source: Any) -> DevApi:
    return DevApi(source, base_url="http://api.test", http=world)


def test_a_storm_of_refused_requests_leads_to_one_refresh_and_all_are_answered() -> None:
    async def scene(_: World) -> None:
        world = Guarded()
        api = api_of(world, user(world.endpoint, access_token="expired"))
        tokens = await asyncio.gather(*(api.websocket.token() for _ in range(50)))
        assert len(tokens) == 50
        assert (world.refused, len(world.endpoint.forms)) == (50, 1)

    play(scene)


def test_what_is_refused_after_a_renewal_too_is_final() -> None:
    async def scene(world: World) -> None:
        refusal = answer(401, error="unauthorized")
        world.http_faults["/v1/websocket/token"] = [refusal, refusal]
        with pytest.raises(UnauthorizedError):
            await api_of(world, user(TokenEndpoint())).websocket.token()
        assert len(world.requests) == 2

    play(scene)


def test_a_client_goes_on_when_its_access_token_ends() -> None:
    async def scene(world: World) -> None:
        endpoint = TokenEndpoint(life=None)
        async with world.client(access_token=None, credentials=user(endpoint)) as client:
            async with client.listen("streamer", topics={"chat"}) as stream:
                listener = Listener(stream)
                await listener.next(Listening)
                world.http_faults["/v1/websocket/token"] = [answer(401, error="unauthorized")]
                world.cut()
                await listener.next(Connected)
                await listener.next(Listening)
        assert len(endpoint.forms) == 2

    play(scene)


class Clumsy:
    """A source that a program wrote, and that fails in its own way."""

    is_user = True

    def __init__(self) -> None:
        self.failures = 2

    async def authorization(self) -> str:
        if self.failures:
            self.failures -= 1
            raise KeyError("secret-of-the-program")
        return "Bearer access-token"


def test_a_source_that_fails_in_its_own_way_is_asked_again_and_its_words_are_not_repeated(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def scene(world: World) -> None:
        async with world.client(access_token=None, credentials=Clumsy()) as client:
            async with client.listen("streamer", topics={"chat"}) as stream:
                reconnecting = (await Listener(stream).next(Reconnecting)).data
                assert isinstance(reconnecting, Reconnecting)
                assert reconnecting.cause == "Clumsy gave no credentials: it failed with KeyError"
                await Listener(stream).next(Listening)

    play(scene)
    assert "secret-of-the-program" not in caplog.text
    assert "KeyError" in str(CredentialsError("Clumsy", problem="KeyError"))
