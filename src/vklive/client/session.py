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

from msgspec import Raw

from vklive.client.backlog import Backlog
from vklive.client.batched_api import BatchedApi
from vklive.client.calls import Calls
from vklive.client.devapi import DevApi
from vklive.client.evidence import Evidence
from vklive.client.persistent_api import PersistentApi
from vklive.client.refill import Refiller
from vklive.client.routes import Routes
from vklive.client.stream import Stream
from vklive.client.subscribing import Subscribing, refresh_delay
from vklive.client.subscriptions import Phase
from vklive.client.transport import Link
from vklive.clock import Clock
from vklive.errors import ConnectionLostError, VkliveError
from vklive.escaping import escape
from vklive.events import (
    Connected,
    Event,
    EventData,
    Joined,
    Left,
    ServerMessage,
    TokenRefreshed,
    decode_payload,
)
from vklive.protocol import client_events as said
from vklive.protocol.client import ClientConnection, State
from vklive.protocol.client_events import ClientEvent, Closed
from vklive.protocol.codes import is_retryable

_log = logging.getLogger("vklive.client.session")

StartJob: TypeAlias = Callable[[Coroutine[None, None, None]], None]


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
        full: see `vklive.client.subscribing.Subscribing`.
        evidence: what is known of the connection, kept up to date here while it lasts.
    """

    def __init__(  # noqa: PLR0913 - the parts of a connection
        self,
        link: Link,
        *,
        machine: ClientConnection,
        api: DevApi,
        streams: Collection[Stream],
        attempt: int,
        clock: Clock,
        start_job: StartJob,
        full: Callable[[Stream], bool],
        evidence: Evidence,
    ) -> None:
        self.connected: Connected | None = None
        self.error: VkliveError | None = None
        """What ended the session from inside and no retry helps against."""
        self._link = link
        self._machine = machine
        self._api = BatchedApi(PersistentApi(api))
        self._streams = list(streams)
        self._attempt = attempt
        self._clock = clock
        self._read_at = datetime.fromtimestamp(0, UTC)
        self._start_job = start_job
        self._evidence = evidence
        self._routes = Routes()
        self._subscribing = Subscribing(
            machine,
            api=self._api,
            routes=self._routes,
            job=self._job,
            flush=self._flush,
            full=full,
            refiller=Refiller(api, clock=clock),
        )
        self.calls = Calls(machine, flush=self._flush)
        self._backlog = Backlog(self._release, start_job=self._job)
        self._abandoned = ""
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
                # A token ends when it ends, however long a program takes; and what it takes its time for may be a call.
                elif self._backlog and not isinstance(event, said.RefreshDue | said.Answered | said.CallRefused):
                    self._backlog.add(event, self._read_at)
                else:
                    self._take(event)
            self._flush()
            await self._backlog.room()

    def join(self, stream: Stream) -> None:
        """Feed one more stream."""
        self._streams.append(stream)
        if self.connected is not None:
            self._begin(stream)

    def leave(self, stream: Stream) -> None:
        """Feed a stream no more; what nobody else hears is unsubscribed."""
        if stream in self._streams:
            self._streams.remove(stream)
        self._subscribing.end(stream)

    def resumed(self, slept: float) -> None:
        """The machine was suspended. A server that has waited for a pong meanwhile has given the connection up."""
        allowed = self._machine.silence_allowed
        if allowed is not None and slept >= allowed:
            self._abandoned = f"the machine was suspended for {slept:.0f} s"
            self._link.abort()

    def end(self, code: int, reason: str) -> None:
        """The connection is over: what was listened to is interrupted, what was asked is not answered any more."""
        self.calls.end(code, reason)
        self._routes.interrupt(reason)

    # Reading.

    async def _next(self) -> list[ClientEvent]:
        """What happens next: messages, the end, or that it is time for something."""
        try:
            messages = await self._read(self._machine.next_deadline)
            if messages is None:
                # When the program held up the loop, what has arrived meanwhile is read now, and it may be the ping.
                messages = await self._read(self._now())
        except ConnectionLostError as lost:
            return self._machine.lost(lost.code, self._abandoned or lost.reason)
        now = self._now()
        if messages is None:
            return self._machine.tick(now)
        self._evidence.last_byte = now
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
                for stream, _ in self._routes.of(event.ws_channel):
                    await stream.queue.room()
        else:
            self._take(event)
            self._flush()

    def _take(self, event: ClientEvent) -> None:
        self._count(event)
        match event:
            case said.Connected():
                self._evidence.connected(self._now(), silence_allowed=self._machine.silence_allowed)
                self.connected = Connected(attempt=self._attempt, client_id=event.client_id)
                for stream in self._streams:
                    self._begin(stream)
            case said.RefreshDue(None):
                self._job(self._refresh)
            case said.Refreshed(None):
                self._tell_all(TokenRefreshed(kind="connection"))
            case said.RefreshRefused(None, refused):
                self._refresh_refused(refused)
            case said.Unreadable(error):
                _log.warning(
                    "the server said something that cannot be read, and it is passed over: %s", escape(str(error))
                )
            case said.Answered() | said.CallRefused():
                self.calls.take(event)
            case said.Joined() | said.Left():
                self._tell_of_others(event)
            case said.Messaged(data):
                self._tell_all(ServerMessage(payload=Raw(bytes(data))))
            case said.ConnectRefused() | said.Published() | Closed():
                pass  # the first is followed by the end, and `run` knows what to do with the others
            case _:
                self._subscribing.take(event)

    def _tell_all(self, data: EventData) -> None:
        for stream in self._streams:
            stream.tell(data)

    def _tell_of_others(self, event: said.Joined | said.Left) -> None:
        kind = Joined if isinstance(event, said.Joined) else Left
        user, client, ws_channel = event.info.user, event.info.client, event.ws_channel
        for stream, one in self._routes.of(ws_channel):
            told = kind(topic=one.topic, ws_channel=ws_channel, user_id=user, client_id=client)
            stream.tell(told, topic=one.topic, ws_channel=ws_channel)

    def _count(self, event: ClientEvent) -> None:
        match event:
            case said.Refreshed(ws_channel):
                self._evidence.refreshes[_kind_of_token(ws_channel)] += 1
            case said.RefreshRefused(ws_channel):
                self._evidence.refusals[_kind_of_token(ws_channel)] += 1
            case _:
                pass

    def _begin(self, stream: Stream) -> None:
        assert self.connected is not None  # noqa: S101 - asked by both callers
        stream.tell(self.connected)
        self._subscribing.begin(stream, wanted=lambda: stream in self._streams)

    def _deliver(self, published: said.Published, read_at: datetime) -> bool:
        """Give a publication to its streams; to none of them, and `False`, while one has no room and will have some."""
        routes = self._routes.of(published.ws_channel)
        if not routes:
            return True
        if any(stream.queue.must_wait for stream, _ in routes):
            return False
        kind, data = decode_payload(published.data)
        raw = bytes(published.data)
        for stream, subscription in routes:
            if subscription.phase is Phase.WAITING and self._machine.is_heard(published.ws_channel):
                # It has joined another stream's ws channel and still waits for the tokens of its others.
                self._subscribing.begin_listening(stream, subscription)
            elif subscription.gap:
                stream.tell_gap(subscription)
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
            stream.hear(subscription, event)
        return True

    def _refresh_refused(self, refused: said.Refused) -> None:
        # A connection that is not refreshed is closed by the server, and the next one has a new token.
        if is_retryable(refused.code, temporary=refused.temporary):
            self._job(partial(self._refresh, delay=refresh_delay()))

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

    async def _refresh(self, *, delay: float = 0.0) -> None:
        """Fetch a new connection token and give it to the server."""
        await asyncio.sleep(delay)
        token = await self._api.websocket_token()
        if self._machine.state is State.CONNECTED:
            self._machine.refresh(token, now=self._now())
        self._flush()

    @staticmethod
    def _now() -> float:
        return asyncio.get_running_loop().time()


def _kind_of_token(ws_channel: str | None) -> str:
    return "connection" if ws_channel is None else "subscription"
