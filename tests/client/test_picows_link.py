"""One open WebSocket, against a server that writes single bytes of the protocol as the test wants them."""

from __future__ import annotations

import asyncio
import base64
import gc
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from vklive.client import picows_link
from vklive.client.picows_link import MAX_WAITING_SIZE, PicowsLink
from vklive.client.picows_transport import PicowsTransport
from vklive.errors import ConnectionLostError

TEXT, CONTINUATION, CLOSE, PING, PONG = 1, 0, 8, 9, 10
LIMIT = 1000


def frame(opcode: int, payload: bytes = b"", *, last: bool = True) -> bytes:
    length = len(payload)
    size = bytes([length]) if length < 126 else b"\x7e" + length.to_bytes(2, "big")
    return bytes([opcode | 0x80 * last]) + size + payload


class Peer:
    """The server's end of one connection."""

    def __init__(self, link: PicowsLink, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.link = link
        self.reader = reader
        self.writer = writer

    async def frame(self) -> tuple[int, bytes]:
        """The next frame of the client."""
        opcode, size = await self.reader.readexactly(2)
        mask = await self.reader.readexactly(4)
        masked = await self.reader.readexactly(size & 0x7F)
        return opcode & 0xF, bytes(byte ^ mask[index % 4] for index, byte in enumerate(masked))

    async def end(self) -> tuple[list[bytes], ConnectionLostError]:
        messages: list[bytes] = []
        try:
            while True:
                messages += await self.link.receive()
        except ConnectionLostError as end:
            return messages, end


@asynccontextmanager
async def connected() -> AsyncIterator[Peer]:
    peers: asyncio.Queue[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = asyncio.Queue()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        key = next(line[18:].strip() for line in head.split(b"\r\n") if line.lower().startswith(b"sec-websocket-key:"))
        accept = base64.b64encode(hashlib.sha1(key + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest())
        writer.write(
            b"HTTP/1.1 101 X\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: "
            + accept
            + b"\r\n\r\n"
        )
        peers.put_nowait((reader, writer))

    async with await asyncio.start_server(handle, "127.0.0.1", 0) as server:
        transport = PicowsTransport(max_message_size=LIMIT)
        url = f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
        link = await transport.open(url, headers={}, timeout=5)
        reader, writer = await peers.get()
        yield Peer(link, reader, writer)
        link.abort()
        await link.close()
        writer.close()


async def test_a_message_in_ten_thousand_fragments_costs_its_bytes():
    async with connected() as peer:
        peer.writer.write(frame(TEXT, b"a", last=False))
        peer.writer.write(frame(CONTINUATION, last=False) * 10_000)
        peer.writer.write(frame(CONTINUATION, b"b"))
        assert await peer.link.receive() == [b"ab"]


async def test_a_ping_between_fragments_is_answered_and_the_message_is_whole():
    async with connected() as peer:
        peer.writer.write(frame(TEXT, b"a", last=False) + frame(PING, b"?") + frame(CONTINUATION, b"b"))
        assert await peer.frame() == (PONG, b"?")
        assert await peer.link.receive() == [b"ab"]


@pytest.mark.parametrize(
    ("frames", "code"),
    [
        (frame(TEXT, b"x" * (LIMIT + 1)), 1009),
        (frame(TEXT, b"x" * LIMIT, last=False) + frame(CONTINUATION, b"x"), 1009),
        (frame(CONTINUATION, b"x"), 1002),
        (frame(TEXT, b"x", last=False) + frame(TEXT, b"y"), 1002),
        (frame(3, b"x"), 1002),
        (frame(CLOSE, b"\x00"), 1002),
        (frame(CLOSE, (999).to_bytes(2, "big")), 1002),
    ],
)
async def test_what_is_not_the_protocol_ends_the_connection_and_both_sides_are_told_why(frames, code, caplog):
    async with connected() as peer:
        peer.writer.write(frame(TEXT, b"before") + frames + frame(TEXT, b"after"))
        messages, end = await peer.end()
        assert messages == [b"before"]
        assert end.code == code
        assert end.reason
        opcode, payload = await peer.frame()
        assert (opcode, int.from_bytes(payload[:2], "big")) == (CLOSE, code)
    gc.collect()
    assert "never retrieved" not in caplog.text


async def test_an_error_that_nobody_asks_for_leaves_no_complaint_behind(caplog):
    async with connected() as peer:
        peer.writer.write(frame(CONTINUATION, b"x"))
        await peer.frame()
        await peer.link.close()
    gc.collect()
    assert "never retrieved" not in caplog.text


@pytest.mark.parametrize(
    ("payload", "code", "reason"),
    [(b"", 1005, ""), (b"\x0b\xb9", 3001, ""), (b"\x0d\xadbad request", 3501, "bad request")],
)
async def test_a_close_frame_is_read_and_answered(payload, code, reason):
    async with connected() as peer:
        peer.writer.write(frame(CLOSE, payload))
        _, end = await peer.end()
        assert (end.code, end.reason) == (code, reason)
        assert (await peer.frame())[0] == CLOSE


async def test_who_closes_waits_for_the_answer_behind_what_nobody_takes_any_more():
    async with connected() as peer:
        peer.writer.write(frame(TEXT, b"x" * LIMIT) * (3 * MAX_WAITING_SIZE // LIMIT))
        while not peer.link._paused:  # noqa: ASYNC110 - nothing tells it
            await asyncio.sleep(0)

        async def answer() -> None:
            while (await peer.frame())[0] != CLOSE:
                pass
            peer.writer.write(frame(CLOSE, (1000).to_bytes(2, "big")))

        async with asyncio.TaskGroup() as group:
            group.create_task(answer())
            await peer.link.close()
        _, end = await peer.end()
        assert end.code == 1000


async def test_who_closes_does_not_wait_for_ever(monkeypatch):
    monkeypatch.setattr(picows_link, "CLOSE_TIMEOUT", 0.02)
    async with connected() as peer:
        await peer.link.close()
        await peer.link.close()
        _, end = await peer.end()
        assert end.code == 1006
