"""The pages of OAuth in a real browser, without scripts, by keyboard and by mouse."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from tests.conftest import missing
from tests.interop.oauth.chromium import Chromium, chromium

from vklive.cli.redirect_listener import RedirectListener
from vklive.server.app import Server
from vklive.server.settings import Settings, TokenSettings

SEED = """
[[users]]
id = 7
nick = "Анна"
password = "anna at home"
[[applications]]
id = 1
client_id = "bot"
client_secret = "secret of the bot"
name = "Greeter"
description = "Greets those who follow you, and answers !uptime."
redirect_uris = ["{redirect_uri}"]
webhook_url = "https://bot.example/events"
webhook_key = "key"
webhook_events = ["channel_follow_create", "raid_start"]
"""


@pytest.fixture
def redirect_uri(free_port) -> str:
    return f"http://127.0.0.1:{free_port}/back"


@pytest.fixture
async def server(tmp_path, redirect_uri) -> AsyncIterator[Server]:
    (tmp_path / "seed.toml").write_text(SEED.format(redirect_uri=redirect_uri))
    settings = Settings(
        port=0,
        database_url=f"sqlite+aiosqlite:///{tmp_path / 'vklive.sqlite3'}",
        seed=str(tmp_path / "seed.toml"),
        tokens=TokenSettings(secret="the secret of the tokens in these tests"),
    )
    async with Server(settings) as running:
        yield running


@pytest.fixture(params=["en", "ru"])
def language(request) -> str:
    name: str = request.param
    return name


@pytest.fixture
async def browser(tmp_path, language) -> AsyncIterator[Chromium]:
    program = shutil.which("chromium")
    if program is None:
        missing("chromium", package="chromium")
    (tmp_path / "profile").mkdir()
    async with chromium(program, tmp_path / "profile", language=language) as page:
        yield page


@pytest.fixture
def photograph(browser, tmp_path, language):
    """Keeps what can be seen, for people to look at: in the folder that ``SCREENSHOTS`` names, if it is set."""
    folder = Path(os.environ.get("SCREENSHOTS", tmp_path))

    async def photograph(name: str) -> None:
        await browser.photograph(folder / f"{name}-{language}.png")

    return photograph


async def test_a_person_signs_in_and_allows_it_by_keyboard_and_is_back_at_the_application(
    server, browser, redirect_uri, language, photograph
):
    listener = RedirectListener(redirect_uri, state="the state")
    asked = {"client_id": "bot", "redirect_uri": redirect_uri, "state": "the state"}
    asked |= {"scope": "chat:message:send,channel:points:rewards:demands"}
    async with listener.open() as redirected:
        await browser.open(f"{server.url}/app/oauth2/authorize?{urlencode(asked)}")
        await photograph("sign-in")
        # The first field has the focus.
        await browser.type("Анна")
        await browser.tab()
        await browser.type("wrong password")
        await browser.press("Enter")
        assert {"en": "do not belong together", "ru": "Неверный ник или пароль"}[language] in await browser.text()
        await photograph("wrong-password")
        assert await browser.look("document.activeElement.name") == "password"
        assert await browser.look("document.querySelector('#name').value") == "Анна"
        await browser.type("anna at home")
        await browser.press("Enter")

        said = await browser.text()
        assert {"en": "Greeter asks for access", "ru": "Greeter запрашивает доступ"}[language] in said
        assert "Анна" in said
        assert "channel_follow_create, raid_start" in said
        assert await browser.look("document.documentElement.lang") == language
        await photograph("consent")
        await browser.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": "dark"}])
        await photograph("consent-dark")
        assert await browser.tab() == "webhooks"
        assert await browser.tab() == {"en": "Allow", "ru": "Разрешить"}[language]
        await browser.press("Enter")

        assert "go back to the terminal" in await browser.text()
        assert (await redirected).code
    parts = urlsplit(await browser.look("location.href"))
    assert parse_qs(parts.query)["state"] == ["the state"]
    assert [each for each in browser.complaints if "403" not in each] == []


async def test_a_person_denies_it_by_mouse(server, browser, redirect_uri, language):
    listener = RedirectListener(redirect_uri, state="s")
    asked = urlencode({"client_id": "bot", "redirect_uri": redirect_uri, "state": "s"})
    async with listener.open() as redirected:
        await browser.open(f"{server.url}/app/oauth2/authorize?{asked}")
        await browser.type("7")
        await browser.tab()
        await browser.type("anna at home")
        await browser.click("button[type=submit]")
        await browser.click("button[value=deny]")
        assert (await redirected).error == "access_denied"


async def test_whoever_has_allowed_it_before_comes_back_without_a_question(server, browser, redirect_uri, photograph):
    listener = RedirectListener(redirect_uri, state="s")
    address = f"{server.url}/app/oauth2/authorize?" + urlencode(
        {"client_id": "bot", "redirect_uri": redirect_uri, "state": "s"}
    )
    async with listener.open() as redirected:
        await browser.open(address)
        await browser.type("7")
        await browser.tab()
        await browser.type("anna at home")
        await browser.press("Enter")
        await browser.click("button[value=allow]")
        first = (await redirected).code
    async with listener.open() as redirected:
        await browser.open(address)
        second = (await redirected).code
    assert first != second
    await browser.open(address.replace("client_id=bot", "client_id=nobody"))
    await photograph("error")
    assert await browser.look("location.pathname") == "/app/oauth2/authorize"


async def test_a_page_of_another_site_cannot_show_it_in_a_frame(server, browser, redirect_uri, tmp_path):
    asked = urlencode({"client_id": "bot", "redirect_uri": redirect_uri})
    address = f"{server.url}/app/oauth2/authorize?{asked}"
    (tmp_path / "frame.html").write_text(f"<!doctype html><iframe src='{address}'></iframe>")
    await browser.open(f"file://{tmp_path / 'frame.html'}")

    assert any("frame-ancestors" in each or "X-Frame-Options" in each for each in browser.complaints)
