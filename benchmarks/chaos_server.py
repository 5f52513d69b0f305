"""The server of the chaos: a real ``vklive serve``, killed without a word and started again at the same port."""

from __future__ import annotations

import asyncio
import signal
import socket
import sys
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx2

HOST = "127.0.0.1"
CHANNEL_URL = "streamer"
API_KEY = "the key of the chaos"
TOPICS = ("chat", "info")
"""The second keeps history; the first does not, but the DevAPI has its last messages."""

STARTED_WITHIN = 30.0

SEED = """
[[users]]
id = 7
nick = "owner"
access_tokens = ["owner"]
[[channels]]
id = 42
url = "streamer"
owner = 7
"""

SETTINGS = """
host = "{host}"
port = {port}
database_url = "sqlite+aiosqlite:///{folder}/vklive.db"
seed = "{folder}/seed.toml"
api_key = "{api_key}"
[tokens]
secret = "the secret of the chaos, which stays when the server is killed"
[pubsub]
ping_interval = 3.0
pong_timeout = 2.0
[[namespaces]]
name = "api-channel-info"
allow_subscribe_for_client = true
allow_user_limited_channels = true
history_size = 10000
history_ttl = 600
force_recovery = true
"""


class ChaosServer:
    """Use it with ``async with``.

    Args:
        folder: for its database and settings.
    """

    access_token = "owner"  # noqa: S105 - of the seed
    ws_path = "/connection/websocket"

    def __init__(self, folder: Path) -> None:
        with socket.socket() as free:
            free.bind((HOST, 0))
            self.port = int(free.getsockname()[1])
        (folder / "seed.toml").write_text(SEED, encoding="utf-8")
        settings = SETTINGS.format(host=HOST, port=self.port, folder=folder, api_key=API_KEY)
        self._config = folder / "vklive.toml"
        self._config.write_text(settings, encoding="utf-8")
        self._process: asyncio.subprocess.Process | None = None

    @property
    def url(self) -> str:
        """Where it is, without a network in between."""
        return f"http://{HOST}:{self.port}"

    def event(self, topic: str, number: int) -> tuple[str, dict[str, object]]:
        """An event of a topic with a number: its ws channel and its payload."""
        if topic == "chat":
            message = {"id": number, "author": {"id": 8, "nick": "viewer"}, "parts": [{"text": {"content": "hi"}}]}
            return "api-channel-chat:42", {"type": "channel_chat_message_send", "data": {"chat_message": message}}
        follow = {"follower": {"id": number, "nick": "viewer"}}
        return "api-channel-info:42", {"type": "channel_follow_create", "data": {"follow": follow}}

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.kill()

    async def start(self) -> None:
        """Start it, and wait until it answers."""
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "vklive", "serve", "--config", self._config),
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        async with httpx2.AsyncClient(trust_env=False) as http, asyncio.timeout(STARTED_WITHIN):
            while self._process.returncode is None:
                try:
                    if (await http.get(f"{self.url}/health")).status_code == httpx2.codes.OK:
                        return
                except httpx2.HTTPError:
                    await asyncio.sleep(0.05)
        raise RuntimeError(f"the server ended with {self._process.returncode}; try: vklive serve --config …")

    async def kill(self) -> None:
        """End it as a machine that loses its power does."""
        if self._process is not None and self._process.returncode is None:
            self._process.send_signal(signal.SIGKILL)
            await self._process.wait()
