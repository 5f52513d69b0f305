"""Clients that only listen, over WebSockets."""

from __future__ import annotations

import asyncio
import json
import socket
from typing import Any

import pytest
from tests.server.edge.conftest import everything, publish, until
from tests.server.edge.memory_socket import NOTHING_OF_UVICORN, MemorySocket
from uvicorn.server import ServerState
from websockets.asyncio.client import ClientConnection, connect
from websockets.client import ClientProtocol
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.frames import Frame, Opcode
from websockets.uri import parse_uri

from vklive.server.admission import Admission
from vklive.server.broker.memory import MemoryBroker
from vklive.server.centrifugo.server import PubSubServer
from vklive.server.edge.handshake import Origins, Paths
from vklive.server.edge.keepalive import DEADLINE, INTERVAL
from vklive.server.edge.websocket import WebSocketEdge
from vklive.server.namespaces import Namespaces
from vklive.server.node import Node
from vklive.server.presence.memory import MemoryPresence
from vklive.server.tasks import Tasks
from vklive.server.tokens import Verifier, VerifyingKeys
from vklive.testing.loop import VirtualLoop, run_virtual


async def opened(server: PubSubServer, query: str = "", **options: Any) -> ClientConnection:
    url = f"ws://127.0.0.1:{server.port}/connection/uni_websocket{query}"
    return await connect(url, proxy=None, ping_interval=None, **options)


async def heard(client: ClientConnection) -> Any:
    frame = await client.recv()
    assert isinstance(frame, str)
    return json.loads(frame)


async def test_the_first_message_says_who_one_is_and_all_answers_are_bare_pushes(server):
    client = await opened(server)
    await client.send('{"name":"x","subs":{"pub:a":{}}}')
    connected = (await heard(client))["connect"]
    assert connected.keys() == {"client", "version", "subs", "ping", "session"}
    await publish(server, "pub:a", 1)
    await publish(server, "pub:a", 2)
    assert await heard(client) == {"channel": "pub:a", "pub": {"data": 1}}
    assert await heard(client) == {"channel": "pub:a", "pub": {"data": 2}}
    await client.close()
    await until(lambda: server.node.connections == 0)


async def test_what_is_said_later_is_thrown_away(server):
    client = await opened(server, "?cf_protocol_version=v2")
    await client.send('{"subs":{"pub:a":{}}}')
    await heard(client)
    for later in ("{", b"\xff", '{"id":1,"rpc":{}}', ""):
        await client.send(later)
    await publish(server, "pub:a", 1)
    assert (await heard(client))["pub"] == {"data": 1}
    await client.close()


@pytest.mark.parametrize(
    ("first", "code", "reason"),
    [('{"token":"bad"}', 3500, "invalid token"), ("{", 3501, "bad request"), ("", 3501, "bad request")],
)
async def test_the_end_is_a_push_and_no_close_frame(server, first, code, reason):
    client = await opened(server)
    await client.send(first)
    assert await heard(client) == {"disconnect": {"code": code, "reason": reason}}
    with pytest.raises(ConnectionClosed):
        await client.recv()
    assert client.close_code == 1006, "no close frame has come"
    assert server.node.connections == 0


async def test_at_the_end_of_the_server_the_push_says_3001():
    async with PubSubServer(everything()) as server:
        client = await opened(server)
        await client.send("{}")
        await heard(client)
    assert await heard(client) == {"disconnect": {"code": 3001, "reason": "shutdown"}}
    with pytest.raises(ConnectionClosed):
        await client.recv()


@pytest.mark.parametrize(
    ("query", "origin", "status"),
    [("?cf_protocol_version=v1", None, 400), ("", "https://evil.example", 403), ("/", None, 404)],
)
async def test_handshakes_have_the_rules_of_the_other_path(server, query, origin, status):
    with pytest.raises(InvalidStatus) as refused:
        await opened(server, query, origin=origin)
    assert refused.value.response.status_code == status


async def test_a_client_that_does_not_read_is_closed_as_slow():
    async with PubSubServer(everything(queue_max_size=200_000)) as server:
        small = socket.create_connection(("127.0.0.1", server.port))
        small.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client = await opened(server, sock=small, compression=None, max_queue=1)
        client.transport.pause_reading()
        await client.send('{"subs":{"pub:a":{}}}')
        await until(lambda: server.node.hub.subscriptions == 1)
        for _ in range(500):
            await publish(server, "pub:a", "x" * 60_000)
            if not server.node.connections:
                break
        await until(lambda: server.node.connections == 0)
        client.transport.abort()


class Listener:
    """A client without a network.

    Attributes:
        answers: whether it answers pings.
        pings: how many have come.
        messages: what was pushed.
    """

    def __init__(self, node: Node) -> None:
        self.answers = True
        self.pings = 0
        self.messages: list[dict[str, Any]] = []
        self._websocket = ClientProtocol(parse_uri("ws://localhost/listen"))
        edge = WebSocketEdge(
            node,
            Origins(()),
            1000,
            paths=Paths(unidirectional="/listen"),
            config=NOTHING_OF_UVICORN,
            server_state=ServerState(),
            app_state={},
        )
        self.socket = MemorySocket(edge, self._hear)
        self._websocket.send_request(self._websocket.connect())
        self._send()

    def say(self, message: bytes) -> None:
        self._websocket.send_text(message)
        self._send()

    def _send(self) -> None:
        for data in self._websocket.data_to_send():
            if data and not self.socket.is_closing():
                self.socket.feed(data)

    def _hear(self, data: bytes) -> None:
        self._websocket.receive_data(data)
        for event in self._websocket.events_received():
            if isinstance(event, Frame) and event.opcode is Opcode.PING:
                self.pings += 1
            elif isinstance(event, Frame):
                self.messages.append(json.loads(bytes(event.data)))
        if self.answers:
            self._send()


def test_pings_are_those_of_the_websocket_protocol_and_who_does_not_answer_is_dropped():
    async def listen() -> None:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, VirtualLoop)
        settings, tasks = everything().pubsub, Tasks()
        verifier = Verifier(VerifyingKeys.from_texts(hmac_secret="a secret that is long enough for HS256"))
        node = Node(
            Admission(Namespaces([]), verifier, settings),
            settings=settings,
            broker=MemoryBroker(clock=loop.clock),
            presence=MemoryPresence(),
            clock=loop.clock,
            tasks=tasks,
        )
        await node.start()
        client = Listener(node)
        client.say(b"{}")
        await asyncio.sleep(3 * INTERVAL + 1)
        assert (client.pings, node.connections) == (3, 1)
        client.answers = False
        await asyncio.sleep(DEADLINE)
        assert node.connections == 0
        assert client.socket.is_closing()
        assert [message.keys() for message in client.messages] == [{"connect"}]
        await tasks.stop()

    run_virtual(listen())
