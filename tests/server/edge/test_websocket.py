"""The edge over real sockets: what clients that none of us wrote, or that misbehave, meet."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import os
from collections.abc import AsyncIterator, Callable

import httpx2
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from vklive.protocol import protobuf
from vklive.protocol.messages import Command, ConnectRequest, Reply, SubscribeRequest
from vklive.server.app import Server
from vklive.server.namespaces import Namespace
from vklive.server.settings import PubSubSettings, Settings, TokenSettings

KEY = "the key of the server api in these tests"
QUIET = 86_400.0
"""Seconds between pings: the first comes at a random time, and would now and then be among what a test reads."""
OPEN = [Namespace(name="pub", allow_subscribe_for_client=True, allow_subscribe_for_anonymous=True)]


def settings(*, allowed_origins: tuple[str, ...] = (), queue_max_size: int = 1_048_576) -> Settings:
    return Settings(
        port=0,
        database_url="sqlite+aiosqlite:///:memory:",
        api_key=KEY,
        tokens=TokenSettings(secret="a secret that is long enough for HS256 to be happy"),
        pubsub=PubSubSettings(
            allow_anonymous_connect_without_token=True,
            allowed_origins=allowed_origins,
            queue_max_size=queue_max_size,
            ping_interval=QUIET,
        ),
    )


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    async with Server(settings(allowed_origins=("https://good.example",)), namespaces=OPEN) as running:
        yield running


async def connected(server: Server, *channels: str) -> ClientConnection:
    socket = await connect(server.ws_url, proxy=None, ping_interval=None, compression=None)
    commands = [{"id": 1, "connect": {}}]
    commands += [{"id": number, "subscribe": {"channel": name}} for number, name in enumerate(channels, start=2)]
    await socket.send("\n".join(json.dumps(command) for command in commands))
    replies: list[str] = []
    while len(replies) < len(commands):
        replies += str(await socket.recv()).split("\n")
    return socket


async def publish(server: Server, channel: str, data: object) -> httpx2.Response:
    async with httpx2.AsyncClient() as http:
        return await http.post(
            server.url + "/api",
            headers={"Authorization": f"apikey {KEY}"},
            json={"method": "publish", "params": {"channel": channel, "data": data}},
        )


async def raw_handshake(server: Server, *headers: str) -> tuple[str, asyncio.StreamReader, asyncio.StreamWriter]:
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    key = base64.b64encode(os.urandom(16)).decode()
    lines = [
        "GET /connection/websocket HTTP/1.1",
        f"Host: 127.0.0.1:{server.port}",
        "Upgrade: websocket",
        "Connection: Upgrade",
        f"Sec-WebSocket-Key: {key}",
        "Sec-WebSocket-Version: 13",
        *headers,
    ]
    writer.write(("\r\n".join(lines) + "\r\n\r\n").encode())
    answer = (await reader.readuntil(b"\r\n\r\n")).decode()
    return answer, reader, writer


async def gone(socket: ClientConnection) -> tuple[int | None, str | None]:
    await everything(socket)
    return socket.close_code, socket.close_reason


async def everything(socket: ClientConnection) -> list[str]:
    """The messages up to the end of the connection."""
    messages: list[str] = []
    with contextlib.suppress(ConnectionClosed):
        while True:
            messages += str(await socket.recv()).split("\n")
    return messages


async def until(condition: Callable[[], bool]) -> None:
    """Let the loop turn until something holds; the test's time limit is the limit."""
    while not condition():  # noqa: ASYNC110 - the server runs in this loop and has no event to wait for
        await asyncio.sleep(0)


async def test_a_bare_empty_subprotocol_header_is_tolerated(server):
    answer, _, writer = await raw_handshake(server, "Sec-WebSocket-Protocol:")
    assert answer.startswith("HTTP/1.1 101")
    assert "sec-websocket-protocol" not in answer.lower()
    writer.close()


@pytest.mark.parametrize(
    ("offered", "chosen"),
    [("centrifuge-json", "centrifuge-json"), ("x, centrifuge-json", "centrifuge-json"), ("x", None)],
)
async def test_the_json_subprotocol_is_echoed_and_a_foreign_one_ignored(server, offered, chosen):
    answer, _, writer = await raw_handshake(server, f"Sec-WebSocket-Protocol: {offered}")
    assert answer.startswith("HTTP/1.1 101")
    assert ("Sec-WebSocket-Protocol" in answer) is (chosen is not None)
    writer.close()


@pytest.mark.parametrize(("query", "subprotocols"), [("?format=protobuf", None), ("", ["centrifuge-protobuf"])])
async def test_a_client_may_speak_protobuf(server, query, subprotocols):
    async with connect(server.ws_url + query, proxy=None, subprotocols=subprotocols) as socket:
        asked = [Command(id=1, connect=ConnectRequest()), Command(id=2, subscribe=SubscribeRequest(channel="pub:a"))]
        await socket.send(protobuf.join(map(protobuf.encode_command, asked)))
        replies: list[Reply] = []
        while len(replies) < 2:
            frame = await socket.recv()
            assert isinstance(frame, bytes), "Protobuf travels in binary frames"
            replies += protobuf.decode_replies(frame)
        assert [reply.id for reply in replies] == [1, 2]
        await publish(server, "pub:a", {"n": 1})
        (push,) = protobuf.decode_replies(bytes(await socket.recv(decode=False)))
        assert push.push is not None
        assert push.push.pub is not None
        assert bytes(push.push.pub.data) == b'{"n":1}'


@pytest.mark.parametrize(("origin", "status"), [("https://good.example", None), ("https://evil.example", 403)])
async def test_origins_are_checked_before_the_upgrade(server, origin, status):
    if status is None:
        async with connect(server.ws_url, origin=origin, proxy=None):
            pass
    else:
        with pytest.raises(InvalidStatus) as refused:
            await connect(server.ws_url, origin=origin, proxy=None)
        assert refused.value.response.status_code == status


async def test_another_path_is_not_found(server):
    with pytest.raises(InvalidStatus) as refused:
        await connect(server.ws_url + "/x", proxy=None)
    assert refused.value.response.status_code == 404


async def test_a_command_in_a_binary_frame_or_in_fragments_is_a_command(server):
    async with await connected(server) as socket:
        await socket.send(b'{"id":2,"rpc":{}}')
        assert json.loads(await socket.recv())["id"] == 2
        await socket.send(['{"id":3,"r', 'pc":{"method":"п', 'ривет"}}'])
        assert json.loads(await socket.recv())["id"] == 3


async def test_many_replies_come_in_frames_of_at_most_sixteen_messages(server):
    async with await connected(server) as socket:
        await socket.send("\n".join(json.dumps({"id": number, "rpc": {}}) for number in range(2, 43)))
        frames = [str(await socket.recv()).split("\n") for _ in range(3)]
        assert [len(frame) for frame in frames] == [16, 16, 9]


async def test_a_message_over_the_limit_closes_with_1009_and_others_notice_nothing(server):
    async with await connected(server, "pub:a") as other, await connected(server) as socket:
        await socket.send("x" * 70_000)
        assert (await gone(socket))[0] == 1009
        await publish(server, "pub:a", 1)
        assert json.loads(await other.recv())["push"]["pub"] == {"data": 1}


async def test_what_is_not_websocket_closes_only_that_connection(server):
    async with await connected(server, "pub:a") as other:
        _, reader, writer = await raw_handshake(server)
        writer.write(b"\xff\xff\xff\xff garbage")
        await writer.drain()
        frame = await reader.read(1000)
        assert frame[:1] == b"\x88"
        assert int.from_bytes(frame[2:4], "big") == 1002
        writer.close()
        await publish(server, "pub:a", 1)
        assert json.loads(await other.recv())["push"]["pub"] == {"data": 1}


async def test_a_client_that_vanishes_is_forgotten_with_its_subscriptions(server):
    socket = await connected(server, "pub:a", "pub:b")
    assert (server.node.connections, server.node.hub.subscriptions) == (1, 2)
    socket.transport.abort()
    await until(lambda: server.node.connections == 0)
    assert server.node.hub.subscriptions == 0


async def test_a_client_that_does_not_read_is_closed_as_slow_and_the_others_get_everything():
    async with Server(settings(queue_max_size=200_000), namespaces=OPEN) as server:
        reading = await connected(server, "pub:a")
        # A small receive buffer and no reading: what is sent piles up at the server.
        stuck = await connect(server.ws_url, proxy=None, ping_interval=None, compression=None, max_queue=1)
        stuck.transport.pause_reading()
        await stuck.send('{"id":1,"connect":{}}\n{"id":2,"subscribe":{"channel":"pub:a"}}')
        await until(lambda: server.node.hub.subscriptions == 2)
        for number in range(200):
            assert (await publish(server, "pub:a", {"n": number, "fill": "x" * 60_000})).status_code == 200
            assert json.loads(await reading.recv())["push"]["pub"]["data"]["n"] == number
            if server.node.connections == 1:
                break
        assert server.node.connections == 1
        await reading.close()
        stuck.transport.abort()


async def test_at_the_end_clients_get_what_was_published_and_then_3001():
    async with Server(settings(), namespaces=OPEN) as server:
        socket = await connected(server, "pub:a")
        body = "".join(
            json.dumps({"method": "publish", "params": {"channel": "pub:a", "data": number}}) for number in range(100)
        )
        async with httpx2.AsyncClient() as http:
            await http.post(server.url + "/api", headers={"Authorization": f"apikey {KEY}"}, content=body)
    messages = [json.loads(message)["push"]["pub"]["data"] for message in await everything(socket)]
    assert messages == list(range(100))
    assert (socket.close_code, socket.close_reason) == (3001, "shutdown")


async def test_a_client_that_only_opens_the_socket_is_sent_away_at_the_end_too():
    async with Server(settings(), namespaces=OPEN) as server:
        socket = await connect(server.ws_url, proxy=None, ping_interval=None)
    assert await gone(socket) == (3001, "shutdown")
