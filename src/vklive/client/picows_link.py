"""One open WebSocket over picows."""

from __future__ import annotations

import asyncio
from collections import deque

from picows import WSCloseCode, WSFrame, WSListener, WSMsgType, WSProtocolError, WSTransport

from vklive.errors import ConnectionLostError

MAX_WAITING_MESSAGES = 4096
"""Messages that may wait to be taken before nothing more is read from the socket."""

MAX_WAITING_SIZE = 4 * 1024 * 1024
"""Bytes of them. One message, and what one reading of the socket gave, may come on top."""

CLOSE_TIMEOUT = 2.0
"""Seconds that the server is given to answer a close frame."""

_NO_CODE, _VANISHED = 1005, 1006


class PicowsLink(WSListener):
    """One open WebSocket, see `vklive.client.transport.Link`. picows calls the methods that begin with ``on_``.

    Args:
        max_message_size: bytes of one message at most; a larger one ends the connection with 1009.
    """

    def __init__(self, max_message_size: int) -> None:
        self._max_message_size = max_message_size
        self._transport: WSTransport | None = None
        self._partial: bytearray | None = None
        self._waiting: deque[bytes] = deque()
        self._waiting_size = 0
        self._arrived = asyncio.Event()
        self._paused = False
        self._over = False
        self._disconnected = False
        self._close_frame: ConnectionLostError | None = None

    # What picows calls.

    def on_ws_connected(self, transport: WSTransport) -> None:
        """The handshake is done."""
        self._transport = transport

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        """A frame has come."""
        if self._over and frame.msg_type is not WSMsgType.CLOSE:
            return  # what follows belongs to a connection that is over
        match frame.msg_type:
            case WSMsgType.TEXT | WSMsgType.BINARY:
                if self._partial is not None:
                    self._fail(WSCloseCode.PROTOCOL_ERROR, "a message began within another")
                self._take(frame)
            case WSMsgType.CONTINUATION:
                if self._partial is None:
                    self._fail(WSCloseCode.PROTOCOL_ERROR, "a message went on that had not begun")
                self._take(frame)
            case WSMsgType.CLOSE:
                self._over = True
                self._close_frame = self._close_frame or _close_frame(frame.get_payload_as_bytes())
                transport.send_close(WSCloseCode.OK)
                transport.disconnect()
            case _:
                pass  # picows answers pings by itself

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        """The socket is closed."""
        del transport
        self._over = self._disconnected = True
        self._arrived.set()

    # What the client calls (`Link`).

    def send(self, message: bytes) -> None:
        """See `vklive.client.transport.Link`."""
        if self._transport is not None and not self._disconnected:
            self._transport.send(WSMsgType.TEXT, message)

    async def receive(self) -> list[bytes]:
        """See `vklive.client.transport.Link`."""
        while not self._waiting:
            if self._disconnected:
                raise await self._end()
            self._arrived.clear()
            await self._arrived.wait()
        messages = list(self._waiting)
        self._forget_waiting()
        return messages

    async def close(self) -> None:
        """See `vklive.client.transport.Link`."""
        if self._transport is None:
            return
        if not self._disconnected:
            # What still comes is nobody's; but the answer to the close frame is behind it.
            self._over = True
            self._forget_waiting()
            self._transport.send_close(WSCloseCode.OK)
        try:
            async with asyncio.timeout(CLOSE_TIMEOUT):
                await self._end()
        except TimeoutError:
            self.abort()

    def abort(self) -> None:
        """See `vklive.client.transport.Link`."""
        if self._transport is not None:
            self._transport.disconnect(graceful=False)

    # Inside.

    def _take(self, frame: WSFrame) -> None:
        payload = frame.get_payload_as_bytes()
        if self._partial is not None or not frame.fin:
            # Put together at once: a message in a million tiny fragments is to cost no more than its bytes.
            self._partial = self._partial or bytearray()
            if len(self._partial) + len(payload) > self._max_message_size:
                self._fail(WSCloseCode.MESSAGE_TOO_BIG, f"a message of over {self._max_message_size} bytes")
            self._partial += payload
            if not frame.fin:
                return
            payload, self._partial = bytes(self._partial), None
        self._waiting.append(payload)
        self._waiting_size += len(payload)
        self._arrived.set()
        full = len(self._waiting) >= MAX_WAITING_MESSAGES or self._waiting_size >= MAX_WAITING_SIZE
        if full and not self._paused and self._transport is not None:
            self._paused = True
            self._transport.underlying_transport.pause_reading()

    def _fail(self, code: WSCloseCode, problem: str) -> None:
        """End the connection, with a close frame: picows does that for an error from a listener."""
        self._over = True
        raise WSProtocolError(code, problem)

    def _forget_waiting(self) -> None:
        self._waiting.clear()
        self._waiting_size = 0
        if self._paused and self._transport is not None and not self._disconnected:
            self._paused = False
            self._transport.underlying_transport.resume_reading()

    async def _end(self) -> ConnectionLostError:
        """Why the connection is over. What picows noticed itself is asked for, else asyncio would complain."""
        if self._transport is not None:
            try:
                await self._transport.wait_disconnected()
            except WSProtocolError as error:
                return ConnectionLostError(int(WSCloseCode(error.code).value), str(error.args[1]))
        return self._close_frame or ConnectionLostError(_VANISHED)


def _close_frame(payload: bytes) -> ConnectionLostError:
    """What a close frame says. Read here, as codes of Centrifugo are none of those that picows has names for."""
    if len(payload) < 2:  # noqa: PLR2004 - the two bytes of a code
        return ConnectionLostError(_NO_CODE)
    return ConnectionLostError(int.from_bytes(payload[:2], "big"), payload[2:].decode("utf-8", "replace"))
