"""The bot of `examples`, run as it says: logged in through a browser, on a server of its own, on either database."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import httpx2
import pytest
from tests.server.http.oauth.browser import Browser

import vklive
from vklive import ChatMessageSent, Client

BOT = Path(__file__).parents[2] / "examples" / "bot.py"
API_KEY = "an-api-key-for-tests"
BORIS = "the-access-token-of-boris"
REWARD = "6d0f2f9e-0000-4000-8000-000000000001"
WORLD = f"""
[[users]]
id = 7
nick = "Anna"
password = "anna at home"
[[users]]
id = 8
nick = "Boris"
access_tokens = ["{BORIS}"]

[[applications]]
id = 1
client_id = "bot"
client_secret = "secret of the bot"
redirect_uris = ["http://127.0.0.1:PORT/"]

[[channels]]
id = 42
url = "anna"
owner = 7
live = true
stream = {{ title = "Jazz" }}

[[rewards]]
id = "{REWARD}"
channel = 42
name = "Say something"
price = 50
is_message_required = true

[[balances]]
channel = 42
user = 8
amount = 60
"""
SCOPES = ("chat:message:send", "channel:points:rewards:demands")
PATIENCE = 30.0


class Process:
    """A program with its output, line by line."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.lines: list[str] = []

    async def until(self, what: Callable[[str], bool]) -> str:
        """The first line from here on for which something is so."""
        assert self.process.stdout is not None
        async with asyncio.timeout(PATIENCE):
            while line := (await self.process.stdout.readline()).decode():
                self.lines.append(line)
                if what(line):
                    return line
        raise AssertionError(f"it ended, and said {self.lines}")


@contextlib.asynccontextmanager
async def running(*command: str | Path, environ: dict[str, str], folder: Path) -> AsyncIterator[Process]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-W", "error", *command,
        cwd=folder,
        env=environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )  # fmt: skip
    try:
        yield Process(process)
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        await process.communicate()


@pytest.fixture
def environ() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("VKLIVE_")}


async def log_in(api_url: str, *, environ: dict[str, str], folder: Path, port: int) -> Path:
    """What Anna does: `vklive login`, and the pages in her browser."""
    (folder / "secret").write_text("secret of the bot\n")
    mine = environ | {"VKLIVE_API_URL": api_url, "VKLIVE_CLIENT_ID": "bot", "XDG_CONFIG_HOME": str(folder / "home")}
    scopes = [argument for scope in SCOPES for argument in ("--scope", scope)]
    command = ["-m", "vklive", "login", "--no-browser", "--client-secret-file", "secret"]
    async with running(*command, "--redirect-port", str(port), *scopes, environ=mine, folder=folder) as login:
        address = await login.until(lambda line: line.startswith("http"))
        async with Browser(api_url) as browser:
            await browser.open(address.strip())
            await browser.sign_in("Anna", "anna at home")
            await browser.decide("allow")
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(f"GET {browser.location.partition(str(port))[2]} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            await login.until(lambda line: line.startswith("Logged in"))
            writer.close()
    return folder / "home" / "vklive" / "login.json"


async def happen(api_url: str, what: str, body: dict[str, object]) -> None:
    """What the platform tells."""
    async with httpx2.AsyncClient(base_url=api_url, trust_env=False, headers={"X-API-Key": API_KEY}) as platform:
        answer = await platform.post(f"/platform/v1/channels/anna/{what}", json=body)
    assert answer.status_code == 200, answer.text


async def test_it_greets_answers_and_fulfils(database_url, environ, tmp_path, free_port):
    (tmp_path / "seed.toml").write_text(WORLD.replace("PORT", str(free_port)))
    serving = environ | {"VKLIVE_DATABASE_URL": database_url, "VKLIVE_API_KEY": API_KEY}
    command = ("-m", "vklive", "serve", "--port", "0", "--seed", "seed.toml")
    async with running(*command, environ=serving, folder=tmp_path) as server:
        api_url = (await server.until(lambda line: line.startswith("DevAPI"))).split()[1].removesuffix("/v1")
        ws_url = (await server.until(lambda line: line.startswith("pub/sub"))).split()[1]
        login = await log_in(api_url, environ=environ, folder=tmp_path, port=free_port)
        mine = environ | {"VKLIVE_API_URL": api_url, "VKLIVE_WS_URL": ws_url, "VKLIVE_LOGIN": str(login)}
        async with (
            running(BOT, "anna", environ=mine, folder=tmp_path) as bot,
            Client(access_token=BORIS, api_url=api_url, ws_url=ws_url) as boris,
            boris.listen("anna", topics={"chat"}) as chat,
        ):
            for _ in range(3):
                await bot.until(lambda line: line.startswith("listening to"))

            async def said() -> str:
                async with asyncio.timeout(PATIENCE):
                    while True:
                        event = await anext(chat)
                        match event.data:
                            case ChatMessageSent(chat_message=message) if message.author.nick == "Anna":
                                return message.text
                            case _:
                                pass

            await happen(api_url, "followers/add", {"user_id": 8})
            assert await said() == "@Boris, welcome!"

            await boris.api.chat.send("anna", "!uptime")
            assert (await said()).startswith("@Boris, on for 0:0")

            await boris.api.points.activate("anna", reward_id=REWARD, message="hello to all")
            assert await said() == "@Boris wants to say: hello to all"
            assert (await boris.api.points.balance("anna")).balance.amount == 10

        owner = json.loads(login.read_text())["access_token"]
        async with vklive.Client(access_token=owner, api_url=api_url, ws_url=ws_url) as anna:
            (demand,) = [each async for each in anna.api.points.demands("anna")]
            assert demand.status == "approved"
