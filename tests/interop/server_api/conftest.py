"""The real server with a few namespaces, clients that listen to it, and Cent 5 in a process of its own."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import missing
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from vklive.clock import SystemClock
from vklive.server.app import Server
from vklive.server.namespaces import Namespace
from vklive.server.settings import Settings, TokenSettings
from vklive.server.tokens import Issuer, TokenKeys

CENT = "5.1.0"
API_KEY = "the-key-of-the-server-api-in-these-tests"
TOKENS = TokenSettings(secret="a secret that is long enough for HS256 to be happy")
PATIENCE = 20.0
"""Seconds to wait for something that must come."""


class Listener:
    """A client of a user, whose messages are read one by one."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._lines: list[str] = []
        self.client = ""

    async def enter(self, token: str, *channels: str) -> None:
        await self._socket.send(json.dumps({"id": 1, "connect": {"token": token}}))
        self.client = (await self.message())["connect"]["client"]
        for channel in channels:
            await self._socket.send(json.dumps({"id": 2, "subscribe": {"channel": channel}}))
            assert "subscribe" in await self.message()

    async def message(self) -> dict[str, Any]:
        """The next message that is no ping."""
        while True:
            while not self._lines:
                async with asyncio.timeout(PATIENCE):
                    self._lines += str(await self._socket.recv()).split("\n")
            message: dict[str, Any] = json.loads(self._lines.pop(0))
            if message:
                return message
            await self._socket.send("{}")

    async def push(self) -> dict[str, Any]:
        """The next push, without the envelope."""
        push: dict[str, Any] = (await self.message())["push"]
        return push

    async def closed(self) -> tuple[int | None, str | None]:
        """Code and reason of the close, which must be all that still comes."""
        with pytest.raises(ConnectionClosed):
            await self.message()
        return self._socket.close_code, self._socket.close_reason


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    settings = Settings(port=0, database_url="sqlite+aiosqlite:///:memory:", api_key=API_KEY, tokens=TOKENS)
    namespaces = [
        Namespace(name="pub", allow_subscribe_for_client=True),
        Namespace(name="rec", allow_subscribe_for_client=True, history_size=10, history_ttl=300.0),
        Namespace(name="pres", allow_subscribe_for_client=True, presence=True),
    ]
    async with Server(settings, namespaces=namespaces) as running:
        yield running


@pytest.fixture
async def listen(server: Server) -> AsyncIterator[Callable[..., Awaitable[Listener]]]:
    """Connects a client of a user, subscribed to some ws channels."""
    issuer = Issuer(TokenKeys.from_settings(TOKENS), TOKENS, clock=SystemClock())
    sockets: list[ClientConnection] = []

    async def start(user: str, *channels: str) -> Listener:
        sockets.append(await connect(server.ws_url, proxy=None))
        listener = Listener(sockets[-1])
        await listener.enter(issuer.connection(user), *channels)
        return listener

    yield start
    for socket in sockets:
        await socket.close()


@pytest.fixture(params=["sync", "async"])
def cent5(request, server: Server) -> Callable[..., Awaitable[list[dict[str, Any]]]]:
    """Makes calls with one of Cent 5's two clients, and gives what it made of each answer."""
    python = Path(sys.prefix) / "peers" / f"cent-{CENT}" / "bin" / "python"
    if not python.exists():
        missing(f"cent {CENT}", package=f"cent=={CENT} (make test installs it)")

    async def make(*calls: tuple[str, dict[str, Any]], key: str = API_KEY) -> list[dict[str, Any]]:
        task = {"kind": request.param, "url": server.url + "/api", "key": key, "calls": calls}
        process = await asyncio.create_subprocess_exec(
            str(python),
            str(Path(__file__).parent / "peer_cent.py"),
            json.dumps(task),
            stdout=asyncio.subprocess.PIPE,
            env={"PATH": "/usr/bin:/bin", "NO_PROXY": "*"},
        )
        async with asyncio.timeout(PATIENCE):
            out, _ = await process.communicate()
        assert process.returncode == 0
        return [json.loads(line) for line in out.splitlines()]

    return make
