"""The lines of a recording: JSON objects that say by ``kind`` what they are.

=============  ====================================================================================
``recording``  a program began to record; the first line of every file
``event``      an event of the channel, with its payload as it came but for secrets
``happened``   something happened to the connection: a gap, a reconnect, see `vklive.events.lifecycle`
``frame``      what went over the WebSocket, with ``--frames`` only
=============  ====================================================================================

Whoever reads them ignores keys that it does not know.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType

from vklive.escaping import escape_json
from vklive.protocol.position import Position

FORMAT = 1
"""Of the lines. It grows when a line that old programs know means something else."""


class Line(Struct, frozen=True, kw_only=True, tag_field="kind"):
    """The base of all lines."""


class Began(Line, frozen=True, kw_only=True, tag="recording"):
    """A program began to record, or went on in a new file.

    Attributes:
        format: of the lines after it, see `FORMAT`.
        vklive: the version of the program.
        began_at: when; aware, UTC.
        channel_url: the slug of the channel.
        anonymized: whether people were replaced by pseudonyms.
    """

    format: int
    vklive: str
    began_at: datetime
    channel_url: str
    anonymized: bool = False


class Heard(Line, frozen=True, kw_only=True, tag="event"):
    """An event of the channel. Exactly one of `payload` and `text` is there.

    Attributes:
        payload: the JSON as it came, ``{"type": …, "data": {…}}``.
        text: the payload where it is not JSON, or JSON that hardly any program can read.
    """

    received_at: datetime
    channel_url: str
    topic: str
    ws_channel: str
    position: Position | None = None
    payload: Raw | UnsetType = UNSET
    text: str | UnsetType = UNSET

    @property
    def raw(self) -> bytes:
        """The payload as bytes, whatever it is."""
        if isinstance(self.text, str):
            return self.text.encode()
        return bytes(self.payload) if isinstance(self.payload, Raw) else b""


class Happened(Line, frozen=True, kw_only=True, tag="happened"):
    """Something happened to the connection.

    Attributes:
        type: for example ``vklive.gap``.
        data: the fields of that event.
    """

    received_at: datetime
    channel_url: str
    topic: str
    ws_channel: str
    position: Position | None = None
    type: str
    data: Raw


class Frame(Line, frozen=True, kw_only=True, tag="frame"):
    """What went over a WebSocket.

    Attributes:
        link: number of the connection, from 1 on.
        direction: ``opened`` and ``closed``, with the address and the reason as the text; ``in`` and ``out``.
        text: the message, without secrets.
    """

    at: datetime
    link: int
    direction: Literal["opened", "in", "out", "closed"]
    text: str


AnyLine = Began | Heard | Happened | Frame
"""What a line can be."""

_decoder: msgspec.json.Decoder[AnyLine] = msgspec.json.Decoder(AnyLine)


def encode_line(line: Line) -> bytes:
    r"""One line with its newline.

    Characters that could play tricks on a terminal are written as ``\u`` escapes, which mean the same.
    """
    return escape_json(msgspec.json.encode(line).decode()).encode() + b"\n"


def decode_line(text: bytes) -> AnyLine:
    """Read one line.

    Raises:
        ValueError: it is none, and why.
    """
    try:
        line = _decoder.decode(text)
    except msgspec.MsgspecError as error:
        raise ValueError(str(error)) from None
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    if isinstance(line, Heard) and isinstance(line.payload, Raw) is isinstance(line.text, str):
        raise ValueError("an event has either a payload or a text")
    if isinstance(line, Began) and line.format > FORMAT:
        raise ValueError(f"it is of format {line.format}; this program reads formats up to {FORMAT}")
    return line
