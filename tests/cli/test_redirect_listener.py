"""The browser that comes back, and all that comes instead of it."""

from __future__ import annotations

import asyncio

import httpx2
import pytest

from vklive.cli import redirect_listener
from vklive.cli.redirect_listener import Redirected, RedirectListener
from vklive.errors import ConfigError


@pytest.fixture
def free_listener(free_port):
    return RedirectListener(f"http://127.0.0.1:{free_port}/back", state="our state")


async def get(listener: RedirectListener, target: str, *, method: str = "GET") -> httpx2.Response:
    async with httpx2.AsyncClient(trust_env=False) as http:
        return await http.request(method, f"http://127.0.0.1:{listener._port}{target}")


async def test_a_code_with_our_state_is_taken_and_the_browser_is_told(free_listener):
    async with free_listener.open() as redirected:
        answer = await get(free_listener, "/back?code=the%2Bcode&state=our%20state")

        assert await redirected == Redirected(code="the+code")
    assert answer.status_code == 200
    assert "go back to the terminal" in answer.text
    assert "the+code" not in answer.text
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]


async def test_an_error_with_our_state_is_taken_too(free_listener):
    async with free_listener.open() as redirected:
        await get(free_listener, "/back?error=access_denied&error_description=No+thanks&state=our+state")

        assert await redirected == Redirected(error="access_denied", description="No thanks")


@pytest.mark.parametrize(
    ("target", "status"),
    [
        ("/", 404),
        ("/favicon.ico", 404),
        ("/back/?code=c&state=our+state", 404),
        ("/back", 400),
        ("/back?code=c", 400),
        ("/back?code=c&state=", 400),
        ("/back?code=c&state=another", 400),
        ("/back?code=c&state=%D1%8F", 400),
        ("/back?code=c&code=d&state=our+state", 400),
        ("/back?code=c&state=another&state=our+state", 400),
        ("/back?state=our+state", 400),
        ("/back?code=&state=our+state", 400),
        ("/back?" + "&".join(f"{number}=" for number in range(100)) + "&code=c&state=our+state", 400),
    ],
)
async def test_what_is_no_answer_to_ours_is_refused_and_the_waiting_goes_on(free_listener, target, status):
    async with free_listener.open() as redirected:
        assert (await get(free_listener, target)).status_code == status
        assert not redirected.done()
        await get(free_listener, "/back?code=c&state=our+state")
        assert (await redirected).code == "c"


async def test_another_verb_and_no_request_at_all_are_refused(free_listener, monkeypatch):
    monkeypatch.setattr(redirect_listener, "REQUEST_TIMEOUT", 0.2)
    async with free_listener.open() as redirected:
        assert (await get(free_listener, "/back?code=c&state=our+state", method="POST")).status_code == 404
        reader, writer = await asyncio.open_connection("127.0.0.1", free_listener._port)
        writer.write(b"x" * 2 * redirect_listener.MAX_REQUEST_SIZE)
        assert b" 400 " in await reader.read(100)
        writer.close()
        reader, writer = await asyncio.open_connection("127.0.0.1", free_listener._port)
        assert await reader.read() == b""
        writer.close()
        assert not redirected.done()


@pytest.mark.parametrize(
    "redirect_uri",
    [
        "https://127.0.0.1:1/",
        "http://bot.example:1/",
        "http://0.0.0.0:1/",
        "http://127.0.0.1/",
        "http://127.0.0.1:x/",
        "http://[::1",
        "",
    ],
)
def test_an_address_of_another_machine_cannot_be_listened_at(redirect_uri):
    with pytest.raises(ConfigError) as caught:
        RedirectListener(redirect_uri, state="s")
    assert caught.value.where == "--redirect-uri"
    assert caught.value.hint


async def test_a_port_that_is_taken_is_told(free_listener):
    async with free_listener.open():
        with pytest.raises(ConfigError, match="cannot listen on"):
            async with RedirectListener(f"http://127.0.0.1:{free_listener._port}/", state="s").open():
                pass


def test_no_code_is_in_a_repr():
    assert "hunter2" not in repr(Redirected(code="hunter2"))
