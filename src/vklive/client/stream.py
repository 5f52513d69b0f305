"""The events of one channel, as the program takes them."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from datetime import UTC, datetime
from types import TracebackType
from typing import Protocol, Self

from vklive.client.calls import Calls
from vklive.client.chat_memory import ChatMemory
from vklive.client.pubsub_calls import PubSubCalls
from vklive.client.queue import EventQueue
from vklive.client.resume import Progress
from vklive.client.subscriptions import NO_WS_CHANNEL, Phase, Subscription, plan
from vklive.clock import Clock
from vklive.devapi.topics import Topic, WebSocketChannels
from vklive.errors import VkliveError
from vklive.events import Event, EventData, Gap, Listening, NoAccess, Position, Refilled


class Supply(Protocol):
    """Whoever feeds streams."""

    def add(self, stream: Stream) -> None:
        """Feed it from now on."""
        ...

    def remove(self, stream: Stream) -> None:
        """Feed it no more."""
        ...

    def calls(self, stream: Stream) -> Calls | None:
        """Those of the connection that feeds it."""
        ...


class Stream:
    """The events of one channel, in the order in which they were heard; between them, what happens to the connection.

    Made by `vklive.Client.listen`. An async context manager and an async iterator: listening begins with ``async
    with`` and ends with it. The iteration ends when the stream is closed, or with the error that no retry helps
    against: wrong credentials, no such channel, a certificate that cannot be trusted.

    Delivery is at most once, and in order within a ws channel. Where something may have been missed, there is a
    `vklive.events.Gap`.

    Attributes:
        channel_url: the channel's slug.
        pubsub: what may be asked of the pub/sub itself.
    """

    def __init__(
        self,
        supply: Supply,
        channel_url: str,
        *,
        topics: Collection[Topic],
        queue: EventQueue,
        clock: Clock,
        refill: bool = True,
        progress: Progress | None = None,
        timeout: float = 5.0,
    ) -> None:
        self.channel_url = channel_url
        self.topics = frozenset(topics)
        self.queue = queue
        self.refill = refill
        self._progress = progress
        # Kept from one connection to the next. `planned` is false while the API is to be asked for names (again).
        self.subscriptions: list[Subscription] = []
        self.planned = False
        self._missing: set[Topic] = set()
        self._supply = supply
        self._clock = clock
        self._told = asyncio.Event()
        self.pubsub = PubSubCalls(self, lambda: supply.calls(self), timeout=timeout)

    @property
    def dropped(self) -> int:
        """How many events were dropped because they were not taken fast enough."""
        return self.queue.dropped

    @property
    def width(self) -> int:
        """How many ws channels it needs; until the API has told their names, how many it may need."""
        return len(self.subscriptions) if self.planned else len(self.topics)

    async def __aenter__(self) -> Self:
        if self._progress is not None:
            self._progress.load()
        self._supply.add(self)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
        if self._progress is not None:
            if error is None:
                self._progress.done()
            self._progress.close()

    def close(self) -> None:
        """Listen no more. What has arrived can still be taken; then the iteration ends."""
        self._supply.remove(self)
        self.queue.close()

    def fail(self, error: VkliveError) -> None:
        """There is nothing to listen to: the iteration ends with this error."""
        self._supply.remove(self)
        self.queue.close(error)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Event:
        if self._progress is None:
            return await self.queue.get()
        self._progress.done()
        event = await self.queue.get()
        self._progress.hand_over(event)
        return event

    # What its calls want to know.

    def heard(self, topic: Topic) -> Subscription | None:
        """The subscription that a topic is heard by; `None` while it is not."""
        return next((one for one in self.subscriptions if one.topic is topic and one.phase is Phase.LISTENING), None)

    async def changed(self) -> None:
        """Wait until something happens to the connection."""
        self._told.clear()
        await self._told.wait()

    # What feeds it.

    def plan(self, names: WebSocketChannels) -> None:
        """Find out what to subscribe to. What is known of a ws channel that is among them again is kept."""
        known = {one.ws_channel: one for one in self.subscriptions}
        gaps = {one.topic: one.gap for one in self.subscriptions}
        planned, missing = plan(names, self.topics)
        for one in planned:
            # A topic whose ws channel has another name now was missed all the same.
            one.gap = gaps.get(one.topic, "")
            self._resume(one)
        self.subscriptions = [known.get(one.ws_channel, one) for one in planned]
        self.planned = True
        for topic in missing:
            if topic not in self._missing:
                self.tell(NoAccess(topic=topic, ws_channel="", reason=NO_WS_CHANNEL), topic=topic)
        self._missing = set(missing)

    def _resume(self, subscription: Subscription) -> None:
        """Go on where an earlier run of the program was."""
        if self._progress is None or (bookmark := self._progress.bookmark(subscription.ws_channel)) is None:
            return
        subscription.position = bookmark.position
        subscription.gap = subscription.gap or "the program was not running"
        if subscription.chat is not None:
            subscription.chat.last = bookmark.message

    def forget_positions(self) -> None:
        """What was missed is not to be asked for: a server cannot stand it. It is told by a gap instead."""
        for subscription in self.subscriptions:
            subscription.position = None

    def begin_listening(self, subscription: Subscription) -> None:
        """A subscription stands: what was missed before is told, then that it is heard."""
        subscription.phase = Phase.LISTENING
        subscription.denied = ""
        if subscription.gap:
            if subscription.chat is not None and self.refill:
                # What still waits behind an earlier hole was heard before this one.
                self._let_go(subscription, subscription.chat)
                subscription.chat.begin()
            self.tell_gap(subscription)
        listening = Listening(topic=subscription.topic, ws_channel=subscription.ws_channel)
        self.tell(
            listening, topic=subscription.topic, ws_channel=subscription.ws_channel, position=subscription.position
        )

    def hear(self, subscription: Subscription, event: Event) -> None:
        """An event has come; the queue has room for it."""
        memory = subscription.chat
        if memory is not None:
            if memory.is_repeated(event):
                return
            if memory.is_holding and not memory.is_full:
                memory.hold(event)
                return
            # The chat is too busy to wait any longer for what was missed.
            if memory.is_holding:
                self._let_go(subscription, memory)
        self.give(subscription, event)

    def give(self, subscription: Subscription, event: Event, *, late: bool = False) -> None:
        """Count an event, and put it into the queue; `late` when it cannot wait for room."""
        subscription.events += 1
        subscription.last_event = event
        if late:
            self.queue.put_late(event)
        else:
            self.queue.put_now(event)

    def _let_go(self, subscription: Subscription, memory: ChatMemory) -> None:
        while memory.holds:
            self.give(subscription, memory.next_held(), late=True)
        memory.end()

    def tell_refilled(self, subscription: Subscription, *, count: int, complete: bool) -> None:
        """Say what could be had of what was missed."""
        topic, ws_channel = subscription.topic, subscription.ws_channel
        refilled = Refilled(topic=topic, ws_channel=ws_channel, count=count, complete=complete)
        self.tell(refilled, topic=topic, ws_channel=ws_channel)

    def tell_gap(self, subscription: Subscription) -> None:
        """Say that something may have been missed, once."""
        gap = Gap(topic=subscription.topic, ws_channel=subscription.ws_channel, reason=subscription.gap)
        subscription.gap = ""
        subscription.gaps += 1
        self.tell(gap, topic=subscription.topic, ws_channel=subscription.ws_channel)

    def deny(self, subscription: Subscription, reason: str) -> None:
        """Say that there is no access: once, not again at every reconnect."""
        subscription.deny(reason)
        if subscription.denied != reason:
            subscription.denied = reason
            denied = NoAccess(topic=subscription.topic, ws_channel=subscription.ws_channel, reason=reason)
            self.tell(denied, topic=subscription.topic, ws_channel=subscription.ws_channel)

    def tell(self, data: EventData, *, topic: str = "", ws_channel: str = "", position: Position | None = None) -> None:
        """Say what happens to the connection."""
        self._told.set()
        self.queue.put_now(
            Event(
                type=data.event_type,
                data=data,
                channel_url=self.channel_url,
                topic=topic,
                ws_channel=ws_channel,
                position=position,
                received_at=datetime.fromtimestamp(self._clock.wall(), UTC),
                raw=b"",
            )
        )
