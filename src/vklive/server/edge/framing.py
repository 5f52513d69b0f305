"""How messages become bytes on their way: frames of a WebSocket, events and lines of an HTTP answer."""

from __future__ import annotations

from typing import Protocol

from websockets.frames import Frame, Opcode

from vklive.protocol.formats import JSON, PROTOBUF, UNI_JSON, Format

MAX_MESSAGES_IN_FRAME = 16
"""As Centrifugo has it; more make more frames."""


class Framing(Protocol):
    """Makes bytes of messages. The same messages give the same bytes, whoever they go to.

    Attributes:
        most: how many messages a frame holds at most.
    """

    most: int

    def frame(self, batch: tuple[bytes, ...]) -> bytes:
        """The messages, ready for the network."""
        ...


class WebSocketFraming:
    """Frames of a WebSocket, text or binary as the format wants it.

    Args:
        form: how the messages are written.
        most: how many messages a frame holds at most.
    """

    def __init__(self, form: Format, *, most: int = MAX_MESSAGES_IN_FRAME) -> None:
        self.most = most
        self._form = form
        self._opcode = Opcode.BINARY if form.binary else Opcode.TEXT

    def frame(self, batch: tuple[bytes, ...]) -> bytes:
        """One frame."""
        # What a server sends is not masked, so a frame is the same for everybody.
        return Frame(self._opcode, self._form.join(batch)).serialize(mask=False)


class Events:
    """Server-Sent Events, one for each message: several of them may be written at once, and stay several."""

    most = MAX_MESSAGES_IN_FRAME

    def frame(self, batch: tuple[bytes, ...]) -> bytes:
        """Them all, one after another."""
        # To a reader of events a carriage return ends a line. JSON has it as a space between two tokens only.
        return b"".join(b"data: " + message.replace(b"\r", b"") + b"\n\n" for message in batch)


class Lines:
    """A message a line."""

    most = MAX_MESSAGES_IN_FRAME

    def frame(self, batch: tuple[bytes, ...]) -> bytes:
        """The lines, each with its end."""
        return b"".join(message + b"\n" for message in batch)


class Lengths:
    """Each message with its length before it."""

    most = MAX_MESSAGES_IN_FRAME

    def frame(self, batch: tuple[bytes, ...]) -> bytes:
        """Them all, one after another."""
        return PROTOBUF.join(batch)


TEXT = WebSocketFraming(JSON)
BINARY = WebSocketFraming(PROTOBUF)
PUSHES = WebSocketFraming(UNI_JSON, most=1)
"""For clients that only listen: they get one push a frame."""

EVENTS = Events()
LINES = Lines()
LENGTHS = Lengths()
