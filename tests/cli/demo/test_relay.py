import asyncio
from contextlib import asynccontextmanager

import pytest

from vklive.cli.demo.relay import CHUNK, Relay

HOST = "127.0.0.1"


@asynccontextmanager
async def echoing_server():
    """A server that sends back what it gets, and says goodbye when the other side has ended."""

    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while chunk := await reader.read(CHUNK):
                writer.write(chunk)
                await writer.drain()
            writer.write(b"bye")
        except ConnectionError:
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(echo, HOST, 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        await server.wait_closed()


@pytest.fixture
async def relay():
    async with echoing_server() as port, Relay(HOST, port=port) as relay:
        yield relay


async def test_bytes_are_carried_both_ways(relay):
    reader, writer = await asyncio.open_connection(HOST, relay.port)
    sent = bytes(range(256)) * 2000

    writer.write(sent)
    assert await reader.readexactly(len(sent)) == sent
    writer.close()
    await writer.wait_closed()


async def test_an_end_of_one_direction_is_carried_too(relay):
    reader, writer = await asyncio.open_connection(HOST, relay.port)

    writer.write(b"last words, ")
    writer.write_eof()
    assert await reader.read(-1) == b"last words, bye"
    writer.close()
    await writer.wait_closed()


async def test_a_cut_resets_every_connection(relay):
    ends = [await asyncio.open_connection(HOST, relay.port) for _ in range(2)]
    for reader, writer in ends:
        writer.write(b"x")
        await reader.readexactly(1)

    assert relay.cut() == 2
    for reader, writer in ends:
        with pytest.raises(ConnectionResetError):
            await reader.read(1)
        writer.close()
        with pytest.raises(ConnectionResetError):
            await writer.wait_closed()


async def test_after_a_cut_new_connections_are_carried(relay):
    _, old = await asyncio.open_connection(HOST, relay.port)
    await asyncio.sleep(0)
    relay.cut()

    reader, writer = await asyncio.open_connection(HOST, relay.port)
    writer.write(b"again")
    assert await reader.readexactly(5) == b"again"
    for end in (old, writer):
        end.close()


async def test_a_server_that_is_not_there_ends_the_connection():
    async with echoing_server() as port:
        pass
    async with Relay(HOST, port=port) as relay:
        reader, writer = await asyncio.open_connection(HOST, relay.port)
        assert await reader.read(1) == b""
        writer.close()
        await writer.wait_closed()


async def test_leaving_ends_what_is_open():
    async with echoing_server() as port:
        async with Relay(HOST, port=port) as relay:
            reader, writer = await asyncio.open_connection(HOST, relay.port)
            writer.write(b"x")
            await reader.readexactly(1)
        with pytest.raises(ConnectionResetError):
            await reader.read(1)
        writer.close()
        with pytest.raises(ConnectionResetError):
            await writer.wait_closed()
