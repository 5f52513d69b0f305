"""Compressed frames: what clients get, and that it is made once."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.server.edge.conftest import everything, publish
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.extensions.permessage_deflate import ClientPerMessageDeflateFactory, PerMessageDeflate
from websockets.frames import Frame, Opcode
from websockets.streams import StreamReader

from vklive.protocol.formats import JSON, PROTOBUF
from vklive.server.centrifugo.server import PubSubServer
from vklive.server.edge.compression import CompressedFraming, Compression
from vklive.server.edge.framing import TEXT
from vklive.server.settings import TransportSettings
from vklive.server.turn import Frames

COMPRESSED = TransportSettings(websocket_compression=True)
CONNECT = '{"id":1,"connect":{}}'


def agreed(*, window_bits: int = 15) -> PerMessageDeflate:
    return PerMessageDeflate(
        remote_no_context_takeover=True,
        local_no_context_takeover=True,
        remote_max_window_bits=15,
        local_max_window_bits=window_bits,
    )


def read(written: bytes, *, window_bits: int = 15) -> Frame:
    """The frame, as a library reads it that keeps nothing of earlier ones."""
    deflate = PerMessageDeflate(
        remote_no_context_takeover=True,
        local_no_context_takeover=True,
        remote_max_window_bits=window_bits,
        local_max_window_bits=15,
    )
    reader = StreamReader()
    reader.feed_data(written)
    with pytest.raises(StopIteration) as parsed:
        next(Frame.parse(reader.read_exact, mask=False, extensions=[deflate]))
    frame: Frame = parsed.value.value
    return frame


@given(st.lists(st.binary(max_size=300), min_size=1, max_size=16).map(tuple), st.integers(9, 15), st.integers(1, 9))
def test_what_is_compressed_can_be_read(batch, window_bits, level):
    framing = CompressedFraming(PROTOBUF, window_bits=window_bits, level=level, min_size=0)
    frame = read(framing.frame(batch), window_bits=window_bits)
    assert (frame.opcode, bytes(frame.data)) == (Opcode.BINARY, PROTOBUF.join(batch))


@pytest.mark.parametrize(("size", "is_compressed"), [(100, False), (101, True)])
def test_only_what_is_longer_than_the_minimum_is_compressed(size, is_compressed):
    framing = CompressedFraming(JSON, window_bits=15, level=1, min_size=100)
    message = b"x" * size
    assert (framing.frame((message,)) != TEXT.frame((message,))) is is_compressed


def test_clients_that_want_the_same_share_what_is_compressed():
    compression, frames = Compression(), Frames()
    one, other = (compression.framing(JSON, [agreed()]) for _ in range(2))
    assert one is not None
    assert one is other
    assert frames.of([b"message"], one) is frames.of([b"message"], other)
    assert compression.framing(JSON, [agreed(window_bits=9)]) is not one
    assert compression.framing(PROTOBUF, [agreed()]) is not one
    assert compression.framing(JSON, []) is None


async def opened(server: PubSubServer, **options: object) -> ClientConnection:
    socket = await connect(server.ws_url, proxy=None, ping_interval=None, **options)  # type: ignore[arg-type]
    await socket.send(CONNECT + '\n{"id":2,"subscribe":{"channel":"pub:a"}}')
    replies: list[str] = []
    while len(replies) < 2:
        replies += str(await socket.recv()).split("\n")
    return socket


async def test_a_client_that_offers_compression_and_one_that_does_not_hear_the_same():
    async with PubSubServer(everything(transports=COMPRESSED)) as server:
        small = [ClientPerMessageDeflateFactory(server_max_window_bits=9, client_max_window_bits=True)]
        sockets = [
            await opened(server),
            await opened(server, compression=None),
            await opened(server, compression=None, extensions=small),
        ]
        assert [bool(socket.protocol.extensions) for socket in sockets] == [True, False, True]
        for number in range(5):
            await publish(server, "pub:a", {"n": number, "fill": "abc" * 5000})
            heard = [json.loads(await socket.recv()) for socket in sockets]
            assert heard[0] == heard[1] == heard[2]
            assert heard[0]["push"]["pub"]["data"]["n"] == number
        for socket in sockets:
            await socket.close()


async def test_neither_side_looks_back_to_earlier_messages():
    async with PubSubServer(everything(transports=COMPRESSED)) as server:
        socket = await opened(server)
        assert socket.response is not None
        told = socket.response.headers["Sec-WebSocket-Extensions"]
        assert {"server_no_context_takeover", "client_no_context_takeover"} <= {one.strip() for one in told.split(";")}
        await socket.close()


async def test_compression_is_agreed_on_only_where_it_is_on():
    async with PubSubServer(everything()) as server:
        socket = await opened(server)
        assert socket.protocol.extensions == []
        await socket.close()


async def test_a_small_message_that_becomes_huge_closes_with_1009():
    async with PubSubServer(everything(transports=COMPRESSED)) as server:
        socket = await opened(server)
        await socket.send(" " * 10_000_000)
        with pytest.raises(ConnectionClosed):
            await socket.recv()
        assert socket.close_code == 1009
