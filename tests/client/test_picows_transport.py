"""The transport over picows, against servers of another make on real sockets."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
import trustme
from tests.client.proxies import SilentProxy
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.datastructures import Headers
from websockets.http11 import Request, Response

from vklive.client.picows_link import MAX_WAITING_MESSAGES, MAX_WAITING_SIZE, PicowsLink
from vklive.client.picows_transport import PicowsTransport
from vklive.errors import ConnectError, ConnectionLostError

Handler = Callable[[ServerConnection], Awaitable[None]]


def port_of(server: Server | asyncio.Server) -> int:
    return int(next(iter(server.sockets)).getsockname()[1])


async def opened(port: int, **headers: str) -> PicowsLink:
    return await PicowsTransport().open(f"ws://127.0.0.1:{port}/", headers=headers, timeout=5)


async def everything(link: PicowsLink) -> tuple[list[bytes], ConnectionLostError]:
    messages: list[bytes] = []
    try:
        while True:
            messages += await link.receive()
    except ConnectionLostError as end:
        return messages, end


@pytest.fixture
async def echo() -> AsyncIterator[int]:
    async def handle(connection: ServerConnection) -> None:
        async for message in connection:
            await connection.send(message)

    async with serve(handle, "127.0.0.1", 0, compression=None) as server:
        yield port_of(server)


async def test_messages_go_there_and_come_back_whole(echo):
    link = await opened(echo)
    for message in (b"{}", "привет".encode(), b"x" * 1_000_000):
        link.send(message)
        assert await link.receive() == [message]
    await link.close()


async def test_messages_in_fragments_cut_inside_a_character_come_whole():
    async def handle(connection: ServerConnection) -> None:
        await connection.send(["при", "вет", " ✓"])
        raw = "привет".encode()
        await connection.send([raw[:3], raw[3:]])

    async with serve(handle, "127.0.0.1", 0) as server:
        messages, _ = await everything(await opened(port_of(server)))
        assert messages == ["привет ✓".encode(), "привет".encode()]


@pytest.mark.parametrize(
    ("code", "reason"), [(3501, "bad request"), (3001, "shutdown"), (1000, ""), (4999, "своя причина")]
)
async def test_the_close_code_and_its_reason_arrive_after_the_last_message(code, reason):
    async def handle(connection: ServerConnection) -> None:
        await connection.send("last")
        await connection.close(code, reason)

    async with serve(handle, "127.0.0.1", 0) as server:
        messages, end = await everything(await opened(port_of(server)))
        assert messages == [b"last"]
        assert (end.code, end.reason) == (code, reason)


async def test_a_cut_is_1006():
    async def handle(connection: ServerConnection) -> None:
        connection.transport.abort()

    async with serve(handle, "127.0.0.1", 0) as server:
        _, end = await everything(await opened(port_of(server)))
        assert end.code == 1006


async def test_a_message_over_the_limit_ends_the_connection():
    async def handle(connection: ServerConnection) -> None:
        await connection.send(["x" * 600, "x" * 600])

    async with serve(handle, "127.0.0.1", 0) as server:
        transport = PicowsTransport(max_message_size=1000)
        link = await transport.open(f"ws://127.0.0.1:{port_of(server)}/", headers={}, timeout=5)
        messages, end = await everything(link)
        assert messages == []
        assert end.code == 1009


async def test_headers_are_sent():
    seen: list[Headers] = []

    async def handle(connection: ServerConnection) -> None:
        assert connection.request is not None
        seen.append(connection.request.headers)

    async with serve(handle, "127.0.0.1", 0) as server:
        link = await opened(port_of(server), Origin="https://live.vkvideo.ru")
        await everything(link)
        assert seen[0]["Origin"] == "https://live.vkvideo.ru"


async def test_a_flood_is_read_no_faster_than_it_is_taken():
    async def handle(connection: ServerConnection) -> None:
        for number in range(3 * MAX_WAITING_MESSAGES):
            await connection.send(str(number).zfill(200))

    async with serve(handle, "127.0.0.1", 0, compression=None) as server:
        link = await opened(port_of(server))
        taken: list[bytes] = []
        largest = 0
        with pytest.raises(ConnectionLostError):
            while True:
                batch = await link.receive()
                largest = max(largest, len(batch))
                taken += batch
        assert taken == [str(number).zfill(200).encode() for number in range(3 * MAX_WAITING_MESSAGES)]
        # What the socket gave in the turn in which reading was paused may be more than the limit, but not much.
        assert largest < 2 * MAX_WAITING_MESSAGES


async def test_a_cancelled_receive_loses_nothing(echo):
    link = await opened(echo)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await link.receive()
    link.send(b"1")
    assert await link.receive() == [b"1"]
    await link.close()
    await link.close()


async def test_what_is_sent_after_the_end_is_dropped_and_receive_tells_why(echo):
    link = await opened(echo)
    link.abort()
    _, end = await everything(link)
    assert end.code == 1006
    link.send(b"late")


async def test_a_closed_port_is_said_to_be_one():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        with pytest.raises(ConnectError) as failed:
            await opened(port)
    assert (failed.value.phase, failed.value.permanent) == ("tcp", False)
    assert str(port) in str(failed.value)


async def test_a_host_that_does_not_exist_is_said_to_be_none():
    with pytest.raises(ConnectError) as failed:
        await PicowsTransport().open("ws://nowhere.invalid/", headers={}, timeout=5)
    assert failed.value.phase == "dns"


async def test_a_handshake_that_is_refused_for_now_tells_for_how_long():
    def refuse(connection: ServerConnection, _: Request) -> Response:
        response = connection.respond(429, "slowly")
        response.headers["Retry-After"] = "17"
        return response

    async def never(connection: ServerConnection) -> None:
        raise AssertionError

    async with serve(never, "127.0.0.1", 0, process_request=refuse) as server:
        with pytest.raises(ConnectError) as failed:
            await opened(port_of(server))
    assert (failed.value.status, failed.value.retry_after) == (429, 17.0)


async def test_a_server_that_should_speak_tls_and_says_nothing_is_given_up():
    async with SilentProxy() as silent:
        with pytest.raises(ConnectError) as failed:
            await PicowsTransport().open(f"wss://127.0.0.1:{silent.port}/", headers={}, timeout=0.2)
    assert (failed.value.phase, failed.value.permanent) == ("timeout", False)


@pytest.mark.parametrize("status", [401, 403, 404, 503])
async def test_a_refused_handshake_tells_the_status(status):
    def refuse(connection: ServerConnection, request: Request) -> Response:
        return connection.respond(status, "no")

    async def never(connection: ServerConnection) -> None:
        raise AssertionError

    async with serve(never, "127.0.0.1", 0, process_request=refuse) as server:
        with pytest.raises(ConnectError, match=f"answered {status}") as failed:
            await opened(port_of(server))
    assert failed.value.phase == "handshake"


async def test_a_server_that_accepts_and_says_nothing_is_given_up():
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    async with await asyncio.start_server(silent, "127.0.0.1", 0) as server:
        with pytest.raises(ConnectError) as failed:
            await PicowsTransport().open(f"ws://127.0.0.1:{port_of(server)}/", headers={}, timeout=0.05)
    assert failed.value.phase == "timeout"


async def test_a_server_of_something_else_is_said_to_be_none():
    async def shout(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail.example ESMTP\r\n\r\n")
        await writer.drain()
        await reader.read()
        writer.close()

    async with await asyncio.start_server(shout, "127.0.0.1", 0) as server:
        with pytest.raises(ConnectError) as failed:
            await opened(port_of(server))
    assert failed.value.phase == "handshake"


@pytest.mark.parametrize("after_the_request", [False, True])
async def test_a_server_that_hangs_up_without_an_answer_is_worth_another_try(after_the_request):
    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if after_the_request:
            await reader.readuntil(b"\r\n\r\n")
        writer.close()

    async with await asyncio.start_server(hang_up, "127.0.0.1", 0) as server:
        with pytest.raises(ConnectError) as failed:
            await opened(port_of(server))
    assert failed.value.phase in {"handshake", "tcp"}  # how soon the end is seen is the system's choice
    assert not failed.value.permanent


@pytest.mark.parametrize("url", ["http://127.0.0.1/", "127.0.0.1:80", "ws://127.0.0.1:99999/", "ws://[::1/", ""])
async def test_an_address_that_is_none_is_final(url):
    with pytest.raises(ConnectError) as failed:
        await PicowsTransport().open(url, headers={}, timeout=5)
    assert failed.value.permanent


async def test_a_header_cannot_smuggle_in_another():
    with pytest.raises(ConnectError, match="header Origin") as failed:
        await PicowsTransport().open("ws://127.0.0.1:1/", headers={"Origin": "a\r\nCookie: b"}, timeout=5)
    assert failed.value.permanent


async def test_tls_works_with_a_certificate_that_is_trusted_and_ends_with_one_that_is_not():
    authority = trustme.CA()
    server_side = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(server_side)
    client_side = ssl.create_default_context()
    authority.configure_trust(client_side)

    async def greet(connection: ServerConnection) -> None:
        await connection.send("hello")

    async with serve(greet, "localhost", 0, ssl=server_side, family=socket.AF_INET) as server:
        url = f"wss://localhost:{port_of(server)}/"
        messages, _ = await everything(await PicowsTransport(ssl_context=client_side).open(url, headers={}, timeout=5))
        assert messages == [b"hello"]
        with pytest.raises(ConnectError, match="cannot be trusted") as refused:
            await PicowsTransport().open(url, headers={}, timeout=5)
        assert (refused.value.phase, refused.value.permanent) == ("tls", True)


async def test_a_server_without_tls_is_no_server_with_tls(echo, caplog):
    with pytest.raises(ConnectError) as failed:
        await PicowsTransport().open(f"wss://127.0.0.1:{echo}/", headers={}, timeout=5)
    assert failed.value.phase in {"tls", "tcp"}  # the reset of its socket may be faster than its words
    assert failed.value.problem
    assert "SSL handshake failed" not in caplog.text


async def test_a_flood_over_tls_is_read_no_faster_than_it_is_taken():
    authority = trustme.CA()
    server_side = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(server_side)
    client_side = ssl.create_default_context()
    authority.configure_trust(client_side)
    message = "x" * 100_000
    count = 10 * MAX_WAITING_SIZE // len(message)

    async def handle(connection: ServerConnection) -> None:
        for _ in range(count):
            await connection.send(message)

    async with serve(handle, "localhost", 0, ssl=server_side, family=socket.AF_INET, compression=None) as server:
        url = f"wss://localhost:{port_of(server)}/"
        link = await PicowsTransport(ssl_context=client_side).open(url, headers={}, timeout=5)
        total = 0
        largest = 0
        with pytest.raises(ConnectionLostError):
            while True:
                for _ in range(20):  # the network gets time to bring more than is taken
                    await asyncio.sleep(0)
                batch = await link.receive()
                largest = max(largest, sum(len(each) for each in batch))
                total += len(batch)
        assert total == count
        assert largest < MAX_WAITING_SIZE + 2_000_000
