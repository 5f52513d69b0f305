"""Where `listen` writes its events: for people or for programs.

Both write one line an event and flush it, so that a pipe sees it at once.
"""

from __future__ import annotations

from datetime import tzinfo
from typing import Protocol, TextIO

import msgspec
from msgspec import Raw, Struct
from rich.console import Console

from vklive.cli import render
from vklive.escaping import escape_json
from vklive.events.base import Event, Position
from vklive.events.lifecycle import Connected, Reconnecting


class Output(Protocol):
    """Something that shows events."""

    def show(self, event: Event) -> None:
        """Write one event.

        Raises:
            BrokenPipeError: when nobody reads any more.
        """
        ...


class ForPeople:
    """Sentences, in colour where the terminal has it and ``NO_COLOR`` does not forbid it.

    A connection that cannot be made is told once, and again when the cause changes: not once an attempt.

    Args:
        file: where to write.
        timezone: whose time of day is shown; ``None`` is this machine's.
    """

    def __init__(self, file: TextIO, *, timezone: tzinfo | None = None) -> None:
        self._console = PipeConsole(file=file, highlight=False, markup=False, emoji=False, soft_wrap=True)
        self._timezone = timezone
        self._trouble: tuple[str, int | None] | None = None

    def show(self, event: Event) -> None:
        """Write one event as one line, unless it says what was just said."""
        match event.data:
            case Reconnecting(cause=cause, code=code):
                if (cause, code) == self._trouble:
                    return
                self._trouble = (cause, code)
            case Connected():
                self._trouble = None
            case _:
                pass
        self._console.print(render.line(event, timezone=self._timezone))


class PipeConsole(Console):
    """A console whose reader may go away."""

    def on_broken_pipe(self) -> None:
        """Let `vklive.cli.lazy` decide, as for every other command, instead of ending the process here."""
        raise BrokenPipeError


class _Record(Struct):
    """One line of ``--json``."""

    type: str
    topic: str
    channel: str
    ws_channel: str
    position: Position | None
    received_at: str
    data: Raw


class _Payload(Struct):
    type: str
    data: Raw = Raw(b"{}")


class ForPrograms:
    """One JSON object a line: type, topic, channel, ws_channel, position, received_at, data.

    `data` is the payload's own, as it came: fields that vklive does not know are there too. Only characters that could
    play tricks on a terminal are written as escapes, which mean the same. Where a payload is not an
    object with a ``type``, `data` is all of it. Every event is written, also each attempt to connect.

    Args:
        file: where to write.
    """

    def __init__(self, file: TextIO) -> None:
        self._file = file

    def show(self, event: Event) -> None:
        """Write one event as one JSON object."""
        record = _Record(
            type=event.type,
            topic=event.topic,
            channel=event.channel_url,
            ws_channel=event.ws_channel,
            position=event.position,
            received_at=event.received_at.isoformat(),
            data=_data(event),
        )
        text = msgspec.json.encode(record).decode("utf-8", "replace")
        self._file.write(escape_json(text) + "\n")
        self._file.flush()


def _data(event: Event) -> Raw:
    if not event.raw:
        return Raw(msgspec.json.encode(event.data))
    try:
        return msgspec.json.decode(event.raw, type=_Payload).data
    except msgspec.MsgspecError:
        return Raw(event.raw)
