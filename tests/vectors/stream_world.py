"""Another way to speak to our server in a replay: over HTTP, where the end is told with a push."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from tests.server.edge.http_peer import HttpPeer
from tests.vectors.replay import Peer
from tests.vectors.worlds import PATIENCE, SocketWorld

LAST = {"id": 4_000_000_000, "rpc": {}}
"""What is said at the end: its answer comes after all that was to come before."""


class StreamPeer:
    """A client that hears over a stream, as lines or as events, and speaks by requests of their own."""

    def __init__(self, world: StreamWorld, *, answer_pings: bool, keep_pings: bool) -> None:
        self._world = world
        self._answer_pings = answer_pings
        self._keep_pings = keep_pings
        self._stream: HttpPeer | None = None
        self._place: dict[str, str] = {}
        self._waiting: list[str] = []

    async def send(self, frame: str) -> None:
        if self._stream is None:
            self._stream = await self._world.ask(self._world.path, frame.encode())
            assert self._stream.status == 200
            return
        while not self._place:
            assert await self._read(), "the stream ended before it was said where to speak"
        await self._say(frame)

    async def next_message(self) -> str:
        while not self._waiting:
            assert await self._read(), "the stream has ended"
        return self._waiting.pop(0)

    def put_back(self, messages: list[str]) -> None:
        self._waiting[:0] = messages

    async def closed(self) -> tuple[int, str]:
        while await self._read():
            pass
        told = json.loads(self._waiting.pop())["push"]["disconnect"]
        assert not self._waiting, f"before the end: {self._waiting}"
        return told["code"], told["reason"]

    async def leave(self) -> list[str]:
        if self._place:
            await self._say(json.dumps(LAST))
            while not self._waiting or json.loads(self._waiting[-1]).get("id") != LAST["id"]:
                assert await self._read(), "the stream has ended"
            self._waiting.pop()
        if self._stream is not None:
            self._stream.leave()
        return self._waiting

    async def _say(self, frame: str) -> None:
        answer = await self._world.ask("/emulation", json.dumps({**self._place, "data": frame}).encode())
        assert answer.status == 204
        answer.leave()

    async def _read(self) -> bool:
        """Take one message; says whether there was one."""
        assert self._stream is not None
        async with asyncio.timeout(PATIENCE):
            said = (await self._stream.until(self._world.mark)).decode()
        if not said:
            self._stream.leave()
            return False
        message = said.removeprefix("\r\n").removeprefix("data: ").rstrip("\n")
        if message == "{}" and self._answer_pings:
            await self._say("{}")
        if message != "{}" or self._keep_pings:
            self._waiting.append(self._without_place(message))
        return True

    def _without_place(self, message: str) -> str:
        """The message as it was recorded, over a WebSocket: there is nothing in it about where to speak."""
        decoded: dict[str, Any] = json.loads(message)
        if "connect" not in decoded:
            return message
        self._place = {name: decoded["connect"].pop(name) for name in ("session", "node")}
        return json.dumps(decoded)


class StreamWorld(SocketWorld):
    """A server at a port, heard over one of its streams.

    Attributes:
        path: of the stream.
        mark: where a message ends in it.
    """

    def __init__(self, url: str, port: int, path: str) -> None:
        super().__init__(url, "")
        self._port = port
        self.path = path
        self.mark = b"\n\n" if path.endswith("sse") else b"\n"

    async def open(self, query: str, *, answer_pings: bool, keep_pings: bool) -> Peer:
        del query
        return StreamPeer(self, answer_pings=answer_pings, keep_pings=keep_pings)

    async def ask(self, path: str, body: bytes) -> HttpPeer:
        return await HttpPeer.ask(self._port, "POST", path, body=body)
