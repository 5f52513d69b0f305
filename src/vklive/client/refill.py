"""Asks the API for the messages of a chat that were missed, and puts them where they belong."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from datetime import UTC, datetime

from vklive.client.api.chat import MAX_MESSAGES, payload_of
from vklive.client.chat_memory import ChatMemory, Missed
from vklive.client.devapi import DevApi
from vklive.client.stream import Stream
from vklive.client.subscriptions import Subscription
from vklive.clock import Clock
from vklive.errors import UnauthorizedError, VkliveError
from vklive.escaping import escape
from vklive.events import ChatMessageSent, Event, decode_payload

_log = logging.getLogger("vklive.client.refill")

ASKED_AT_ONCE = 4
"""Calls for missed messages at the same time: with a reconnect, all the chats of a connection want theirs."""


class Refiller:
    """Fills the holes in the chats of one connection. The constructor does nothing.

    Args:
        api: has the messages.
        clock: the wall clock that they are stamped with.
    """

    def __init__(self, api: DevApi, *, clock: Clock) -> None:
        self._api = api
        self._clock = clock
        self._turns = asyncio.Semaphore(ASKED_AT_ONCE)

    async def refill(self, stream: Stream, subscription: Subscription, memory: ChatMemory) -> None:
        """Give on what was missed, then what `memory` holds; afterwards it holds nothing any more, whatever happens.

        Raises:
            UnauthorizedError: the credentials are no good any more.
        """
        if not memory.ask():
            return
        waiting: deque[Event] = deque()
        try:
            async with self._turns:
                missed = await self._missed(stream, subscription, memory)
            stream.tell_refilled(subscription, count=len(missed.messages), complete=missed.complete)
            waiting.extend(missed.messages)
            while waiting or memory.holds:
                await stream.queue.room()
                stream.give(subscription, waiting.popleft() if waiting else memory.next_held())
        finally:
            # Where the connection ends meanwhile, nothing of what was heard may be lost.
            while waiting or memory.holds:
                stream.give(subscription, waiting.popleft() if waiting else memory.next_held(), late=True)
            memory.end()

    async def _missed(self, stream: Stream, subscription: Subscription, memory: ChatMemory) -> Missed:
        nothing = Missed([], complete=False)
        try:
            found = await self._api.chat.raw_messages(stream.channel_url)
        except UnauthorizedError:
            raise
        except VkliveError as error:
            _log.warning("what was missed of the chat of %r cannot be had: %s", stream.channel_url, escape(str(error)))
            return nothing
        if not memory.is_holding:
            return nothing  # it was too busy to wait
        read_at = datetime.fromtimestamp(self._clock.wall(), UTC)
        answer: list[Event] = []
        for message in found:
            payload = payload_of(message)
            kind, data = decode_payload(payload)
            # A private message has a ws channel of its own; what cannot be read has no place in an order.
            if isinstance(data, ChatMessageSent) and not data.chat_message.is_private:
                event = Event(
                    type=kind,
                    data=data,
                    channel_url=stream.channel_url,
                    topic=subscription.topic,
                    ws_channel=subscription.ws_channel,
                    position=None,
                    received_at=read_at,
                    raw=payload,
                )
                answer.append(event)
        return memory.missed(answer, all_there_are=len(found) < MAX_MESSAGES)
