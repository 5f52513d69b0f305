"""The order in which messages are sent, chat by chat."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from vklive.errors import SendQueueFullError

MAX_SENDS = 64
"""Messages that wait to be sent to one chat. At a message in 1.5 seconds, the last of them waits for over a minute."""

MAX_CHATS = 1024
"""Chats of which something is remembered. Those that are not sent to are forgotten first."""


class Lane:
    """What a chat is known by.

    Attributes:
        queued: how many messages are being sent or wait for it.
        any_message_timeout: seconds between two messages of a user, when the settings of the chat have been seen and
            there are any.
        stream_id: the stream that was on when it was last asked; empty for none.
        fresh_until: until when that counts, in the time of the loop.
    """

    def __init__(self) -> None:
        self.queued = 0
        self.any_message_timeout: float | None = None
        self.stream_id = ""
        self.fresh_until = 0.0
        self.turn = asyncio.Lock()


class Lanes:
    """A lane for each chat: one message at a time, first come first served."""

    def __init__(self) -> None:
        self._lanes: dict[str, Lane] = {}

    def of(self, slug: str) -> Lane:
        """The lane of a chat, a new one perhaps."""
        lane = self._lanes.pop(slug) if slug in self._lanes else Lane()
        self._lanes[slug] = lane
        if len(self._lanes) > MAX_CHATS:
            idle = (other for other, each in self._lanes.items() if each is not lane and not each.queued)
            if (oldest := next(idle, None)) is not None:
                del self._lanes[oldest]
        return lane

    @asynccontextmanager
    async def turn(self, slug: str) -> AsyncGenerator[Lane]:
        """Wait until it is one's turn in a chat, and have it.

        Raises:
            SendQueueFullError: when `MAX_SENDS` wait already.
        """
        lane = self.of(slug)
        if lane.queued >= MAX_SENDS:
            raise SendQueueFullError(slug, limit=MAX_SENDS)
        lane.queued += 1
        try:
            # A lock of asyncio is given on in the order in which it was asked for.
            async with lane.turn:
                yield lane
        finally:
            lane.queued -= 1
