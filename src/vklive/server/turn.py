"""What one turn of the event loop has to say.

Whoever has something to send says so, and is asked for it once, at the end of the turn. So everything that one turn
brings for a connection shares a frame, and subscribers who are sent the same share its bytes.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Protocol

from vklive.server.edge.framing import Framing

_log = logging.getLogger("vklive.server.turn")


class Frames:
    """The frames of one turn: the same messages are framed once, whoever they go to."""

    def __init__(self) -> None:
        self._made: dict[tuple[Framing, tuple[bytes, ...]], bytes] = {}

    def of(self, messages: list[bytes], framing: Framing) -> bytes:
        """The messages as bytes for the network."""
        most = framing.most
        if len(messages) <= most:
            return self._frame(tuple(messages), framing)
        batches = range(0, len(messages), most)
        return b"".join(self._frame(tuple(messages[at : at + most]), framing) for at in batches)

    def _frame(self, batch: tuple[bytes, ...], framing: Framing) -> bytes:
        # Equality of such a key is cheap: bytes remember their hash, and shared messages are the same object.
        key = (framing, batch)
        frame = self._made.get(key)
        if frame is None:
            frame = self._made[key] = framing.frame(batch)
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
