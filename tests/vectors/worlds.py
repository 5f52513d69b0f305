"""The two ways to speak to our server in a replay: over real sockets, and in memory where time is virtual."""

from __future__ import annotations

import asyncio
import contextlib
import json
from typing import Any

import httpx2
from tests.vectors.replay import Peer
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from vklive.protocol.closing import Close
from vklive.protocol.medium import Medium
from vklive.server.connection import Connection
from vklive.server.edge.framing import TEXT
from vklive.server.node import Node
from vklive.server.turn import Frames

PATIENCE = 5.0
"""Seconds to wait for something that is recorded to come."""


class SocketPeer:
    """A WebSocket, read by a well-known client library."""

    def __init__(self, socket: ClientConnection, *, answer_pings: bool, keep_pings: bool) -> None:
        self._socket = socket
        self._answer_pings = answer_pings
        self._keep_pings = keep_pings
        self._waiting: list[str] = []

    async def send(self, frame: str) -> None:
        await self._socket.send(frame)

    async def next_message(self) -> str:
        while not self._waiting:
            await self._read()
        return self._waiting.pop(0)

    def put_back(self, messages: list[str]) -> None:
        self._waiting[:0] = messages

    async def closed(self) -> tuple[int, str]:
        with contextlib.suppress(ConnectionClosed):
            while True:
                await self._read()
        assert not self._waiting, f"before the close: {self._waiting}"
        return self._socket.close_code or 0, self._socket.close_reason or ""

    async def leave(self) -> list[str]:
        await self._socket.close()
        with contextlib.suppress(ConnectionClosed):
            while True:
                await self._read()
        return self._waiting

    async def _read(self) -> None:
        async with asyncio.timeout(PATIENCE):
            frame = await self._socket.recv()
        assert isinstance(frame, str), "JSON travels in text frames"
        for message in frame.split("\n"):
            if message == "{}" and self._answer_pings:
                await self._socket.send("{}")
            if message != "{}" or self._keep_pings:
                self._waiting.append(message)


class SocketWorld:
    """A server at an address."""

    def __init__(self, url: str, ws_url: str) -> None:
        self._url = url
        self._ws_url = ws_url
        self._http = httpx2.AsyncClient()

    async def open(self, query: str, *, answer_pings: bool, keep_pings: bool) -> Peer:
        socket = await connect(self._ws_url + query, proxy=None, ping_interval=None, compression=None)
        return SocketPeer(socket, answer_pings=answer_pings, keep_pings=keep_pings)

    async def api(self, body: dict[str, Any], *, key: str | None) -> tuple[int, Any]:
        headers = {} if key is None else {"Authorization": f"apikey {key}"}
        answer = await self._http.post(self._url + "/api", content=json.dumps(body), headers=headers)
        try:
            return answer.status_code, answer.json()
        except ValueError:
            return answer.status_code, answer.text

    async def wait(self, seconds: float) -> None:
        raise AssertionError(f"a wait of {seconds} s belongs to virtual time")

    async def close(self) -> None:
        await self._http.aclose()


class MemoryPeer:
    """The outlet of a connection that has no socket."""

    def __init__(self, *, answer_pings: bool, keep_pings: bool) -> None:
        self.connection: Connection | None = None
        self._answer_pings = answer_pings
        self._keep_pings = keep_pings
        self._waiting: asyncio.Queue[str] = asyncio.Queue()
        self._put_back: list[str] = []
        self._end: asyncio.Future[tuple[int, str]] = asyncio.get_running_loop().create_future()

    # What the connection calls.

    def write(self, messages: list[bytes], frames: Frames) -> None:
        frames.of(messages, TEXT)
        for message in messages:
            if message == b"{}" and self._answer_pings and self.connection is not None:
                self.connection.received(b"{}")
            if message != b"{}" or self._keep_pings:
                self._waiting.put_nowait(message.decode())

    def close(self, close: Close) -> None:
        if not self._end.done():
            self._end.set_result((int(close.code or 1006), close.reason))

    def backlog(self) -> int:
        return 0

    def pause(self) -> None: ...

    def resume(self) -> None: ...

    # What the replay calls.

    async def send(self, frame: str) -> None:
        assert self.connection is not None
        self.connection.received(frame.encode())

    async def next_message(self) -> str:
        async with asyncio.timeout(PATIENCE):
            return self._put_back.pop(0) if self._put_back else await self._waiting.get()

    def put_back(self, messages: list[str]) -> None:
        self._put_back[:0] = messages

    async def closed(self) -> tuple[int, str]:
        async with asyncio.timeout(PATIENCE):
            return await self._end

    async def leave(self) -> list[str]:
        assert self.connection is not None
        self.connection.vanished()
        await self._end
        return [*self._put_back, *(self._waiting.get_nowait() for _ in range(self._waiting.qsize()))]


class MemoryWorld:
    """A node in this process, without sockets."""

    def __init__(self, node: Node) -> None:
        self._node = node

    async def open(self, query: str, *, answer_pings: bool, keep_pings: bool) -> MemoryPeer:
        assert query == ""
        peer = MemoryPeer(answer_pings=answer_pings, keep_pings=keep_pings)
        peer.connection = self._node.open(peer, Medium())
        return peer

    async def api(self, body: dict[str, Any], *, key: str | None) -> tuple[int, Any]:
        raise AssertionError("no recording both waits and calls the API")

    async def wait(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
