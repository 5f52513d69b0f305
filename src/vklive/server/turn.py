"""What one turn of the event loop has to say.

Whoever has something to send says so, and is asked for it once, at the end of the turn. So everything that one turn
brings for a connection shares a frame, and subscribers who are sent the same share its bytes.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Protocol, TypeAlias

from websockets.frames import Frame, Opcode

from vklive.protocol.json import join

_log = logging.getLogger("vklive.server.turn")

MAX_MESSAGES_IN_FRAME = 16
"""As Centrifugo has it; more make more frames."""

_Batch: TypeAlias = tuple[bytes, ...]


class Frames:
    """The frames of one turn: the same messages are framed once, whoever they go to."""

    def __init__(self) -> None:
        self._made: dict[_Batch, bytes] = {}

    def of(self, messages: list[bytes]) -> bytes:
        """The messages as WebSocket text frames, ready for the socket."""
        if len(messages) <= MAX_MESSAGES_IN_FRAME:
            return self._frame(tuple(messages))
        batches = range(0, len(messages), MAX_MESSAGES_IN_FRAME)
        return b"".join(self._frame(tuple(messages[at : at + MAX_MESSAGES_IN_FRAME])) for at in batches)

    def _frame(self, batch: _Batch) -> bytes:
        # Equality of such a key is cheap: bytes remember their hash, and shared messages are the same object.
        frame = self._made.get(batch)
        if frame is None:
            payload = batch[0] if len(batch) == 1 else join(batch)
            # What a server sends is not masked, so a frame is the same for everybody.
            frame = Frame(Opcode.TEXT, payload).serialize(mask=False)
            self._made[batch] = frame
        return frame


class Speaker(Protocol):
    """Somebody who has something to send."""

    def flush(self, frames: Frames) -> None:
        """Send it. What this raises is logged, and costs no other speaker its turn."""
        ...


class Turn:
    """Collects speakers during a turn of the loop and flushes each of them once at its end."""

    def __init__(self) -> None:
        self._speakers: dict[Speaker, None] = {}

    def add(self, speaker: Speaker) -> None:
        """Have `speaker` flushed at the end of this turn."""
        if not self._speakers:
            asyncio.get_running_loop().call_soon(self._flush)
        self._speakers[speaker] = None

    def _flush(self) -> None:
        speakers, self._speakers = self._speakers, {}
        frames = Frames()
        for speaker in speakers:
            try:
                speaker.flush(frames)
            except Exception:  # noqa: BLE001 - whatever it is, it concerns one connection
                _log.exception("a connection cannot be served")
