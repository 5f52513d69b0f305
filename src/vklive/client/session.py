"""One connection at work: what the streams want is subscribed, what is heard is given to them, tokens are renewed.

A session lives as long as its connection. It is driven by `run`, which reads; whatever has to wait for the API (tokens,
the names of ws channels) is a job beside it and ends with it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection, Coroutine
from datetime import UTC, datetime
from functools import partial
from typing import TypeAlias

from msgspec import Struct

from vklive.client.backlog import Backlog
from vklive.client.backoff import Backoff
from vklive.client.devapi import DevApi
from vklive.client.persistent_api import PersistentApi
from vklive.client.stream import Stream
from vklive.client.subscriptions import NO_TOKEN, Access, Phase, Subscription, decide
from vklive.client.transport import Link
from vklive.clock import Clock
from vklive.errors import ConnectionLostError, DevApiError, UnauthorizedError, VkliveError
from vklive.events import (
    Connected,
    Event,
    Gap,
    Listening,
    NoAccess,
    TokenRefreshed,
    Unsubscribed,
    decode_payload,
)
from vklive.protocol import client_events as said
from vklive.protocol.client import ClientConnection, State
from vklive.protocol.client_events import ClientEvent, Closed
from vklive.protocol.codes import ErrorCode, is_retryable, may_resubscribe

_log = logging.getLogger("vklive.client.session")

StartJob: TypeAlias = Callable[[Coroutine[None, None, None]], None]

_NEEDS_TOKEN = {ErrorCode.PERMISSION_DENIED, ErrorCode.TOKEN_EXPIRED}


class _Route(Struct, frozen=True):
    """Whom a ws channel is heard for."""

    stream: Stream
    subscription: Subscription


class Session:
    """One connection.

    Args:
        link: the open WebSocket.
        machine: a new state machine.
        api: gives tokens and names.
        streams: whom to feed; more may `join` later.
        attempt: the number of the attempt that this is.
        clock: the wall clock that events are stamped with.
        start_job: starts what runs beside; it is cancelled when the session ends.
    """

    def __init__(
        self,
        link: Link,
        *,
        machine: ClientConnection,
        api: DevApi,
        streams: Collection[Stream],
        attempt: int,
        clock: Clock,
        start_job: StartJob,
    ) -> None:
        self.connected: Connected | None = None
        self.error: VkliveError | None = None
        """What ended the session from inside and no retry helps against."""
        self._link = link
        self._machine = machine
        self._api = PersistentApi(api)
        self._streams = list(streams)
        self._attempt = attempt
        self._clock = clock
        self._read_at = datetime.fromtimestamp(0, UTC)
        self._start_job = start_job
        self._routes: dict[str, list[_Route]] = {}
        self._refusals: dict[str, Backoff] = {}
        self._due: list[str] = []
        self._backlog = Backlog(self._release, start_job=self._job)
        self._alarm: asyncio.Timeout | None = None

    async def run(self, token: str) -> Closed:
        """Connect with a connection token, and work until the connection is over."""
        self._machine.connect(token, now=self._now())
        self._flush()
        while True:
            events = await self._next()
            # Pongs are not to wait for a program that takes its time with events.
            self._flush()
            for event in events:
                if isinstance(event, said.Published):
                    if self._backlog or not self._deliver(event, self._read_at):
                        self._backlog.add(event, self._read_at)
                elif isinstance(event, Closed):
                    await self._backlog.empty()
                    return event
                # A token ends when it ends, however long a program takes.
                elif self._backlog and not isinstance(event, said.RefreshDue):
                    self._backlog.add(event, self._read_at)
                else:
                    self._take(event)
            self._flush()
            await self._backlog.room()

    def join(self, stream: Stream) -> None:
        """Feed one more stream."""
        self._streams.append(stream)
        if self.connected is not None:
            stream.tell(self.connected)
            self._job(partial(self._serve, stream))

    def leave(self, stream: Stream) -> None:
        """Feed a stream no more; what nobody else hears is unsubscribed."""
        if stream in self._streams:
            self._streams.remove(stream)
        for ws_channel, routes in list(self._routes.items()):
            kept = [route for route in routes if route.stream is not stream]
            if kept:
                self._routes[ws_channel] = kept
            elif kept != routes:
                del self._routes[ws_channel]
                if self._machine.state is State.CONNECTED:
                    self._machine.unsubscribe(ws_channel, now=self._now())
        self._flush()

    def end(self, reason: str) -> None:
        """The connection is over: what was listened to is interrupted."""
        for routes in self._routes.values():
            for route in routes:
                route.subscription.interrupt(reason)

    # Reading.

    async def _next(self) -> list[ClientEvent]:
        """What happens next: messages, the end, or that it is time for something."""
        try:
            messages = await self._read(self._machine.next_deadline)
            if messages is None:
                # When the program held up the loop, what has arrived meanwhile is read now, and it may be the ping.
                messages = await self._read(self._now())
        except ConnectionLostError as lost:
            return self._machine.lost(lost.code, lost.reason)
        now = self._now()
        if messages is None:
            return self._machine.tick(now)
        self._read_at = datetime.fromtimestamp(self._clock.wall(), UTC)
        return [event for message in messages for event in self._machine.receive(message, now=now)]

    async def _read(self, deadline: float | None) -> list[bytes] | None:
        """What has arrived; `None` when nothing has until the deadline, and for one turn of the loop at least."""
        try:
            async with asyncio.timeout_at(deadline) as self._alarm:
                return await self._link.receive()
        except TimeoutError:
            return None
        finally:
            self._alarm = None

    def _flush(self) -> None:
        """Send what the machine has to say, and see to it that its next deadline is kept."""
        for frame in self._machine.data_to_send():
            self._link.send(frame)
        if self._alarm is not None and not self._alarm.expired():
            self._alarm.reschedule(self._machine.next_deadline)

    async def _release(self, event: ClientEvent, read_at: datetime) -> None:
        """Do with an event of the backlog what would have been done at once."""
        if isinstance(event, said.Published):
            while not self._deliver(event, read_at):
                for stream, _ in self._routes_of(event.ws_channel):
                    await stream.queue.room()
        else:
            self._take(event)
            self._flush()

    def _take(self, event: ClientEvent) -> None:
        match event:
            case said.Connected():
                self.connected = Connected(attempt=self._attempt, client_id=event.client_id)
                for stream in self._streams:
                    stream.tell(self.connected)
                    self._job(partial(self._serve, stream))
            case said.Subscribed():
                self._subscribed(event)
            case said.SubscribeRefused():
                self._subscribe_refused(event)
            case said.Unsubscribed():
                self._unsubscribed(event)
            case said.RefreshDue(ws_channel):
                self._job(partial(self._refresh, ws_channel))
            case said.Refreshed(ws_channel):
                self._refreshed(ws_channel)
            case said.RefreshRefused(ws_channel, refused):
                self._refresh_refused(ws_channel, refused)
            case said.Unreadable(error):
                _log.warning("the server said something that cannot be read, and it is passed over: %s", error)
            case said.ConnectRefused() | said.Published() | Closed():
                pass  # the first is followed by the end, and `run` knows what to do with the others

    def _deliver(self, published: said.Published, read_at: datetime) -> bool:
        """Give a publication to its streams; to none of them, and `False`, while one has no room and will have some."""
        routes = self._routes.get(published.ws_channel)
        if not routes:
            return True
        for route in routes:
            if route.stream.queue.must_wait:
                return False
        kind, data = decode_payload(published.data)
        raw = bytes(published.data)
        for route in routes:
            stream, subscription = route.stream, route.subscription
            if subscription.phase is Phase.WAITING and self._machine.is_heard(published.ws_channel):
                # It has joined another stream's ws channel and still waits for the tokens of its others.
                self._begin_listening(stream, subscription)
            elif subscription.gap:
                self._tell_gap(stream, subscription)
            if published.position is not None:
                subscription.position = published.position
            event = Event(
                type=kind,
                data=data,
                channel_url=stream.channel_url,
                topic=subscription.topic,
                ws_channel=published.ws_channel,
                position=published.position,
                received_at=read_at,
                raw=raw,
            )
            stream.queue.put_now(event)
        return True

    def _subscribed(self, event: said.Subscribed) -> None:
        self._refusals.pop(event.ws_channel, None)
        routes = self._routes_of(event.ws_channel)
        recovered_from = next((each.position for _, each in routes if each.phase is Phase.ASKED), None)
        for stream, subscription in routes:
            if event.recovered and subscription.position == recovered_from:
                subscription.gap = ""
            subscription.position = event.position
            self._begin_listening(stream, subscription)

    def _subscribe_refused(self, event: said.SubscribeRefused) -> None:
        refused = event.refused
        routes = self._routes_of(event.ws_channel)
        if not routes:
            return
        subscription = routes[0][1]
        for _, each in routes:
            each.phase = Phase.WAITING
        if refused.code in _NEEDS_TOKEN and self._api.is_user and subscription.access is Access.BARE:
            # An open one that is not: it is asked for once.
            for _, each in routes:
                if each.access is Access.BARE:
                    each.access = Access.BARE_REFUSED
            self._job(partial(self._subscribe_anew, event.ws_channel))
        elif is_retryable(refused.code, temporary=refused.temporary):
            delay = self._refusals.setdefault(event.ws_channel, Backoff()).next()
            _log.warning("%r is refused: %s; trying again in %.1f s", event.ws_channel, refused.message, delay)
            self._job(partial(self._subscribe_anew, event.ws_channel, delay=delay))
        else:
            self._deny(event.ws_channel, f"the server said: {refused.message}")

    def _unsubscribed(self, event: said.Unsubscribed) -> None:
        for stream, subscription in self._routes_of(event.ws_channel):
            subscription.interrupt(event.reason)
            if not may_resubscribe(event.code):
                subscription.phase = Phase.DENIED
            gone = Unsubscribed(
                topic=subscription.topic, ws_channel=event.ws_channel, code=event.code, reason=event.reason
            )
            stream.tell(gone, topic=subscription.topic, ws_channel=event.ws_channel)
        if may_resubscribe(event.code):
            self._job(partial(self._subscribe_anew, event.ws_channel))
        else:
            self._routes.pop(event.ws_channel, None)

    def _refreshed(self, ws_channel: str | None) -> None:
        if ws_channel is None:
            for stream in self._streams:
                stream.tell(TokenRefreshed(kind="connection"))
        else:
            for stream, subscription in self._routes_of(ws_channel):
                renewed = TokenRefreshed(kind="subscription", ws_channel=ws_channel)
                stream.tell(renewed, topic=subscription.topic, ws_channel=ws_channel)

    def _refresh_refused(self, ws_channel: str | None, refused: said.Refused) -> None:
        if is_retryable(refused.code, temporary=refused.temporary):
            self._job(partial(self._refresh, ws_channel, delay=_refresh_backoff().next()))
        elif ws_channel is not None:
            if self._machine.state is State.CONNECTED:
                self._machine.unsubscribe(ws_channel, now=self._now())
            self._deny(ws_channel, f"the server said: {refused.message}")
        # A connection that is not refreshed is closed by the server, and the next one has a new token.

    # Jobs.

    def _job(self, work: Callable[[], Coroutine[None, None, None]]) -> None:
        """Begin some work beside. It is called in the job itself: one that is cancelled at once has begun nothing."""
        self._start_job(self._guarded(work))

    async def _guarded(self, work: Callable[[], Coroutine[None, None, None]]) -> None:
        """A job that fails for good ends the session, with its error."""
        try:
            await work()
        except VkliveError as error:
            self.error = error
            self._link.abort()
        except Exception as error:  # noqa: BLE001 - a mistake of ours must not leave a ws channel unheard for ever
            _log.exception("a job of the client failed; this is a bug in vklive")
            self.error = VkliveError(f"the client failed: {error!r}")
            self._link.abort()

    async def _serve(self, stream: Stream) -> None:
        """Subscribe to everything that a stream wants."""
        try:
            if not stream.planned:
                stream.plan(await self._api.names(stream.channel_url))
        except UnauthorizedError:
            raise
        except DevApiError as error:
            # There is no such channel, it is banned, its name is none: that ends this stream and no other.
            stream.fail(error)
            return
        if stream not in self._streams:
            return
        for subscription in stream.subscriptions:
            self._routes.setdefault(subscription.ws_channel, []).append(_Route(stream, subscription))
        await self._subscribe(stream.subscriptions)

    async def _subscribe(self, subscriptions: Collection[Subscription]) -> None:
        """Get the tokens that are needed in one call, then subscribe in one frame."""
        tokens = await self._api.subscription_tokens(
            [one.ws_channel for one in subscriptions if one.access is not Access.BARE]
        )
        is_user = self._api.is_user
        for subscription, token, reason in decide(subscriptions, tokens, is_user=is_user):
            if token is None and not self._machine.is_subscribed(subscription.ws_channel):
                self._deny(subscription.ws_channel, reason, untried=False)
            elif self._routes_of(subscription.ws_channel):
                # Where another topic has the same name, and is open, it is heard already.
                self._ask(subscription, token or "")
        self._flush()

    def _ask(self, subscription: Subscription, token: str) -> None:
        ws_channel = subscription.ws_channel
        if self._machine.state is not State.CONNECTED:
            return
        if self._machine.is_subscribed(ws_channel):
            # Another stream listens already, or is about to.
            if self._machine.is_heard(ws_channel):
                routes = self._routes_of(ws_channel)
                position = next((each.position for _, each in routes if each.phase is Phase.LISTENING), None)
                for stream, each in routes:
                    if each.phase is Phase.WAITING:
                        each.position = position
                        self._begin_listening(stream, each)
            return
        subscription.phase = Phase.ASKED
        self._machine.subscribe(ws_channel, token=token, position=subscription.position, now=self._now())

    async def _subscribe_anew(self, ws_channel: str, *, delay: float = 0.0) -> None:
        await asyncio.sleep(delay)
        routes = self._routes_of(ws_channel)
        if routes:
            # Where an open topic and a limited one have the same name, the open way is the one to try.
            await self._subscribe([next((one for _, one in routes if one.access is Access.BARE), routes[0][1])])

    async def _refresh(self, ws_channel: str | None, *, delay: float = 0.0) -> None:
        """Fetch a new token and give it to the server."""
        await asyncio.sleep(delay)
        if ws_channel is not None:
            await self._refresh_subscriptions(ws_channel)
            return
        token = await self._api.websocket_token()
        if self._machine.state is State.CONNECTED:
            self._machine.refresh(token, now=self._now())
        self._flush()

    async def _refresh_subscriptions(self, ws_channel: str) -> None:
        """The same for a subscription, and in one call for all whose tokens are due with it."""
        self._due.append(ws_channel)
        await asyncio.sleep(0)
        due, self._due = self._due, []
        tokens = await self._api.subscription_tokens(due)
        for each in due:
            if self._machine.state is not State.CONNECTED or not self._machine.is_subscribed(each):
                continue
            if token := tokens.get(each):
                self._machine.sub_refresh(each, token, now=self._now())
            else:
                self._machine.unsubscribe(each, now=self._now())
                self._deny(each, NO_TOKEN)
        self._flush()

    # Telling.

    def _deny(self, ws_channel: str, reason: str, *, untried: bool = True) -> None:
        """Say that there is no access; `untried` says whether that is so for who needs no token as well."""
        for stream, subscription in self._routes_of(ws_channel):
            if subscription.access is Access.BARE and not untried:
                continue
            subscription.deny(reason)
            # Said once, not again at every reconnect.
            if subscription.denied != reason:
                subscription.denied = reason
                denied = NoAccess(topic=subscription.topic, ws_channel=ws_channel, reason=reason)
                stream.tell(denied, topic=subscription.topic, ws_channel=ws_channel)

    def _tell_gap(self, stream: Stream, subscription: Subscription) -> None:
        gap = Gap(topic=subscription.topic, ws_channel=subscription.ws_channel, reason=subscription.gap)
        subscription.gap = ""
        stream.tell(gap, topic=subscription.topic, ws_channel=subscription.ws_channel)

    def _begin_listening(self, stream: Stream, subscription: Subscription) -> None:
        subscription.phase = Phase.LISTENING
        subscription.denied = ""
        if subscription.gap:
            self._tell_gap(stream, subscription)
        listening = Listening(topic=subscription.topic, ws_channel=subscription.ws_channel)
        stream.tell(listening, topic=subscription.topic, ws_channel=subscription.ws_channel)

    def _routes_of(self, ws_channel: str) -> list[tuple[Stream, Subscription]]:
        return [(route.stream, route.subscription) for route in self._routes.get(ws_channel, ())]

    @staticmethod
    def _now() -> float:
        return asyncio.get_running_loop().time()


def _refresh_backoff() -> Backoff:
    return Backoff(minimum=5.0, maximum=10.0)
