"""The client for programs without asyncio, against the real server in a process of its own."""

from __future__ import annotations

import asyncio
import inspect
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec import Raw

import vklive
from vklive.client.sync import ClientSettings
from vklive.errors import LocalProtocolError
from vklive.protocol.messages import Publication
from vklive.server.app import Server
from vklive.server.settings import Settings

SEED = """
[[users]]
id = 7
nick = "owner"
access_tokens = ["owner"]
[[channels]]
id = 42
url = "streamer"
owner = 7
"""


class ServerThread:
    """A server in a loop of its own, so that the test has none."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self.server = Server(settings)

    def start(self) -> None:
        self._thread.start()
        self._do(self.server.__aenter__())

    def stop(self) -> None:
        self._do(self.server.__aexit__(None, None, None))
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def publish(self, payload: bytes) -> None:
        self._do(self.server.node.publish("api-channel-chat:42", Publication(data=Raw(payload))))

    def _do(self, work):
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(20)


@pytest.fixture
def running(tmp_path: Path) -> Iterator[ServerThread]:
    (tmp_path / "seed.toml").write_text(SEED)
    thread = ServerThread(
        Settings(port=0, database_url=f"sqlite+aiosqlite:///{tmp_path / 'x.sqlite3'}", seed=str(tmp_path / "seed.toml"))
    )
    thread.start()
    yield thread
    thread.stop()


def test_events_come_in_a_plain_loop_and_nothing_is_left_behind(running):
    threads = threading.active_count()
    settings = {"access_token": "owner", "api_url": running.server.url, "ws_url": running.server.ws_url}
    with vklive.SyncClient(**settings) as client, client.listen("streamer", topics={"chat"}) as stream:
        heard: list[bytes] = []
        for event in stream:
            if isinstance(event.data, vklive.Listening):
                running.publish(b'{"type":"x","data":{"n":1}}')
                running.publish(b'{"type":"x","data":{"n":2}}')
            if event.raw:
                heard.append(event.raw)
            if len(heard) == 2:
                break
        assert heard == [b'{"type":"x","data":{"n":1}}', b'{"type":"x","data":{"n":2}}']
    client.close()
    assert threading.active_count() == threads


def test_the_iteration_ends_with_the_error_that_ends_the_stream(running):
    settings = {"access_token": "nobody", "api_url": running.server.url, "ws_url": running.server.ws_url}
    with vklive.SyncClient(**settings) as client, client.listen("streamer") as stream:
        with pytest.raises(vklive.UnauthorizedError):
            next(stream)
        client.close()


def test_the_settings_are_those_of_the_client():
    settings = inspect.signature(vklive.Client).parameters
    assert set(ClientSettings.__annotations__) == set(settings)
    assert set(inspect.signature(vklive.SyncClient.listen).parameters) == set(
        inspect.signature(vklive.Client.listen).parameters
    )


def test_a_ctrl_c_ends_the_waiting_and_everything_is_closed(running):
    threads = threading.active_count()
    settings = {"access_token": "owner", "api_url": running.server.url, "ws_url": running.server.ws_url}
    main = threading.main_thread().ident
    assert main is not None
    press = threading.Thread(target=lambda: signal.pthread_kill(main, signal.SIGINT))
    with pytest.raises(KeyboardInterrupt):
        with vklive.SyncClient(**settings) as client, client.listen("streamer", topics={"chat"}) as stream:
            for event in stream:
                if isinstance(event.data, vklive.Listening):
                    press.start()
    press.join()
    assert threading.active_count() == threads


def test_a_stream_that_is_closed_ends_and_the_client_may_listen_again(running):
    settings = {"access_token": "owner", "api_url": running.server.url, "ws_url": running.server.ws_url}
    with vklive.SyncClient(**settings) as client:
        with client.listen("streamer", topics={"chat"}) as stream:
            stream.close()
            assert [event for event in stream if event.raw] == []
            assert stream.dropped == 0
        with client.listen("streamer", topics={"chat"}) as stream:
            assert any(isinstance(event.data, vklive.Listening) for event in stream)


def test_the_api_answers_before_and_beside_listening(running):
    settings = {"access_token": "owner", "api_url": running.server.url, "ws_url": running.server.ws_url}
    with vklive.SyncClient(**settings) as client:
        assert client.api.channels.get("streamer").channel.id == 42
        with client.listen("streamer", topics={"chat"}) as stream:
            assert any(isinstance(event.data, vklive.Listening) for event in stream)
            assert client.api.chat.messages("streamer") == []


def test_a_client_cannot_be_opened_twice_at_a_time():
    with vklive.SyncClient(access_token="t") as client:
        with pytest.raises(LocalProtocolError, match="open already"):
            client.__enter__()
    with client:
        pass


def test_a_client_that_is_not_open_says_what_to_do():
    with pytest.raises(LocalProtocolError, match="use it with `with`"):
        next(iter(vklive.SyncClient(access_token="t").listen("streamer")))
