"""Events as a consumer gets them, and the command line as a user calls it."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
from datetime import UTC, datetime

import pytest
from click.testing import CliRunner

from vklive.cli import main
from vklive.cli.exit_codes import ExitCode
from vklive.events import Event, decode_payload

NO_FOLDER = "/nowhere/vklive"
"""Where nobody has logged in."""

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
    ours = {name: None for name in os.environ if name.startswith("VKLIVE_")} | {"XDG_CONFIG_HOME": NO_FOLDER}

    def call(*arguments: str, environ: dict[str, str] | None = None, stdin: str | None = None):
        return CliRunner(env={**ours, **(environ or {})}).invoke(main, list(arguments), input=stdin, prog_name="vklive")

    return call


API_KEY = "an-api-key-for-tests"
USER_TOKEN = "the-access-token-of-a-user"

SEED = f"""
[[users]]
id = 7
nick = "Anna"
password = "the password of anna"
access_tokens = ["{USER_TOKEN}"]

[[applications]]
id = 1
client_id = "bot"
client_secret = "bot-secret"
redirect_uris = ["http://127.0.0.1:8914/"]

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
def free_port():
    """A port of this machine where a program can listen."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


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
        "XDG_CONFIG_HOME": NO_FOLDER,
        "VKLIVE_API_URL": server,
        "VKLIVE_WS_URL": server.replace("http", "ws") + "/connection/websocket",
        "VKLIVE_ACCESS_TOKEN": USER_TOKEN,
    }


SLOW = 20.0


class Running:
    """A command that runs, in a process of its own."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process

    def line(self) -> str:
        """The next line that it writes."""
        assert self.process.stdout is not None
        return self.process.stdout.readline().rstrip("\n")

    def lines_until(self, part: str) -> list[str]:
        """The lines that it writes until one has this in it."""
        lines = [self.line()]
        while part not in lines[-1]:
            assert lines[-1], "it has ended"
            lines.append(self.line())
        return lines

    def end(self) -> tuple[int, list[str], str]:
        """Wait for its end: exit code, what else it wrote, and what it wrote to stderr."""
        stdout, stderr = self.process.communicate(timeout=SLOW)
        return self.process.returncode, stdout.splitlines(), stderr


@pytest.fixture
def start(environ):
    """Start a command as a user does, who talks to that server."""
    with contextlib.ExitStack() as processes:

        def run(*arguments: str, **variables: str) -> Running:
            process = subprocess.Popen(
                [sys.executable, "-W", "error", "-m", "vklive", *arguments],
                env={**environ, **variables},
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                encoding="utf-8",
            )
            processes.enter_context(process)
            processes.callback(process.kill)
            return Running(process)

        yield run


@pytest.fixture
def publish(vklive, server, api_key):
    """Publish into a ws channel of that server."""

    def call(ws_channel: str, payload: str) -> None:
        done = vklive("publish", ws_channel, payload, "--url", server, environ={"VKLIVE_API_KEY": api_key})
        assert done.exit_code == ExitCode.ENDED

    return call
