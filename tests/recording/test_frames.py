"""What goes over the WebSocket is recorded, and goes over it as before."""

from __future__ import annotations

import pytest

from vklive.errors import ConnectError, ConnectionLostError, RecordingError
from vklive.recording.frames import FrameLog, RecordingTransport
from vklive.recording.lines import Frame, decode_line
from vklive.recording.secrets import Secrets


class Kept:
    def __init__(self) -> None:
        self.lines: list[bytes] = []
        self.is_full = False

    def write(self, line: bytes) -> None:
        if self.is_full:
            raise RecordingError("x", "full")
        self.lines.append(line)

    def close(self) -> None: ...

    @property
    def frames(self) -> list[tuple[int, str, str]]:
        found = [decode_line(line) for line in self.lines]
        return [(each.link, each.direction, each.text) for each in found if isinstance(each, Frame)]


class Link:
    def __init__(self) -> None:
        self.done: list[object] = []
        self.arriving = [[b'{"id":1,"connect":{"session":"s"}}', b"{}"]]

    def send(self, message: bytes) -> None:
        self.done.append(message)

    async def receive(self) -> list[bytes]:
        if not self.arriving:
            raise ConnectionLostError(1006, "gone")
        return self.arriving.pop()

    async def close(self) -> None:
        self.done.append("close")

    def abort(self) -> None:
        self.done.append("abort")


class Transport:
    def __init__(self, *links: Link) -> None:
        self.links = list(links)

    async def open(self, url, *, headers, timeout):
        if not self.links:
            raise ConnectError("host", phase="tcp", problem="refused")
        return self.links.pop(0)


@pytest.fixture
def kept():
    return Kept()


@pytest.fixture
def recording(kept):
    def around(transport: Transport) -> RecordingTransport:
        return RecordingTransport(transport, log=FrameLog(kept, secrets=Secrets()))

    return around


async def test_frames_come_and_go_as_before_and_are_recorded_without_secrets(kept, recording):
    inner = Link()
    link = await recording(Transport(inner)).open("wss://host/?token=abc", headers={}, timeout=1)
    link.send(b'{"id":1,"connect":{"token":"hush"}}')
    received = await link.receive()
    with pytest.raises(ConnectionLostError):
        await link.receive()
    await link.close()
    link.abort()

    assert received == [b'{"id":1,"connect":{"session":"s"}}', b"{}"]
    assert inner.done == [b'{"id":1,"connect":{"token":"hush"}}', "close", "abort"]
    assert kept.frames == [
        (1, "opened", "wss://host/?token=<removed>"),
        (1, "out", '{"id":1,"connect":{"token":"<removed>"}}'),
        (1, "in", '{"id":1,"connect":{"session":"<removed>"}}'),
        (1, "in", "{}"),
        (1, "closed", "connection lost: 1006 gone"),
    ]


async def test_a_connection_that_does_not_come_about_is_recorded(kept, recording):
    transport = recording(Transport(Link()))
    await transport.open("wss://host/", headers={}, timeout=1)
    with pytest.raises(ConnectError):
        await transport.open("wss://host/", headers={}, timeout=1)

    assert [each[:2] for each in kept.frames] == [(1, "opened"), (2, "closed")]


async def test_a_full_disk_ends_no_connection(kept, recording):
    inner = Link()
    kept.is_full = True
    link = await recording(Transport(inner)).open("wss://host/", headers={}, timeout=1)
    link.send(b"{}")

    assert len(await link.receive()) == 2
    assert inner.done == [b"{}"]
