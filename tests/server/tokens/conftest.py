"""A JWKS endpoint on a free port, which may be slow, broken or hostile."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from jwt.algorithms import RSAAlgorithm


class Endpoint:
    """What is served, and what was asked for.

    Attributes:
        answer: the whole of what is sent, head and body; empty for nothing at all.
        asked: the first line of each request.
        head: the last request.
    """

    def __init__(self) -> None:
        self.answer = b""
        self.asked: list[str] = []
        self.url = ""
        self.head = ""

    def publish(self, *keys: dict[str, Any]) -> None:
        self.serve(json.dumps({"keys": keys}).encode())

    def serve(self, body: bytes, *, status: str = "200 OK", head: str = "") -> None:
        head = f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n{head}Connection: close\r\n\r\n"
        self.answer = head.encode() + body

    async def serve_one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        request = await reader.readuntil(b"\r\n\r\n")
        self.asked.append(request.partition(b"\r\n")[0].decode())
        self.head = request.decode()
        writer.write(self.answer)
        try:
            await writer.drain()
        except ConnectionError:
            pass
        finally:
            writer.close()


@pytest.fixture
async def endpoint(monkeypatch) -> AsyncIterator[Endpoint]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    endpoint = Endpoint()
    async with await asyncio.start_server(endpoint.serve_one, "127.0.0.1", 0) as server:
        endpoint.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/keys"
        yield endpoint


@pytest.fixture(scope="session")
def jwk():
    def describe(key: Any, kid: str, **changes: Any) -> dict[str, Any]:
        described: dict[str, Any] = RSAAlgorithm.to_jwk(key.public_key(), as_dict=True)
        return {**described, "kid": kid, "use": "sig", "alg": "RS256", **changes}

    return describe
