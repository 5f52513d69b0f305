"""What is asked once more, when, and what is not."""

from __future__ import annotations

import asyncio
import itertools
import logging

import pytest
from tests.client.api.scripted import DONE, LOST, SECRET, Http, api_over, data, refused

from vklive.client.api.caller import MAX_DELAY, MIN_DELAY, RATE_DELAY, SEND_DELAY
from vklive.client.credentials import AccessToken
from vklive.client.devapi import DEFAULT_PATIENCE
from vklive.client.http import HttpResponse
from vklive.errors import (
    ConnectError,
    CredentialsError,
    DevApiError,
    RateLimitedError,
    SendTooFastError,
    UnauthorizedError,
    UnavailableError,
)
from vklive.testing.loop import run_virtual

TOKEN = data(token="jwt")
BUSY = refused(429, "ratelimit_exceeded")
TOO_FAST = refused(400, "send_too_fast")


def busy_for(seconds: str) -> HttpResponse:
    return refused(429, "ratelimit_exceeded", retry_after=seconds)


def test_a_busy_server_is_asked_again_when_it_says_so():
    async def scene() -> None:
        http = Http(busy_for("7"), busy_for("20.5"), TOKEN)
        assert await api_over(http).websocket.token() == "jwt"
        assert http.times == [0.0, 7.0, 27.5]

    run_virtual(scene())


def test_a_busy_server_that_says_nothing_is_asked_later_and_later():
    async def scene() -> None:
        http = Http(*[BUSY] * 4, TOKEN)
        assert await api_over(http).websocket.token() == "jwt"
        delays = [later - earlier for earlier, later in itertools.pairwise(http.times)]
        for number, delay in enumerate(delays):
            assert RATE_DELAY <= delay <= RATE_DELAY + 2**number

    run_virtual(scene())


def test_patience_ends_and_the_error_says_what_it_was():
    async def scene() -> None:
        http = Http(*[BUSY] * 1000)
        with pytest.raises(RateLimitedError):
            await api_over(http).websocket.token()
        assert http.times[-1] <= DEFAULT_PATIENCE
        assert DEFAULT_PATIENCE - MAX_DELAY - RATE_DELAY <= asyncio.get_running_loop().time() <= DEFAULT_PATIENCE

    run_virtual(scene())


def test_a_wait_that_is_longer_than_the_patience_is_not_begun():
    async def scene() -> None:
        http = Http(busy_for("30"), busy_for("31"))
        with pytest.raises(RateLimitedError) as failed:
            await api_over(http).websocket.token()
        assert failed.value.retry_after == 31.0
        assert asyncio.get_running_loop().time() == 30.0

    run_virtual(scene())


def test_without_patience_the_error_comes_at_once():
    async def scene() -> None:
        for answer, kind in ((busy_for("0"), RateLimitedError), (BUSY, RateLimitedError), (TOO_FAST, SendTooFastError)):
            http = Http(answer)
            with pytest.raises(kind):
                await api_over(http, patience=0.0).chat.send("streamer", "hi", stream_id="s")
            assert http.times == [asyncio.get_running_loop().time()]

    run_virtual(scene())


def test_a_server_that_says_to_come_back_at_once_is_not_run_over():
    async def scene() -> None:
        http = Http(*[busy_for("0")] * 1000)
        with pytest.raises(RateLimitedError):
            await api_over(http).websocket.token()
        assert len(http.asked) == DEFAULT_PATIENCE / MIN_DELAY + 1

    run_virtual(scene())


def test_what_changes_something_is_done_once_after_it_was_refused_as_too_early():
    async def scene() -> None:
        http = Http(BUSY, DONE)
        await api_over(http).points.manage.delete("streamer", reward_id="w")
        assert [(each.method, each.path) for each in http.asked] == [("POST", "/v1/channel_point/reward/delete")] * 2

    run_virtual(scene())


def test_a_message_that_came_too_fast_is_sent_again_later_and_later():
    async def scene() -> None:
        http = Http(TOO_FAST, TOO_FAST, DONE)
        await api_over(http).chat.send("streamer", "hi", stream_id="s")
        first, second, third = http.times
        assert SEND_DELAY <= second - first <= 2 * SEND_DELAY
        assert SEND_DELAY <= third - second <= 3 * SEND_DELAY
        assert len({str(each.body) for each in http.asked}) == 1

    run_virtual(scene())


@pytest.mark.parametrize("answer", [LOST, refused(503, "service_unavailable"), refused(500, "internal_server_error")])
@pytest.mark.parametrize("verb", ["GET", "POST"])
def test_what_may_have_been_done_is_never_repeated(answer, verb):
    async def scene() -> None:
        http = Http(answer)
        api = api_over(http)
        with pytest.raises((ConnectError, UnavailableError)):
            if verb == "GET":
                await api.channels.get("streamer")
            else:
                await api.chat.send("streamer", "hi", stream_id="s")
        assert len(http.asked) == 1
        assert asyncio.get_running_loop().time() == 0.0

    run_virtual(scene())


def test_what_was_done_is_done_whatever_the_answer_looks_like():
    for body in (b"", b"null", b"<html>", b'{"data":5}'):
        http = Http(HttpResponse(status=204, headers={}, body=body))
        run_virtual(api_over(http).points.manage.enable("streamer", reward_id="w"))


class Renewable(AccessToken):
    """Gives another token when the first is refused."""

    def __init__(self, *, error: Exception | None = None) -> None:
        super().__init__("old")
        self.tokens = ["new"]
        self.current = "old"
        self.error = error

    async def authorization(self) -> str:
        return f"Bearer {self.current}"

    async def renew(self, refused: str) -> bool:
        if self.error is not None:
            raise self.error
        if refused == f"Bearer {self.current}":
            self.current = self.tokens.pop(0)
        return True

    async def close(self) -> None: ...


def test_a_message_is_sent_once_more_with_new_credentials_and_not_for_ever():
    async def scene() -> None:
        http = Http(refused(401, "unauthorized"), DONE)
        await api_over(http, credentials=Renewable()).chat.send("streamer", "hi", stream_id="s")
        assert [each.authorization for each in http.asked] == ["Bearer old", "Bearer new"]
        http = Http(*[refused(401, "unauthorized")] * 2)
        with pytest.raises(UnauthorizedError):
            await api_over(http, credentials=Renewable()).chat.send("streamer", "hi", stream_id="s")
        assert len(http.asked) == 2

    run_virtual(scene())


def test_credentials_can_expire_while_a_busy_server_is_waited_for():
    async def scene() -> None:
        http = Http(busy_for("5"), refused(401, "unauthorized"), busy_for("5"), TOKEN)
        assert await api_over(http, credentials=Renewable()).websocket.token() == "jwt"
        assert [each.authorization for each in http.asked] == ["Bearer old"] * 2 + ["Bearer new"] * 2

    run_virtual(scene())


def test_a_source_that_fails_is_told_by_its_class_alone():
    async def scene() -> None:
        http = Http(refused(401, "unauthorized"))
        source = Renewable(error=RuntimeError("a secret"))
        with pytest.raises(CredentialsError) as failed:
            await api_over(http, credentials=source).websocket.token()
        assert str(failed.value) == "Renewable gave no credentials: it failed with RuntimeError"

    run_virtual(scene())


def test_a_call_that_waits_can_be_given_up():
    async def scene() -> None:
        http = Http(busy_for("50"))
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(10):
                await api_over(http).websocket.token()
        assert len(http.asked) == 1

    run_virtual(scene())


def test_no_secret_is_in_the_log_or_in_an_error(caplog):
    caplog.set_level(logging.DEBUG)

    async def scene() -> None:
        forged = HttpResponse(status=429, headers={"retry-after": "1"}, body=b'{"error":"x\\nINFO all is well"}')
        api = api_over(Http(forged, refused(418, "teapot")))
        with pytest.raises(DevApiError) as failed:
            await api.channels.credentials("streamer")
        assert SECRET not in repr(failed.value) + str(failed.value) + repr(api.credentials)

    run_virtual(scene())
    said = [record.getMessage() for record in caplog.records if record.name == "vklive.client.api"]
    assert len(said) == 1
    assert "trying again in 1.0 s" in said[0]
    assert "\n" not in said[0]
    assert SECRET not in caplog.text
