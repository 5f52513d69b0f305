"""Records what goes over the WebSocket: all that there is to see when something cannot be decoded."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from datetime import UTC, datetime
from itertools import count
from typing import Literal

from vklive.client.transport import Link, Transport
from vklive.clock import Clock, SystemClock
from vklive.errors import ConnectionLostError, RecordingError
from vklive.recording.lines import Frame, encode_line
from vklive.recording.secrets import Secrets
from vklive.recording.writing import Lines


class FrameLog:
    """Writes frames as lines, in the order in which they come and go.

    What cannot be written is not: a full disk must not end a connection. It is told by the next event.

    Args:
        lines: where to.
        secrets: what takes secrets out of them.
        clock: stamps them.
    """

    def __init__(self, lines: Lines, *, secrets: Secrets, clock: Clock | None = None) -> None:
        self._lines = lines
        self._secrets = secrets
        self._clock = clock or SystemClock()

    def note(self, link: int, direction: Literal["opened", "in", "out", "closed"], message: bytes | str) -> None:
        """One frame, or what happened to a link."""
        secrets = self._secrets
        text = secrets.without_in_text(message) if isinstance(message, str) else secrets.without_in_frame(message)
        at = datetime.fromtimestamp(self._clock.wall(), UTC)
        with contextlib.suppress(RecordingError, BrokenPipeError):
            self._lines.write(encode_line(Frame(at=at, link=link, direction=direction, text=text)))


class RecordingTransport:
    """A transport that opens links with another one and records what goes over them.

    Args:
        transport: the one that does the work.
        log: what is told.
    """

    def __init__(self, transport: Transport, *, log: FrameLog) -> None:
        self._transport = transport
        self._log = log
        self._numbers = count(1)

    async def open(self, url: str, *, headers: Mapping[str, str], timeout: float) -> Link:  # noqa: ASYNC109 - see Transport
        """See `vklive.client.transport.Transport`."""
        number = next(self._numbers)
        try:
            link = await self._transport.open(url, headers=headers, timeout=timeout)
        except Exception as error:
            self._log.note(number, "closed", str(error))
            raise
        self._log.note(number, "opened", url)
        return _RecordingLink(link, number=number, log=self._log)


class _RecordingLink:
    def __init__(self, link: Link, *, number: int, log: FrameLog) -> None:
        self._link = link
        self._number = number
        self._log = log

    def send(self, message: bytes) -> None:
        self._log.note(self._number, "out", message)
        self._link.send(message)

    async def receive(self) -> list[bytes]:
        try:
            messages = await self._link.receive()
        except ConnectionLostError as error:
            self._log.note(self._number, "closed", str(error))
            raise
        for message in messages:
            self._log.note(self._number, "in", message)
        return messages

    async def close(self) -> None:
        await self._link.close()

    def abort(self) -> None:
        self._link.abort()
