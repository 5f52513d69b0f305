"""A server with people who have passwords, and applications that ask them for access."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx2
import pytest
from tests.server.http.oauth.browser import Browser

from vklive.clock import SystemClock
from vklive.server.app import Server
from vklive.server.settings import Settings, TokenSettings

CALLBACK = "https://bot.example/back?kind=vk"
WORLD = """
[[users]]
id = 7
nick = "Anna"
password = "anna at home"
[[users]]
id = 8
nick = "Борис"
password = "boris at work"
[[users]]
id = 9
nick = "nobody"

[[applications]]
id = 1
client_id = "bot"
client_secret = "secret of the bot"
name = "Greeter"
description = "Says <hello> to those who follow you."
redirect_uris = ["https://bot.example/back?kind=vk", "http://127.0.0.1:8123/"]

[[applications]]
id = 2
client_id = "hooked"
client_secret = "secret of the hooked"
name = "Hooked"
redirect_uris = ["https://hooked.example/"]
webhook_url = "https://hooked.example/events"
webhook_key = "key of the hooked"
webhook_events = ["channel_follow_create"]

[[channels]]
id = 42
url = "anna"
owner = 7
"""


class Hands(SystemClock):
    """A clock whose hands can be moved; intervals stay what they are."""

    ahead = 0.0

    def wall(self) -> float:
        return super().wall() + self.ahead


@pytest.fixture
def hands() -> Hands:
    return Hands()


@pytest.fixture
async def server(tmp_path, hands) -> AsyncIterator[Server]:
    (tmp_path / "seed.toml").write_text(WORLD)
    settings = Settings(
        port=0,
        database_url=f"sqlite+aiosqlite:///{tmp_path / 'vklive.sqlite3'}",
        seed=str(tmp_path / "seed.toml"),
        tokens=TokenSettings(secret="the secret of the tokens in these tests"),
    )
    async with Server(settings, clock=hands) as running:
        yield running


@pytest.fixture
async def browser(server) -> AsyncIterator[Browser]:
    """Of somebody who has not been there before."""
    async with Browser(server.url) as fresh:
        yield fresh


@pytest.fixture
async def http(server) -> AsyncIterator[httpx2.AsyncClient]:
    """What the applications call the server with."""
    async with httpx2.AsyncClient(base_url=server.url, trust_env=False) as client:
        yield client


@pytest.fixture
def tokens(http):
    """Calls the token endpoint for an application."""

    async def call(client_id: str = "bot", secret: str | None = None, **form: str):
        credentials = (client_id, secret or f"secret of the {client_id}")
        return await http.post("/oauth/server/token", auth=credentials, data=form)

    return call


@pytest.fixture
def code_for(browser):
    """Gives a code: Anna signs in where she has not yet, and allows it."""

    async def code_for(scope: str = "chat:message:send", *, client_id: str = "bot", redirect_uri: str = CALLBACK):
        await browser.open("/app/oauth2/authorize", client_id=client_id, redirect_uri=redirect_uri, scope=scope)
        if browser.answer.status_code == 200 and "Password" in browser.page.text:
            await browser.sign_in("Anna", "anna at home")
        if browser.answer.status_code == 200:
            await browser.decide("allow")
        return browser.query["code"]

    return code_for
