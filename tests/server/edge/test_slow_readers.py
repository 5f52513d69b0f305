"""Clients over HTTP that do not read: what they cost, and how they end."""

from __future__ import annotations

import asyncio
import json
import socket

from tests.server.edge.conftest import everything, publish, until
from tests.server.edge.http_peer import HttpPeer

from vklive.protocol.codes import DisconnectCode
from vklive.server.centrifugo.server import PubSubServer
from vklive.server.edge import stream

LISTEN = b'{"subs":{"pub:a":{}}}'
QUEUE = 200_000
BIG = {"fill": "x" * 60_000}


async def stuck(server: PubSubServer) -> asyncio.Transport:
    """A client that says first words, and reads nothing of the answer."""
    small = socket.socket()
    small.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    small.setblocking(False)
    loop = asyncio.get_running_loop()
    await loop.sock_connect(small, ("127.0.0.1", server.port))
    transport, _ = await loop.create_connection(asyncio.Protocol, sock=small)
    transport.pause_reading()
    head = f"POST /connection/uni_http_stream HTTP/1.1\r\nHost: x\r\nContent-Length: {len(LISTEN)}\r\n\r\n"
    transport.write(head.encode() + LISTEN)
    return transport


async def fill(server: PubSubServer, *, until_over: int) -> None:
    """Publish until somebody has this many bytes to take, or is gone."""
    (connection,) = server.node._connections
    while connection._outlet.backlog() <= until_over and server.node.connections:
        await publish(server, "pub:a", BIG)
        await asyncio.sleep(0)


async def test_a_client_that_does_not_read_is_closed_as_slow_and_the_others_get_everything():
    async with PubSubServer(everything(queue_max_size=QUEUE)) as server:
        slow = await stuck(server)
        reading = await HttpPeer.ask(server.port, "POST", "/connection/uni_http_stream", body=LISTEN)
        await reading.until(b"\n")
        await until(lambda: server.node.hub.subscriptions == 2)
        for number in range(500):
            await publish(server, "pub:a", {**BIG, "n": number})
            assert json.loads(await reading.until(b"\n"))["pub"]["data"]["n"] == number
            if server.node.connections == 1:
                break
        assert server.node.connections == 1
        assert server.node.counts.disconnects == {DisconnectCode.SLOW: 1}
        slow.abort()
        reading.leave()


async def test_a_client_whose_network_takes_nothing_for_too_long_is_cut_off(monkeypatch, caplog):
    monkeypatch.setattr(stream, "WRITE_TIMEOUT", 0.05)
    async with PubSubServer(everything()) as server:
        slow = await stuck(server)
        await until(lambda: server.node.hub.subscriptions == 1)
        await fill(server, until_over=QUEUE)
        await until(lambda: server.node.connections == 0)
        assert server.node.counts.disconnects == {DisconnectCode.WRITE_ERROR: 1}
        slow.abort()
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


async def test_the_server_stops_in_time_although_a_client_does_not_read(monkeypatch, caplog):
    monkeypatch.setattr(stream, "CLOSE_TIMEOUT", 0.05)
    async with PubSubServer(everything()) as server:
        slow = await stuck(server)
        await until(lambda: server.node.hub.subscriptions == 1)
        await fill(server, until_over=QUEUE)
        began = asyncio.get_running_loop().time()
    assert asyncio.get_running_loop().time() - began < 2.0
    assert not [record for record in caplog.records if record.levelname == "ERROR"]
    slow.abort()


async def test_what_waited_for_a_client_that_reads_again_is_all_there_and_in_order():
    async with PubSubServer(everything(queue_max_size=100_000_000)) as server:
        peer = await HttpPeer.ask(server.port, "POST", "/connection/uni_http_stream", body=LISTEN)
        await peer.until(b"\n")
        for number in range(200):
            await publish(server, "pub:a", {**BIG, "n": number})
        for number in range(200):
            assert json.loads(await peer.until(b"\n"))["pub"]["data"]["n"] == number
        peer.leave()
