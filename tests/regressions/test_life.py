"""Beginning and end: loops, threads, what is left behind; hosts that move, handshakes that are refused."""

from __future__ import annotations

import asyncio
import gc
import threading
import warnings

import pytest
from tests.regressions.scene import listen, of, server_with, texts
from websockets.asyncio.server import ServerConnection, serve
from websockets.http11 import Request, Response

from vklive import Client, SyncClient
from vklive.client import DEFAULT_API_URL, DEFAULT_WS_URL
from vklive.client.picows_transport import PicowsTransport
from vklive.errors import ConnectError
from vklive.events import Reconnecting
from vklive.testing.factories import chat_message


def test_a_client_is_made_where_no_loop_runs_and_does_nothing_by_itself():
    """centrifuge-python PR #54: its constructor wanted a running loop."""
    threads = threading.active_count()
    Client(access_token="token").listen("streamer")
    SyncClient(access_token="token")
    assert threading.active_count() == threads


def test_it_runs_in_the_loop_of_the_program_and_leaves_no_thread_and_no_socket():
    """twitchAPI #350, #354, #232, #320, slack-sdk #926: loops and threads of its own, sessions that are not closed."""

    async def program():
        async with Client(
            access_token="token", api_url="http://127.0.0.1:9", ws_url="ws://127.0.0.1:9", proxy=""
        ) as client:
            async with client.listen("streamer", topics={"chat"}) as stream:
                event = await anext(stream)
                assert isinstance(event.data, Reconnecting)

    threads = threading.active_count()
    with warnings.catch_warnings():
        warnings.simplefilter("error", ResourceWarning)
        asyncio.run(program())
        gc.collect()
    assert threading.active_count() == threads


def test_there_is_one_connection_at_a_time():
    """centrifuge-js #225, #371: a second one was opened before the first was closed, and ended as stale."""
    server = server_with()

    async def scene(_, __):
        for _ in range(10):
            server.cut()
            await server.heard("streamer")
            assert len([wire for wire in server._wires if wire.is_open]) == 1

    assert len(of(Reconnecting, listen(server, scene))) == 10


@pytest.mark.parametrize("status", [403, 404, 429, 500, 502, 503])
async def test_a_handshake_that_is_refused_is_an_error_that_passes(status):
    """centrifuge-python #19: HTTP 503 at the handshake was an exception that nobody awaited."""

    def refuse(connection: ServerConnection, _: Request) -> Response:
        return connection.respond(status, "no")

    async def never(_: ServerConnection) -> None:
        raise AssertionError

    async with serve(never, "127.0.0.1", 0, process_request=refuse) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        with pytest.raises(ConnectError) as refused:
            await PicowsTransport(proxy="").open(f"ws://127.0.0.1:{port}/", headers={}, timeout=5)
    assert not refused.value.permanent
    assert refused.value.status == status


def test_hosts_can_be_changed():
    """social_stream #321: the platform moved, and every program with its hosts in the code was broken."""
    client = Client(access_token="token", api_url="https://other.example", ws_url="wss://other.example/ws")
    assert "other.example" not in DEFAULT_API_URL + DEFAULT_WS_URL
    assert client._ws_url == "wss://other.example/ws"


def test_a_message_may_be_large():
    """centrifugo #859, #117, #603, centrifuge #255: a large message ended the connection, or was cut off."""
    server = server_with()
    text = "я" * 500_000

    async def scene(_, __):
        await server.publish("streamer", chat_message(text))

    heard = listen(server, scene)
    assert texts(heard) == [text]
    assert not of(Reconnecting, heard)


def test_a_bot_can_be_tested_without_a_network(vklive_server, vklive_client):
    """aiogram #378, discord.py #1604, #197, twitch-cli #182: nothing to test a bot with, for years."""

    async def scene():
        async with vklive_client, vklive_client.listen("streamer", topics={"chat"}) as stream:
            await vklive_server.heard("streamer")
            await vklive_server.publish("streamer", chat_message("hi"))
            return [texts([event]) async for event in stream if event.raw and not stream.close()]

    assert vklive_server.run(scene()) == [["hi"]]
