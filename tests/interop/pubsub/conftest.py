"""`vklive pubsub` in a process of its own, and every client of others that can speak to it, each in its own too."""

from __future__ import annotations

import contextlib
import http.server
import itertools
import json
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import cent
import jwt
import pytest
from tests.conftest import missing
from tests.interop.pubsub.peer import PATIENCE, Client, Peer
from tests.interop.pubsub.wire import Wire

HERE = Path(__file__).parent
PEERS = Path(sys.prefix) / "peers"
SECRET = "a secret that is long enough for HS256 to be happy"
API_KEY = "the key of the server api in these tests"

PATHS = {
    "websocket": "/connection/websocket",
    "http_stream": "/connection/http_stream",
    "sse": "/connection/sse",
}

CONFIGURATION = {
    "token_hmac_secret_key": SECRET,
    "api_key": API_KEY,
    "http_stream": True,
    "sse": True,
    "ping_interval": "2s",
    "pong_timeout": "1500ms",
    "client_expired_close_delay": "2s",
    "client_expired_sub_close_delay": "2s",
    "client_presence_update_interval": "1s",
    "user_subscribe_to_personal": True,
    "user_personal_channel_namespace": "personal",
    "namespaces": [
        {"name": "open", "allow_subscribe_for_client": True, "allow_publish_for_client": True},
        {
            "name": "kept",
            "allow_subscribe_for_client": True,
            "allow_publish_for_subscriber": True,
            "allow_history_for_subscriber": True,
            "history_size": 100,
            "history_ttl": "300s",
            "force_recovery": True,
        },
        {
            "name": "seen",
            "allow_subscribe_for_client": True,
            "allow_presence_for_subscriber": True,
            "presence": True,
            "join_leave": True,
            "force_push_join_leave": True,
        },
        {"name": "users", "allow_user_limited_channels": True},
        {"name": "personal"},
        {"name": "closed"},
    ],
}


@dataclass(frozen=True)
class Way:
    """How a client of others speaks to the server.

    Attributes:
        peer: where it runs: a version of centrifuge-python, Node, or Chromium.
        transport: which of the server's transports it takes.
        protobuf: whether it speaks Protobuf, else JSON.
    """

    peer: str
    transport: str = "websocket"
    protobuf: bool = False

    def __str__(self) -> str:
        return f"{self.peer}-{self.transport}-{'protobuf' if self.protobuf else 'json'}"


WAYS = [
    *(Way(f"python_{version}", protobuf=binary) for version in ("0.5.0", "0.7.0") for binary in (False, True)),
    *(
        Way(peer, way, binary)
        for peer in ("node", "chromium")
        for way in ("websocket", "http_stream")
        for binary in (False, True)
    ),
    # An event stream is text.
    Way("node", "sse"),
    Way("chromium", "sse"),
]


@dataclass
class PubSub:
    """The running server.

    Attributes:
        port: where it listens.
        api: its HTTP API.
    """

    port: int
    api: cent.Client

    def publish(self, channel: str, *payloads: object) -> None:
        """Publish through the HTTP API, in one request."""
        for data in payloads:
            self.api.add("publish", {"channel": channel, "data": data})
        for answer in self.api.send():
            assert answer.get("error") is None

    @property
    def clients(self) -> int:
        """How many are connected."""
        count: int = self.api.info()["nodes"][0]["num_clients"]
        return count

    def until_there_are(self, clients: int) -> None:
        """Wait until so many are connected."""
        _until(lambda: self.clients == clients, what=f"there are not {clients} clients")

    def until_nobody_hears(self, channel: str) -> None:
        """Wait until nobody is subscribed to it."""
        _until(lambda: channel not in self.api.channels(), what=f"somebody hears {channel}")


def _until(condition: Callable[[], bool], *, what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.02)


class _Page(http.server.SimpleHTTPRequestHandler):
    files: ClassVar = {
        "/": HERE / "page.html",
        "/drive.mjs": HERE / "drive.mjs",
        "/centrifuge.js": PEERS / "centrifuge-js/node_modules/centrifuge/dist/centrifuge.js",
        "/centrifuge.protobuf.js": PEERS / "centrifuge-js/node_modules/centrifuge/dist/centrifuge.protobuf.js",
    }
    extensions_map = {".mjs": "text/javascript", ".js": "text/javascript", ".html": "text/html"}  # noqa: RUF012 - so it is there

    def translate_path(self, path: str) -> str:
        return str(self.files.get(path, HERE / "nothing"))

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Nobody reads it."""


@pytest.fixture(scope="session")
def page_port() -> Iterator[int]:
    """A web server with the page that Chromium is to show."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Page) as web:
        serving = threading.Thread(target=web.serve_forever)
        serving.start()
        yield web.server_address[1]
        web.shutdown()
        serving.join()


@pytest.fixture(scope="session")
def pubsub(tmp_path_factory: pytest.TempPathFactory, page_port: int) -> Iterator[PubSub]:
    folder = tmp_path_factory.mktemp("pubsub")
    file, log = folder / "config.json", folder / "log"
    file.write_text(json.dumps(CONFIGURATION | {"allowed_origins": [f"http://127.0.0.1:{page_port}"]}))
    command = [sys.executable, "-W", "error", "-m", "vklive", "pubsub", "-c", str(file), "--port", "0"]
    with (
        log.open("w") as complaints,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=complaints, text=True) as process,
    ):
        try:
            assert process.stdout is not None
            port = next(
                (int(found[1]) for line in process.stdout if (found := re.search(r"ws://.*:(\d+)/", line))), None
            )
            assert port is not None, f"it did not start: {log.read_text()}"
            yield PubSub(port, cent.Client(f"http://127.0.0.1:{port}/api", api_key=API_KEY, timeout=5))
        finally:
            process.terminate()
            process.wait(PATIENCE)
    assert process.returncode == 0
    assert "Traceback" not in log.read_text()


@pytest.fixture(scope="session")
def peer_of(page_port: int, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Peer]]:
    """Gives the process with the clients of a library; there is one for all tests."""
    running: dict[str, Peer] = {}
    with contextlib.ExitStack() as ends:

        def peer_of(name: str) -> Peer:
            if name not in running:
                running[name] = start_peer(name, f"http://127.0.0.1:{page_port}/", tmp_path_factory)
                ends.callback(running[name].end)
            return running[name]

        yield peer_of


def start_peer(name: str, page: str, folders: pytest.TempPathFactory) -> Peer:
    """Start the process with the clients of a library."""
    environment = {"PEER_FOLDER": str(PEERS / "centrifuge-js"), "PATH": "/usr/bin:/bin", "NO_PROXY": "*"}
    if name.startswith("python"):
        version = name.removeprefix("python_")
        python = PEERS / f"centrifuge-python-{version}" / "bin" / "python"
        if not python.exists():
            missing(f"centrifuge-python {version}", package=f"centrifuge-python=={version} (make test installs it)")
        return Peer([str(python), str(HERE / "peer_python.py")], environment=environment)
    node = shutil.which("node")
    if node is None:
        missing("node", package="nodejs")
    if not (PEERS / "centrifuge-js" / "node_modules" / "eventsource").exists():
        missing("centrifuge for Node", package="npm (make test installs centrifuge with it)")
    if name == "node":
        return Peer([node, str(HERE / "peer_node.mjs")], environment=environment)
    browser = shutil.which("chromium")
    if browser is None:
        missing("chromium", package="chromium")
    profile = folders.mktemp("chromium")
    command = [node, str(HERE / "peer_chromium.mjs"), browser, page, str(profile)]
    peer = Peer(command, environment=environment | {"HOME": str(profile)})
    try:
        peer.until(event="loaded")
    except AssertionError:
        peer.end()
        raise
    return peer


@pytest.fixture(params=WAYS, ids=str)
def way(request: pytest.FixtureRequest) -> Way:
    """Each way in which clients of others speak to the server."""
    found: Way = request.param
    return found


_names = itertools.count(1)


@pytest.fixture
def unique() -> str:
    """What tells the ws channels and users of one test from those of all others."""
    return str(next(_names))


@pytest.fixture
def make(way: Way, pubsub: PubSub, peer_of: Callable[[str], Peer]) -> Iterator[Callable[..., Client]]:
    """Makes a client that is not connected yet: of a user, or with tokens of its own, through another port."""
    with contextlib.ExitStack() as ends:

        def make(user: str = "", *, tokens: list[str] | None = None, port: int | None = None, **more: Any) -> Client:
            client = Client(
                peer_of(way.peer),
                f"client {next(_names)}",
                **addresses(way, port or pubsub.port),
                transport=way.transport,
                protobuf=way.protobuf,
                tokens=tokens or [connection_token(user)],
                **more,
            )
            ends.callback(client.forget)
            return client

        yield make
    pubsub.until_there_are(0)


@pytest.fixture
def wire(pubsub: PubSub) -> Iterator[Wire]:
    """A way to the server that can be cut."""
    with Wire(pubsub.port) as wire:
        yield wire


def addresses(way: Way, port: int) -> dict[str, str]:
    """Where a client is to connect to."""
    scheme = "ws" if way.transport == "websocket" else "http"
    return {
        "url": f"{scheme}://127.0.0.1:{port}{PATHS[way.transport]}",
        "emulation": f"http://127.0.0.1:{port}/emulation",
    }


def connection_token(user: str, *, ttl: float | None = None, **claims: Any) -> str:
    """A connection token, good for some seconds or for ever."""
    return _signed({"sub": user}, ttl, claims)


def subscription_token(user: str, channel: str, *, ttl: float | None = None, **claims: Any) -> str:
    """A subscription token, good for some seconds or for ever."""
    return _signed({"sub": user, "channel": channel}, ttl, claims)


def _signed(who: dict[str, Any], ttl: float | None, claims: dict[str, Any]) -> str:
    ends = {} if ttl is None else {"exp": int(time.time() + ttl)}
    return jwt.encode(who | ends | claims, SECRET, algorithm="HS256")
