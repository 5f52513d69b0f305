"""The real server with a small platform on it, and the clients that others wrote, each in a process of its own."""

from __future__ import annotations

import asyncio
import json
import shutil
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cent
import pytest
from tests.conftest import missing

from vklive.server.app import Server
from vklive.server.settings import PubSubSettings, Settings, TokenSettings

HERE = Path(__file__).parent
PEERS = Path(sys.prefix) / "peers"
API_KEY = "the key of the server api in these tests"
SECRET = "a secret that is long enough for HS256 to be happy"
PATIENCE = 20.0
"""Seconds to wait for something that must come; a peer may back off before it does."""

PUBLIC, LIMITED = "api-channel-chat:42", "api-channel-limited-chat:42"

SEED = """
[[users]]
id = 7
nick = "streamer"
[[users]]
id = 8
nick = "subscriber"
access_tokens = ["access-token-of-the-subscriber"]
[[users]]
id = 9
nick = "guest"
access_tokens = ["access-token-of-the-guest"]
[[channels]]
id = 42
url = "streamer"
owner = 7
[[memberships]]
channel = 42
user = 8
role = "paid_subscriber"
"""


@dataclass
class Peer:
    """A running client of somebody else's."""

    process: asyncio.subprocess.Process
    said: list[dict[str, Any]]

    async def until(self, **expected: Any) -> dict[str, Any]:
        """Wait for the line that says this."""
        assert self.process.stdout is not None
        async with asyncio.timeout(PATIENCE):
            while True:
                for line in self.said:
                    if expected.items() <= line.items():
                        return line
                raw = await self.process.stdout.readline()
                assert raw, f"the peer ended; it said {self.said}"
                self.said.append(json.loads(raw))

    async def leave(self) -> None:
        """End its input, and it ends."""
        if self.process.stdin is not None:
            self.process.stdin.close()
        async with asyncio.timeout(PATIENCE):
            await self.process.communicate()


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Server]:
    seed = tmp_path / "seed.toml"
    seed.write_text(SEED)
    settings = Settings(
        port=0,
        database_url=f"sqlite+aiosqlite:///{tmp_path / 'platform.sqlite3'}",
        seed=str(seed),
        api_key=API_KEY,
        tokens=TokenSettings(secret=SECRET),
        # Old clients name no origin; this is here so that the default of no pages stays tried out.
        pubsub=PubSubSettings(allowed_origins=()),
    )
    async with Server(settings) as running:
        yield running


def _python(version: str) -> Sequence[str]:
    python = PEERS / f"centrifuge-python-{version}" / "bin" / "python"
    if not python.exists():
        missing(f"centrifuge-python {version}", package=f"centrifuge-python=={version} (make test installs it)")
    return (str(python), str(HERE / "peer_centrifuge_python.py"))


def _js() -> Sequence[str]:
    node = shutil.which("node")
    if node is None:
        missing("node", package="nodejs")
    if not (PEERS / "centrifuge-js" / "node_modules" / "centrifuge").exists():
        missing("centrifuge for Node", package="npm (make test installs centrifuge with it)")
    return (node, str(HERE / "peer_centrifuge_js.mjs"))


@pytest.fixture(params=["centrifuge-python 0.5.0", "centrifuge-python 0.7.0", "centrifuge-js 5.7.4"])
async def start_peer(request, server: Server) -> AsyncIterator[Callable[..., Awaitable[Peer]]]:
    """Starts the peer with an access token and the ws channels it is to subscribe to."""
    name, version = request.param.split(" ")
    command = _python(version) if name == "centrifuge-python" else _js()
    running: list[Peer] = []

    async def start(who: str, channels: list[dict[str, Any]], *, token: str | None = None) -> Peer:
        asked: dict[str, Any] = {
            "url": server.url,
            "ws_url": server.ws_url,
            "access_token": f"access-token-of-the-{who}",
        }
        asked |= {"channels": channels} | ({"token": token} if token else {})
        process = await asyncio.create_subprocess_exec(
            *command,
            json.dumps(asked),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            env={"PEER_FOLDER": str(PEERS / "centrifuge-js"), "PATH": "/usr/bin:/bin", "NO_PROXY": "*"},
        )
        running.append(Peer(process, []))
        return running[-1]

    yield start
    for peer in running:
        await peer.leave()


@pytest.fixture
def publish(server: Server) -> Callable[[str, object], Awaitable[Any]]:
    """Publishes with Cent, the API client for Centrifugo's makers' own server."""
    client = cent.Client(server.url + "/api", api_key=API_KEY, timeout=5)

    async def send(channel: str, data: object) -> Any:
        return await asyncio.to_thread(client.publish, channel, data)

    return send
