"""How messages become bytes on their way: frames of a WebSocket, events and lines of an HTTP answer."""

from __future__ import annotations

from typing import Protocol

from websockets.frames import Frame, Opcode

from vklive.protocol.formats import JSON, PROTOBUF, Format

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


TEXT = WebSocketFraming(JSON)
BINARY = WebSocketFraming(PROTOBUF)
