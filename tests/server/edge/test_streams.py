"""Clients over HTTP streaming and events, as raw HTTP: what the addresses answer, byte by byte."""

from __future__ import annotations

import asyncio
import json
from typing import Any
from urllib.parse import quote

import pytest
from tests.server.edge.conftest import everything, publish, until
from tests.server.edge.http_peer import HttpPeer

from vklive.protocol import protobuf
from vklive.protocol.messages import Command, ConnectRequest, Reply, SubscribeRequest
from vklive.server.centrifugo.server import PubSubServer

CONNECT = b'{"id":1,"connect":{}}'
LINES, EVENTS = "/connection/http_stream", "/connection/sse"
UNI_LINES, UNI_EVENTS = "/connection/uni_http_stream", "/connection/uni_sse"
SETS = {
    "x-accel-buffering": "no",
    "connection": "keep-alive",
    "cache-control": "private, no-cache, no-store, must-revalidate, max-age=0",
    "pragma": "no-cache",
    "expire": "0",
}


def escaped(words: bytes | str) -> str:
    return f"?cf_connect={quote(words)}"


async def message(peer: HttpPeer) -> Any:
    """The next message, whether it comes as an event or as a line."""
    said = await peer.until(b"\n\n" if "event-stream" in (peer.header("content-type") or "") else b"\n")
    return json.loads(said.removeprefix(b"\r\n").removeprefix(b"data: "))


async def opened(server: PubSubServer, path: str = LINES, *, words: bytes = CONNECT) -> tuple[HttpPeer, dict[str, Any]]:
    """A stream whose connect was answered, and the answer."""
    peer = await HttpPeer.ask(server.port, "POST", path, body=words)
    assert peer.status == 200
    return peer, (await message(peer))["connect"]


async def say(server: PubSubServer, connected: dict[str, Any], *commands: dict[str, Any] | str) -> int:
    """Say something in a session; gives the status."""
    data = "\n".join(one if isinstance(one, str) else json.dumps(one) for one in commands)
    asked = {"session": connected["session"], "node": connected["node"], "data": data}
    answer = await HttpPeer.ask(server.port, "POST", "/emulation", body=json.dumps(asked).encode())
    answer.leave()
    return answer.status


async def test_lines_begin_with_the_reply_and_with_these_headers(server):
    peer = await HttpPeer.ask(server.port, "POST", LINES, body=CONNECT)
    assert peer.status == 200
    assert {**SETS, "content-type": "text/plain; charset=utf-8"}.items() <= dict(peer.headers).items()
    first = await peer.chunk()
    assert first.startswith(b'{"id":1,"connect":{"client":"')
    assert first.endswith(b"}}\n")
    connected = json.loads(first)["connect"]
    assert connected["node"] == server.node.id
    assert connected["session"]
    assert connected["pong"] is True
    peer.leave()


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_events_begin_with_an_empty_line_and_then_the_reply(server, method):
    if method == "GET":
        peer = await HttpPeer.ask(server.port, "GET", EVENTS + escaped(CONNECT))
    else:
        peer = await HttpPeer.ask(server.port, "POST", EVENTS, body=CONNECT)
    assert peer.status == 200
    assert {**SETS, "content-type": "text/event-stream; charset=utf-8"}.items() <= dict(peer.headers).items()
    assert await peer.chunk() == b"\r\n"
    first = await peer.chunk()
    assert first.startswith(b'data: {"id":1,"connect":{"client":"')
    assert first.endswith(b"}}\n\n")
    peer.leave()


async def test_protobuf_is_spoken_to_who_asks_for_lines_with_its_content_type(server):
    asked = [Command(id=1, connect=ConnectRequest()), Command(id=2, subscribe=SubscribeRequest(channel="pub:a"))]
    peer = await HttpPeer.ask(
        server.port,
        "POST",
        LINES,
        headers=["Content-Type: application/octet-stream"],
        body=protobuf.join(map(protobuf.encode_command, asked)),
    )
    assert peer.header("content-type") == "application/octet-stream"
    replies: list[Reply] = []
    while len(replies) < 2:
        replies += protobuf.decode_replies(await peer.chunk())
    connected = replies[0].connect
    assert connected is not None
    more = protobuf.join([protobuf.encode_command(Command(id=3, subscribe=SubscribeRequest(channel="pub:b")))])
    emulated = protobuf_of(connected.node or "", connected.session or "", more)
    answer = await HttpPeer.ask(
        server.port, "POST", "/emulation", headers=["Content-Type: application/octet-stream"], body=emulated
    )
    assert answer.status == 204
    (reply,) = protobuf.decode_replies(await peer.chunk())
    assert reply.id == 3
    answer.leave()
    peer.leave()


def protobuf_of(node: str, session: str, data: bytes) -> bytes:
    """An emulation request, written by hand (centrifugo.md 8.6)."""
    fields = (node.encode(), session.encode(), data)
    return b"".join(bytes([number << 3 | 2, len(one)]) + one for number, one in enumerate(fields, 1))


@pytest.mark.parametrize("path", [LINES, EVENTS])
async def test_what_is_said_later_is_answered_in_the_stream(server, path):
    peer, connected = await opened(server, path)
    assert await say(server, connected, {"id": 2, "subscribe": {"channel": "pub:a"}}, {"id": 3, "rpc": {}}) == 204
    assert await message(peer) == {"id": 2, "subscribe": {}}
    assert (await message(peer))["id"] == 3
    await publish(server, "pub:a", {"n": 1})
    assert await message(peer) == {"push": {"channel": "pub:a", "pub": {"data": {"n": 1}}}}
    peer.leave()


async def test_more_than_connect_may_be_said_first(server):
    peer, _ = await opened(server, EVENTS, words=CONNECT + b'\n{"id":2,"subscribe":{"channel":"pub:a"}}')
    assert await message(peer) == {"id": 2, "subscribe": {}}
    peer.leave()


async def test_what_is_said_in_many_requests_is_answered_in_their_order(server):
    peer, connected = await opened(server)
    for number in range(2, 150):
        assert await say(server, connected, {"id": number, "subscribe": {"channel": f"pub:{number}"}}) == 204
    assert [(await message(peer))["id"] for _ in range(2, 150)] == [*range(2, 150)]
    peer.leave()


async def test_a_session_that_has_enough_to_do_makes_who_says_more_wait_and_loses_nothing(server):
    peer, connected = await opened(server)
    commands = [{"id": number, "subscribe": {"channel": f"pub:{number}"}} for number in range(2, 102)]
    assert await say(server, connected, *commands) == 204
    assert await say(server, connected, {"id": 102, "rpc": {}}) == 204
    assert [(await message(peer))["id"] for _ in range(2, 103)] == [*range(2, 103)]
    peer.leave()


# What is refused.


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", LINES, 405),
        ("PUT", LINES, 405),
        ("OPTIONS", LINES, 200),
        ("OPTIONS", UNI_LINES, 200),
        ("OPTIONS", "/emulation", 200),
        ("GET", "/emulation", 405),
        ("DELETE", EVENTS, 405),
        ("OPTIONS", EVENTS, 405),
        ("GET", EVENTS, 400),
        ("GET", EVENTS + "?cf_connect=", 400),
        ("GET", UNI_EVENTS + "?cf_protocol_version=v1", 400),
        ("GET", UNI_EVENTS + escaped("{"), 400),
        ("GET", EVENTS + escaped("x" * 66_000), 400),
        ("GET", LINES + "/", 404),
    ],
)
async def test_a_request_without_a_body_is_answered_at_once(server, method, path, status):
    peer = await HttpPeer.ask(server.port, method, path)
    assert peer.status == status
    await peer.text()
    peer.leave()


@pytest.mark.parametrize("path", [LINES, EVENTS, UNI_LINES, UNI_EVENTS, "/emulation"])
@pytest.mark.parametrize("size", [65_537, 500_000])
async def test_a_body_over_64_kib_is_answered_with_413(server, path, size):
    peer = await HttpPeer.ask(server.port, "POST", path, body=b"x" * size)
    assert peer.status == 413
    assert b"65536" in await peer.text()
    assert await peer.is_closed()
    peer.leave()


async def test_first_words_in_the_address_have_the_same_limit():
    async with PubSubServer(everything(message_size_limit=100)) as server:
        peer = await HttpPeer.ask(server.port, "GET", EVENTS + escaped("x" * 101))
        assert peer.status == 413
        peer.leave()


async def test_a_body_of_64_kib_is_read(server):
    words = CONNECT[:-2] + b'"name":"' + b"x" * (65_536 - len(CONNECT) - 9) + b'"}}'
    assert len(words) == 65_536
    peer, _ = await opened(server, words=words)
    peer.leave()


@pytest.mark.parametrize("path", [UNI_LINES, UNI_EVENTS])
@pytest.mark.parametrize("words", [b"", b"{", b"[]", b"null", b'{"token":1}', b"\xff"])
async def test_first_words_of_who_only_listens_that_are_none_are_answered_with_400(server, path, words):
    peer = await HttpPeer.ask(server.port, "POST", path, body=words)
    assert peer.status == 400
    peer.leave()


@pytest.mark.parametrize("path", [LINES, EVENTS])
@pytest.mark.parametrize("words", [b"", b"{", b"[]", b"\n", b'{"id":1,"rpc":{}}', b"\xff"])
async def test_first_words_that_are_no_connect_end_the_stream_with_3501(server, path, words):
    peer = await HttpPeer.ask(server.port, "POST", path, body=words)
    assert peer.status == 200
    assert await message(peer) == {"push": {"disconnect": {"code": 3501, "reason": "bad request"}}}
    assert await peer.until(b"more") == b""
    assert server.node.connections == 0
    peer.leave()


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b'{"session":1}', 400),
        (b"{}", 404),
        (b'{"node":"another","session":"S","data":"{}"}', 404),
        (b'{"node":"NODE","session":"unknown","data":"{}"}', 204),
        (b'{"node":"NODE","session":"SESSION","data":{}}', 204),
        (b'{"node":"NODE","session":"SESSION"}', 204),
    ],
)
async def test_what_is_no_word_of_a_session_changes_nothing(server, body, status):
    peer, connected = await opened(server)
    asked = body.replace(b"NODE", connected["node"].encode()).replace(b"SESSION", connected["session"].encode())
    answer = await HttpPeer.ask(server.port, "POST", "/emulation", body=asked)
    assert answer.status == status
    if status == 204:
        assert answer.header("content-length") is None
    answer.leave()
    assert await say(server, connected, {"id": 2, "rpc": {}}) == 204
    assert (await message(peer))["id"] == 2
    peer.leave()


async def test_what_is_malformed_in_a_session_ends_it_with_3501(server):
    peer, connected = await opened(server)
    assert await say(server, connected, "{") == 204
    assert await message(peer) == {"push": {"disconnect": {"code": 3501, "reason": "bad request"}}}
    assert await peer.text() == b""
    assert await say(server, connected, {"id": 2, "rpc": {}}) == 204
    peer.leave()


async def test_a_socket_serves_the_next_request_after_a_stream_has_ended(server):
    peer = await HttpPeer.ask(server.port, "POST", LINES, body=b"{")
    await peer.until(b"nothing like this")
    for _ in range(2):
        peer.send_request("POST", LINES, body=CONNECT + b"\n{")
        await peer.read_head()
        assert (await message(peer))["id"] == 1
        assert (await message(peer))["push"]["disconnect"]["code"] == 3501
        assert await peer.until(b"nothing like this") == b""
    assert server.node.connections == 0
    peer.leave()


async def test_what_is_said_in_requests_that_follow_each_other_on_one_socket_keeps_its_order(server):
    peer, connected = await opened(server)
    speaker = HttpPeer(*await asyncio.open_connection("127.0.0.1", server.port))
    for number in range(2, 50):
        asked = {
            **{name: connected[name] for name in ("session", "node")},
            "data": json.dumps({"id": number, "rpc": {}}),
        }
        speaker.send_request("POST", "/emulation", body=json.dumps(asked).encode())
    for _ in range(2, 50):
        await speaker.read_head()
        assert speaker.status == 204
    assert [(await message(peer))["id"] for _ in range(2, 50)] == [*range(2, 50)]
    speaker.leave()
    peer.leave()


async def test_transports_that_are_not_offered_are_not_there():
    async with PubSubServer(everything(transports=everything().transports.__class__())) as server:
        for path in (LINES, EVENTS, UNI_LINES, UNI_EVENTS, "/emulation"):
            peer = await HttpPeer.ask(server.port, "POST", path, body=CONNECT)
            assert peer.status == 404
            peer.leave()


async def test_too_many_clients_are_answered_with_503_and_those_who_are_here_may_speak():
    async with PubSubServer(everything(connection_limit=1)) as server:
        first, connected = await opened(server)
        for path in (LINES, EVENTS, UNI_LINES, UNI_EVENTS):
            second = await HttpPeer.ask(server.port, "POST", path, body=CONNECT)
            assert second.status == 503
            second.leave()
        assert await say(server, connected, {"id": 2, "rpc": {}}) == 204
        assert (await message(first))["id"] == 2
        first.leave()


# Web pages.


def cors(peer: HttpPeer) -> dict[str, str]:
    return {name: value for name, value in peer.headers if name.startswith("access-control-")}


@pytest.mark.parametrize("method", ["OPTIONS", "POST"])
@pytest.mark.parametrize("path", [LINES, "/emulation"])
async def test_a_page_of_an_allowed_origin_may_read_the_answer(server, path, method):
    headers = ["Origin: https://good.example", "Access-Control-Request-Headers: content-type,x-a"]
    peer = await HttpPeer.ask(server.port, method, path, headers=headers, body=CONNECT)
    assert cors(peer) == {
        "access-control-allow-origin": "https://good.example",
        "access-control-allow-headers": "content-type,x-a",
        "access-control-allow-credentials": "true",
    }
    peer.leave()


@pytest.mark.parametrize("path", [LINES, EVENTS])
async def test_a_page_of_another_origin_is_told_nothing_and_not_refused(server, path):
    peer = await HttpPeer.ask(server.port, "POST", path, headers=["Origin: https://evil.example"], body=CONNECT)
    assert peer.status == 200
    assert cors(peer) == {}
    peer.leave()


async def test_who_sends_no_origin_is_told_that_an_empty_one_is_allowed(server):
    peer = await HttpPeer.ask(server.port, "POST", LINES, body=CONNECT)
    assert cors(peer) == {"access-control-allow-origin": "", "access-control-allow-credentials": "true"}
    peer.leave()


# Those who only listen.


@pytest.mark.parametrize("path", [UNI_LINES, UNI_EVENTS])
async def test_who_only_listens_gets_bare_pushes(server, path):
    words = b'{"subs":{"pub:a":{}},"name":"x"}'
    peer = await HttpPeer.ask(server.port, "POST", path, body=words)
    connected = (await message(peer))["connect"]
    assert connected.keys() == {"client", "version", "subs", "ping", "session"}
    assert connected["subs"] == {"pub:a": {}}
    await publish(server, "pub:a", [1])
    assert await message(peer) == {"channel": "pub:a", "pub": {"data": [1]}}
    peer.leave()


async def test_an_event_source_needs_no_first_words(server):
    peer = await HttpPeer.ask(server.port, "GET", UNI_EVENTS)
    assert await peer.chunk() == b"\r\n"
    assert (await peer.chunk()).startswith(b'data: {"connect":{"client":"')
    peer.leave()


async def test_who_only_listens_continues_where_it_was(server):
    peer = await HttpPeer.ask(server.port, "POST", UNI_LINES, body=b'{"subs":{"rec:a":{}}}')
    epoch = (await message(peer))["connect"]["subs"]["rec:a"]["epoch"]
    for number in range(3):
        await publish(server, "rec:a", number)
        assert (await message(peer))["pub"]["offset"] == number + 1
    peer.leave()
    words = json.dumps({"subs": {"rec:a": {"recover": True, "epoch": epoch, "offset": 1}}})
    peer = await HttpPeer.ask(server.port, "GET", UNI_EVENTS + escaped(words))
    sub = (await message(peer))["connect"]["subs"]["rec:a"]
    assert sub["recovered"] is True
    assert [publication["data"] for publication in sub["publications"]] == [1, 2]
    peer.leave()


@pytest.mark.parametrize(("path", "words"), [(UNI_LINES, b'{"token":"bad"}'), (UNI_EVENTS, b'{"token":"bad"}')])
async def test_who_may_not_listen_is_told_so_and_the_stream_ends(server, path, words):
    peer = await HttpPeer.ask(server.port, "POST", path, body=words)
    assert await message(peer) == {"disconnect": {"code": 3500, "reason": "invalid token"}}
    assert await peer.until(b"more") == b""
    peer.leave()


# Ends.


@pytest.mark.parametrize("path", [LINES, EVENTS, UNI_LINES, UNI_EVENTS])
async def test_a_client_that_vanishes_is_forgotten_at_once(server, path):
    words = b'{"subs":{"pub:a":{}}}' if "uni" in path else CONNECT
    peer, connected = await opened_any(server, path, words)
    if "node" in connected:
        await say(server, connected, {"id": 2, "subscribe": {"channel": "pub:a"}})
    assert (server.node.connections, server.node.hub.subscriptions) == (1, 1)
    peer.leave()
    await until(lambda: server.node.connections == 0)
    assert server.node.hub.subscriptions == 0


async def opened_any(server: PubSubServer, path: str, words: bytes) -> tuple[HttpPeer, dict[str, Any]]:
    peer = await HttpPeer.ask(server.port, "POST", path, body=words)
    return peer, (await message(peer))["connect"]


async def test_a_client_that_leaves_before_it_has_said_all_is_not_missed(server, caplog):
    peer = HttpPeer(*await asyncio.open_connection("127.0.0.1", server.port))
    peer.writer.write(b"POST /connection/http_stream HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{")
    await peer.writer.drain()
    other, _ = await opened(server)
    peer.leave()
    other.leave()
    await until(lambda: server.node.connections == 0)
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


@pytest.mark.parametrize("path", [LINES, EVENTS, UNI_LINES, UNI_EVENTS])
async def test_at_the_end_clients_get_what_was_published_and_then_3001(path):
    async with PubSubServer(everything()) as server:
        words = b'{"subs":{"pub:a":{}}}' if "uni" in path else CONNECT
        peer, connected = await opened_any(server, path, words)
        if "node" in connected:
            await say(server, connected, {"id": 2, "subscribe": {"channel": "pub:a"}})
            await message(peer)
        for number in range(100):
            await publish(server, "pub:a", number)
    said = [one.get("push", one) for one in [await message(peer) for _ in range(101)]]
    assert [one["pub"]["data"] for one in said[:-1]] == [*range(100)]
    assert said[-1] == {"disconnect": {"code": 3001, "reason": "shutdown"}}
    assert await peer.until(b"more") == b""
    assert await peer.is_closed()
    peer.leave()
