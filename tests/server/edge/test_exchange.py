"""Requests as they come over the wire."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest
from tests.server.edge.conftest import until
from tests.server.edge.http_peer import HttpPeer

from vklive.server.edge import exchange
from vklive.server.edge.exchange import Event, Exchange, LeftError, Scope


def request(query: bytes = b"", headers: Sequence[tuple[bytes, bytes]] = (), events: Sequence[Event] = ()) -> Exchange:
    waiting = iter(events)
    scope: Scope = {"method": "GET", "path": "/", "query_string": query, "headers": headers}

    async def receive() -> Event:
        return next(waiting)

    async def send(event: Event) -> None:
        raise AssertionError(f"nothing is to be sent, and {event} was")

    return Exchange(scope, receive, send)


def test_a_parameter_is_the_first_of_its_name_and_unescaped():
    assert request(b"a=1&cf_connect=%7B%22%D1%8F%22%7D&cf_connect=2").parameter("cf_connect") == '{"я"}'
    assert request(b"cf_connect").parameter("cf_connect") == ""
    assert request(b"cf_connect=%FF").parameter("cf_connect") == "\ufffd"


def test_a_header_is_found_by_its_name_in_lower_case():
    assert request(headers=[(b"origin", b"https://a"), (b"origin", b"https://b")]).header(b"origin") == "https://a"
    assert request().header(b"origin") == ""


async def test_a_body_comes_in_parts():
    parts: list[Event] = [
        {"type": "http.request", "body": b"ab", "more_body": True},
        {"type": "http.request", "body": b"c"},
    ]
    assert await request(events=parts).body(limit=3) == b"abc"


async def test_who_leaves_has_no_body():
    parts: list[Event] = [{"type": "http.request", "body": b"ab", "more_body": True}, {"type": "http.disconnect"}]
    with pytest.raises(LeftError):
        await request(events=parts).body(limit=3)


async def test_a_body_that_does_not_come_is_answered_with_408(server, monkeypatch):
    monkeypatch.setattr(exchange, "BODY_TIMEOUT", 0.05)
    peer = HttpPeer(*await asyncio.open_connection("127.0.0.1", server.port))
    peer.writer.write(b"POST /connection/http_stream HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{")
    await peer.read_head()
    assert peer.status == 408
    await peer.text()
    assert await peer.is_closed()
    peer.leave()


async def test_a_body_without_end_is_answered_with_413(server):
    peer = HttpPeer(*await asyncio.open_connection("127.0.0.1", server.port))
    peer.writer.write(b"POST /emulation HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
    answered = asyncio.ensure_future(peer.read_head())
    while not answered.done():
        peer.writer.write(b"8000\r\n" + b"x" * 0x8000 + b"\r\n")
        await asyncio.sleep(0)
    assert peer.status == 413
    peer.leave()
    await until(lambda: server.node.connections == 0)
