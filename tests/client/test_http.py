"""The HTTP transport against a server that answers as no server should."""

from __future__ import annotations

import asyncio
import gzip
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from vklive.client.http import MAX_ANSWER_SIZE, HttpResponse, Httpx2Transport
from vklive.errors import ConnectError

Answer = Callable[[asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def answering(answer: Answer) -> AsyncIterator[int]:
    asked = asyncio.Event()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await reader.readuntil(b"\r\n\r\n")
            await answer(writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # the client has seen enough
        finally:
            asked.set()
            writer.close()

    async with await asyncio.start_server(handle, "127.0.0.1", 0) as server:
        yield server.sockets[0].getsockname()[1]
        await asked.wait()


async def ask(port: int, *, scheme: str = "http", timeout: float = 5.0, **headers: str) -> HttpResponse:
    http = Httpx2Transport()
    try:
        url = f"{scheme}://127.0.0.1:{port}/v1"
        return await http.request("GET", url, headers=headers, params={}, body=None, timeout=timeout)
    finally:
        await http.close()


def body_of(body: bytes, *headers: str) -> Answer:
    async def write(writer: asyncio.StreamWriter) -> None:
        writer.write("\r\n".join(["HTTP/1.1 200 OK", *headers, "", ""]).encode() + body)
        await writer.drain()

    return write


async def test_an_answer_comes_whole_with_its_headers_in_lower_case():
    async with answering(body_of(b"12345", "Content-Length: 5", "X-Thing: y")) as port:
        answer = await ask(port)
    assert (answer.status, answer.body, answer.headers["x-thing"]) == (200, b"12345", "y")
    assert "12345" not in repr(answer)


async def test_an_answer_without_end_is_left():
    async def flood(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            writer.write(b"x" * 100_000)
            await writer.drain()

    async with answering(flood) as port:
        with pytest.raises(ConnectError, match=f"over {MAX_ANSWER_SIZE} bytes"):
            await ask(port)


async def test_what_is_packed_is_not_unpacked():
    bomb = gzip.compress(b"0" * MAX_ANSWER_SIZE * 2)
    async with answering(body_of(bomb, f"Content-Length: {len(bomb)}", "Content-Encoding: gzip")) as port:
        with pytest.raises(ConnectError, match="in gzip, which was not asked for"):
            await ask(port)


async def test_a_server_that_drips_is_given_up_when_the_time_is_over():
    async def drip(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0)

    async with answering(drip) as port:
        with pytest.raises(ConnectError) as failed:
            await ask(port, timeout=0.05)
    assert failed.value.phase == "timeout"


@pytest.mark.parametrize(
    "answer", [b"220 mail.example ESMTP\r\n\r\n", b"", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n1"]
)
async def test_what_is_not_http_or_ends_too_soon_is_no_answer(answer):
    async def write(writer: asyncio.StreamWriter) -> None:
        writer.write(answer)

    async with answering(write) as port:
        with pytest.raises(ConnectError) as failed:
            await ask(port)
    assert (failed.value.phase, failed.value.permanent) == ("handshake", False)


async def test_a_host_that_does_not_exist_is_said_to_be_none():
    http = Httpx2Transport()
    with pytest.raises(ConnectError) as failed:
        await http.request("GET", "http://nowhere.invalid/", headers={}, params={}, body=None, timeout=5)
    await http.close()
    assert failed.value.phase == "dns"


async def test_a_server_without_tls_is_no_server_with_tls():
    async def shout(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    async with await asyncio.start_server(shout, "127.0.0.1", 0, family=socket.AF_INET) as server:
        with pytest.raises(ConnectError) as failed:
            await ask(server.sockets[0].getsockname()[1], scheme="https")
    assert failed.value.phase in {"tls", "tcp"}  # the reset of its socket may be faster than its words
    assert not failed.value.permanent


async def test_a_header_that_may_not_be_sent_is_not_sent_and_not_repeated():
    http = Httpx2Transport()
    headers = {"Authorization": "Bearer sec\nret"}
    with pytest.raises(ConnectError) as failed:
        await http.request("GET", "http://127.0.0.1:1/", headers=headers, params={}, body=None, timeout=5)
    await http.close()
    assert failed.value.permanent
    assert "ret" not in str(failed.value)


async def test_a_proxy_that_refuses_is_said_to_be_it(monkeypatch):
    async def refuse(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")

    async with answering(refuse) as port:
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{port}")
        monkeypatch.setenv("NO_PROXY", "")
        http = Httpx2Transport()
        with pytest.raises(ConnectError, match="403") as failed:
            await http.request("GET", "https://host.example/", headers={}, params={}, body=None, timeout=5)
        await http.close()
    assert (failed.value.phase, failed.value.host) == ("proxy", "host.example")
