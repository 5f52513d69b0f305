"""Compressed frames of WebSockets (RFC 7692), each by itself, so that one is the same for everybody it goes to.

Neither side refers back to earlier messages ("no context takeover"). What is lost is some of the compression; what is
won is that a publication is compressed once however many hear it, and that a connection holds no memory for it: a
window of 256 KiB is there while a frame is made, and one of 32 KiB while a message of a client is read.

Source: Centrifugo v4.1.5, websocket_compression and what belongs to it; centrifugo.md 1.4.
"""

from __future__ import annotations

from collections.abc import Sequence

from websockets.extensions import Extension
from websockets.extensions.permessage_deflate import PerMessageDeflate, ServerPerMessageDeflateFactory
from websockets.frames import Frame

from vklive.protocol.formats import Format
from vklive.server.edge.framing import MAX_MESSAGES_IN_FRAME, Framing, WebSocketFraming

MAX_WINDOW_BITS = 15
"""As a power of two, the bytes that compression may look back."""


class CompressedFraming(WebSocketFraming):
    """Compressed frames.

    Args:
        form: how the messages are written.
        window_bits: how far, as a power of two, the compression may look back; `MAX_WINDOW_BITS` at most.
        level: from 1, the quickest, to 9, the smallest.
        min_size: bytes; only what is longer is compressed.
        most: how many messages a frame holds at most.
    """

    def __init__(
        self, form: Format, *, window_bits: int, level: int, min_size: int, most: int = MAX_MESSAGES_IN_FRAME
    ) -> None:
        super().__init__(form, most=most)
        self._min_size = min_size
        self._deflate = PerMessageDeflate(
            remote_no_context_takeover=True,
            local_no_context_takeover=True,
            remote_max_window_bits=MAX_WINDOW_BITS,
            local_max_window_bits=window_bits,
            compress_settings={"level": level},
        )

    def frame(self, batch: tuple[bytes, ...]) -> bytes:
        """One frame."""
        content = self._form.join(batch)
        extensions = [self._deflate] if len(content) > self._min_size else []
        return Frame(self._opcode, content).serialize(mask=False, extensions=extensions)


class Compression:
    """What is agreed on about compression with clients that want it, and their frames.

    Args:
        level: see `CompressedFraming`. The default is the quickest: it is done in the event loop.
        min_size: see `CompressedFraming`. The default compresses everything.
    """

    def __init__(self, *, level: int = 1, min_size: int = 0) -> None:
        self.offer = [ServerPerMessageDeflateFactory(server_no_context_takeover=True, client_no_context_takeover=True)]
        self._level = level
        self._min_size = min_size
        self._framings: dict[tuple[Format, int], Framing] = {}

    def framing(self, form: Format, agreed: Sequence[Extension]) -> Framing | None:
        """The frames for a client; `None` when nothing was agreed on, and they are not compressed.

        Clients that want the same share a framing, and with it what is framed.
        """
        deflate = next((extension for extension in agreed if isinstance(extension, PerMessageDeflate)), None)
        if deflate is None:
            return None
        window_bits = deflate.local_max_window_bits
        framing = self._framings.get((form, window_bits))
        if framing is None:
            framing = CompressedFraming(form, window_bits=window_bits, level=self._level, min_size=self._min_size)
            self._framings[form, window_bits] = framing
        return framing
