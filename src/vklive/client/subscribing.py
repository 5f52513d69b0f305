"""Subscribing on one connection: with the tokens that are needed, at a pace that a server bears, again after a refusal.

What has to wait for the API is a job beside the reading of the connection, and ends with it.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Collection, Coroutine
from typing import TypeAlias

from vklive.client.backoff import Backoff
from vklive.client.batched_api import BatchedApi
from vklive.client.refill import Refiller
from vklive.client.routes import Routes
from vklive.client.stream import Stream
from vklive.client.subscriptions import NO_TOKEN, Access, Phase, Subscription, decide
from vklive.errors import DevApiError, UnauthorizedError
from vklive.escaping import escape
from vklive.events import TokenRefreshed, Unsubscribed
from vklive.protocol import client_events as said
from vklive.protocol.client import ClientConnection, State
from vklive.protocol.codes import ErrorCode, UnsubscribeCode, is_retryable, may_resubscribe

_log = logging.getLogger("vklive.client.subscribing")

MAX_ASKED_AT_ONCE = 64
"""Subscribe commands that wait for their answers; the next ones go out as those come, at the pace of the server."""

SubscriptionEvent: TypeAlias = (
    said.Subscribed | said.SubscribeRefused | said.Unsubscribed | said.RefreshDue | said.Refreshed | said.RefreshRefused
)
"""What a connection's state machine tells about subscriptions."""

_NEEDS_TOKEN = {ErrorCode.PERMISSION_DENIED, ErrorCode.TOKEN_EXPIRED}


class Subscribing:
    """The subscriptions of one connection.

    Args:
        machine: the connection's state machine.
        api: gives tokens and names.
        routes: whom what is heard for; kept up to date here.
        job: begins some work beside.
        flush: sends what the machine has to say.
        full: is told of a stream for which the server has no room on this connection; says whether another one has it.
        refiller: fills the holes in chats.
    """

    def __init__(
        self,
        machine: ClientConnection,
        *,
        api: BatchedApi,
        routes: Routes,
        job: Callable[[Callable[[], Coroutine[None, None, None]]], None],
        flush: Callable[[], None],
        full: Callable[[Stream], bool],
        refiller: Refiller,
    ) -> None:
        self._machine = machine
        self._api = api
        self._routes = routes
        self._job = job
        self._flush = flush
        self._full = full
        self._refiller = refiller
        self._refusals: dict[str, Backoff] = {}
        self._asked: set[str] = set()
        self._waiting: deque[tuple[Subscription, str]] = deque()

    # What streams want.

    def begin(self, stream: Stream, *, wanted: Callable[[], bool]) -> None:
        """Subscribe to everything that a stream wants, unless it is not `wanted` any more when its names are known."""
        self._job(lambda: self._serve(stream, wanted))

    def end(self, stream: Stream) -> None:
        """What nobody else hears is unsubscribed."""
        for ws_channel in self._routes.remove(stream):
            self._asked.discard(ws_channel)
            if self._machine.state is State.CONNECTED:
                self._machine.unsubscribe(ws_channel, now=_now())
        self._ask_next()
        self._flush()

    def begin_listening(self, stream: Stream, subscription: Subscription) -> None:
        """It is heard from now on; what can be had of what was missed is fetched."""
        stream.begin_listening(subscription)
        memory = subscription.chat
        if memory is not None and memory.is_holding:
            self._job(lambda: self._refiller.refill(stream, subscription, memory))

    # What the server says.

    def take(self, event: SubscriptionEvent) -> None:
        """What it says of subscriptions; what it says of the connection's own token is not for here."""
        match event:
            case said.Subscribed():
                self._subscribed(event)
            case said.SubscribeRefused():
                self._refused(event)
            case said.Unsubscribed():
                self._unsubscribed(event)
            case said.RefreshDue(str(ws_channel)):
                self._job(lambda: self._refresh(ws_channel))
            case said.Refreshed(str(ws_channel)):
                self._refreshed(ws_channel)
            case said.RefreshRefused(str(ws_channel), refused):
                self._refresh_refused(ws_channel, refused)
            case said.RefreshDue() | said.Refreshed() | said.RefreshRefused():
                pass

    def _subscribed(self, event: said.Subscribed) -> None:
        self._answered(event.ws_channel)
        self._refusals.pop(event.ws_channel, None)
        routes = self._routes.of(event.ws_channel)
        recovered_from = next((each.position for _, each in routes if each.phase is Phase.ASKED), None)
        for stream, subscription in routes:
            if event.recovered and subscription.position == recovered_from:
                subscription.gap = ""
            subscription.position = event.position
            self.begin_listening(stream, subscription)

    def _refused(self, event: said.SubscribeRefused) -> None:
        ws_channel, refused = event.ws_channel, event.refused
        self._answered(ws_channel)
        routes = self._routes.of(ws_channel)
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
            self._job(lambda: self._again(ws_channel))
        elif refused.code == ErrorCode.LIMIT_EXCEEDED and all(self._full(stream) for stream, _ in routes):
            pass  # they have moved to another connection
        elif is_retryable(refused.code, temporary=refused.temporary):
            delay = self._refusals.setdefault(ws_channel, Backoff()).next()
            _log.warning("%r is refused: %s; trying again in %.1f s", ws_channel, escape(refused.message), delay)
            self._job(lambda: self._again(ws_channel, delay=delay))
        else:
            self._deny(ws_channel, f"the server said: {refused.message}")

    def _unsubscribed(self, event: said.Unsubscribed) -> None:
        self._answered(event.ws_channel)
        for stream, subscription in self._routes.of(event.ws_channel):
            subscription.interrupt(event.reason)
            if event.code == UnsubscribeCode.STATE_INVALIDATED:
                subscription.position = None
            if not may_resubscribe(event.code):
                subscription.phase = Phase.DENIED
            gone = Unsubscribed(
                topic=subscription.topic, ws_channel=event.ws_channel, code=event.code, reason=event.reason
            )
            stream.tell(gone, topic=subscription.topic, ws_channel=event.ws_channel)
        if may_resubscribe(event.code):
            self._job(lambda: self._again(event.ws_channel))
        else:
            self._routes.forget(event.ws_channel)

    def _refreshed(self, ws_channel: str) -> None:
        for stream, subscription in self._routes.of(ws_channel):
            renewed = TokenRefreshed(kind="subscription", ws_channel=ws_channel)
            stream.tell(renewed, topic=subscription.topic, ws_channel=ws_channel)

    def _refresh_refused(self, ws_channel: str, refused: said.Refused) -> None:
        if is_retryable(refused.code, temporary=refused.temporary):
            self._job(lambda: self._refresh(ws_channel, delay=refresh_delay()))
            return
        if self._machine.state is State.CONNECTED:
            self._machine.unsubscribe(ws_channel, now=_now())
        self._deny(ws_channel, f"the server said: {refused.message}")

    # Jobs.

    async def _serve(self, stream: Stream, wanted: Callable[[], bool]) -> None:
        try:
            if not stream.planned:
                stream.plan(await self._api.names(stream.channel_url))
        except UnauthorizedError:
            raise
        except DevApiError as error:
            # There is no such channel, it is banned, its name is none: that ends this stream and no other.
            stream.fail(error)
            return
        if wanted():
            self._routes.add(stream)
            await self._subscribe(stream.subscriptions)

    async def _subscribe(self, subscriptions: Collection[Subscription]) -> None:
        """Get the tokens that are needed in one call, then subscribe."""
        tokens = await self._api.subscription_tokens(
            [one.ws_channel for one in subscriptions if one.access is not Access.BARE]
        )
        for subscription, token, reason in decide(subscriptions, tokens, is_user=self._api.is_user):
            if token is None and not self._machine.is_subscribed(subscription.ws_channel):
                self._deny(subscription.ws_channel, reason, untried=False)
            elif self._routes.of(subscription.ws_channel):
                # Where another topic has the same name, and is open, it is heard already.
                self._waiting.append((subscription, token or ""))
        self._ask_next()
        self._flush()

    def _ask_next(self) -> None:
        while self._waiting and len(self._asked) < MAX_ASKED_AT_ONCE:
            self._ask(*self._waiting.popleft())

    def _ask(self, subscription: Subscription, token: str) -> None:
        ws_channel = subscription.ws_channel
        routes = self._routes.of(ws_channel)
        if self._machine.state is not State.CONNECTED or not routes:
            return
        if self._machine.is_subscribed(ws_channel):
            # Another stream listens already, or is about to.
            if self._machine.is_heard(ws_channel):
                position = next((each.position for _, each in routes if each.phase is Phase.LISTENING), None)
                for stream, each in routes:
                    if each.phase is Phase.WAITING:
                        each.position = position
                        self.begin_listening(stream, each)
            return
        subscription.phase = Phase.ASKED
        self._asked.add(ws_channel)
        self._machine.subscribe(ws_channel, token=token, position=subscription.position, now=_now())

    def _answered(self, ws_channel: str) -> None:
        self._asked.discard(ws_channel)
        self._ask_next()

    async def _again(self, ws_channel: str, *, delay: float = 0.0) -> None:
        await asyncio.sleep(delay)
        routes = self._routes.of(ws_channel)
        if routes:
            # Where an open topic and a limited one have the same name, the open way is the one to try.
            await self._subscribe([next((one for _, one in routes if one.access is Access.BARE), routes[0][1])])

    async def _refresh(self, ws_channel: str, *, delay: float = 0.0) -> None:
        """Fetch a new token and give it to the server; in one call for all that are due with it."""
        await asyncio.sleep(delay)
        token = (await self._api.subscription_tokens([ws_channel])).get(ws_channel)
        if self._machine.state is not State.CONNECTED or not self._machine.is_subscribed(ws_channel):
            return
        if token:
            self._machine.sub_refresh(ws_channel, token, now=_now())
        else:
            self._machine.unsubscribe(ws_channel, now=_now())
            self._deny(ws_channel, NO_TOKEN)
        self._flush()

    def _deny(self, ws_channel: str, reason: str, *, untried: bool = True) -> None:
        """Say that there is no access; `untried` says whether that is so for who needs no token as well."""
        for stream, subscription in self._routes.of(ws_channel):
            if untried or subscription.access is not Access.BARE:
                stream.deny(subscription, reason)


def refresh_delay() -> float:
    """Seconds until a refresh that the server had no time for is tried again."""
    return Backoff(minimum=5.0, maximum=10.0).next()


def _now() -> float:
    return asyncio.get_running_loop().time()
