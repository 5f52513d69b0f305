"""Events as a consumer gets them, and the command line as a user calls it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from datetime import UTC, datetime

import pytest
from click.testing import CliRunner

from vklive.cli import main
from vklive.events import Event, decode_payload

WHEN = datetime(2026, 11, 23, 12, 3, 4, 500_000, tzinfo=UTC)


@pytest.fixture
def heard():
    """An event from the JSON of its payload."""

    def event(payload: str | bytes, *, topic: str = "chat", position=None) -> Event:
        raw = payload.encode() if isinstance(payload, str) else payload
        event_type, data = decode_payload(raw)
        return Event(
            type=event_type,
            data=data,
            channel_url="streamer",
            topic=topic,
            ws_channel=f"api-channel-{topic}:1001",
            position=position,
            received_at=WHEN,
            raw=raw,
        )

    return event


@pytest.fixture
def happened():
    """An event of the connection from its data."""

    def event(data, *, topic: str = "") -> Event:
        return Event(
            type=data.event_type,
            data=data,
            channel_url="streamer",
            topic=topic,
            ws_channel=f"api-channel-{topic}:1001" if topic else "",
            position=None,
            received_at=WHEN,
            raw=b"",
        )

    return event


@pytest.fixture
def vklive():
    """Call the command line in this process, with nothing of ours in the environment; gives click's result."""
    ours = {name: None for name in os.environ if name.startswith("VKLIVE_")}

    def call(*arguments: str, environ: dict[str, str] | None = None, stdin: str | None = None):
        return CliRunner(env={**ours, **(environ or {})}).invoke(main, list(arguments), input=stdin, prog_name="vklive")

    return call


API_KEY = "an-api-key-for-tests"
USER_TOKEN = "the-access-token-of-a-user"

SEED = f"""
[[users]]
id = 7
nick = "Anna"
access_tokens = ["{USER_TOKEN}"]

[[applications]]
id = 1
client_id = "bot"
client_secret = "bot-secret"

[[channels]]
id = 42
url = "streamer"
owner = 7
live = true
"""


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    """A server in a process of its own, with one channel, its owner and an application; gives its url."""
    folder = tmp_path_factory.mktemp("server")
    (folder / "key").write_text(API_KEY)
    (folder / "seed.toml").write_text(SEED)
    with subprocess.Popen(
        [sys.executable, "-m", "vklive", "serve", "--port", "0", "--api-key-file", "key", "--seed", "seed.toml"],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stdout is not None
        yield process.stdout.readline().split()[1].removesuffix("/v1")
        process.terminate()


@pytest.fixture
def api_key():
    """The key of its HTTP API."""
    return API_KEY


@pytest.fixture
def closed_port():
    """A port of this machine where nobody listens."""
    with socket.socket() as taken:
        # Bound and not listening: nobody else can get it meanwhile.
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


@pytest.fixture
def environ(server):
    """The environment of a user's program that is to talk to that server."""
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("VKLIVE_")},
        "VKLIVE_API_URL": server,
        "VKLIVE_WS_URL": server.replace("http", "ws") + "/connection/websocket",
        "VKLIVE_ACCESS_TOKEN": USER_TOKEN,
    }
