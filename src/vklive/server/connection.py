"""One connection of a client: its state machine, and the answers that the machine asks for."""

from __future__ import annotations

import asyncio
import functools
import logging
from collections.abc import Coroutine, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

from msgspec import UNSET, Raw

from vklive.protocol.closing import Close
from vklive.protocol.codes import DisconnectCode, ErrorCode, UnsubscribeCode
from vklive.protocol.messages import (
    ClientInfo,
    ConnectRequest,
    HistoryRequest,
    HistoryResult,
    PresenceRequest,
    PresenceResult,
    PresenceStatsRequest,
    PresenceStatsResult,
    Publication,
    PublishRequest,
    PublishResult,
    RefreshRequest,
    SubRefreshRequest,
    SubscribeRequest,
)
from vklive.protocol.position import Position
from vklive.protocol.pushed import Pushed
from vklive.protocol.requests import Request, channel_of, name_of
from vklive.protocol.server import ServerConnection
from vklive.protocol.server_state import State
from vklive.protocol.subscription import Ended, Standing, Terms, since_of
from vklive.server.admission import Admitted, Call, Expelled, Refused
from vklive.server.errors import NodeError
from vklive.server.turn import Frames

if TYPE_CHECKING:
    from vklive.server.node import Node

_log = logging.getLogger("vklive.server.connection")

MAX_WAITING_COMMANDS = 64
"""How many commands may wait for an answer before nothing more is read from the client."""

POSITION_GRACE = 1.0
"""Seconds that a publication may be under way from the broker before a position that is behind counts as lost."""


class Outlet(Protocol):
    """The way to the client: a socket, or a test."""

    def write(self, messages: list[bytes], frames: Frames) -> None:
        """Send messages, in order."""
        ...

    def close(self, close: Close) -> None:
        """Close the way, after what was written unless it says otherwise."""
        ...

    def backlog(self) -> int:
        """Bytes that were written and that the network has not taken yet."""
        ...

    def pause(self) -> None:
        """Stop giving frames to the connection."""
        ...

    def resume(self) -> None:
        """Give frames again."""
        ...


class Connection:
    """Drives the state machine of one client. Belongs to one node and one event loop."""

    def __init__(self, node: Node, machine: ServerConnection, outlet: Outlet) -> None:
        self.machine = machine
        self._node = node
        self._outlet = outlet
        self._timer: asyncio.TimerHandle | None = None
        self._working = False
        self._prepared: Request | None = None
        self._looking = False
        self._traffic = node.counts.traffic[machine.medium.name]
        # Since when the command is worked on that is answered next.
        self._asked_at = node.clock.monotonic()
        self._departing: dict[str, asyncio.Task[None]] = {}
        self._wake_in_time()
        node.turn.add(self)

    # What the way to the client calls.

    def received(self, frame: bytes) -> None:
        """Take a frame from the client."""
        if not self._working:
            self._asked_at = self._node.clock.monotonic()
        self.machine.receive(frame)
        self._go_on()
        if self.machine.waiting > MAX_WAITING_COMMANDS:
            self._outlet.pause()

    def connect(self, request: ConnectRequest) -> None:
        """Take the only words of a client on a unidirectional medium."""
        self.machine.ask_to_connect(request)
        self._go_on()

    def vanished(self) -> None:
        """The client is gone."""
        self.machine.vanished()
        self._node.turn.add(self)

    # What the hub calls.

    def deliver(self, ws_channel: str, pushed: Pushed) -> None:
        """Take a publication for the client."""
        self.machine.deliver(ws_channel, pushed)
        self._node.turn.add(self)

    def deliver_other(self, ws_channel: str, pushed: Pushed) -> None:
        """Take news of another subscriber for the client."""
        self.machine.deliver_other(ws_channel, pushed)
        self._node.turn.add(self)

    # What the node calls.

    @property
    def info(self) -> ClientInfo:
        """Who this is, for others."""
        machine = self.machine
        conn_info = UNSET if machine.info is None else machine.info
        return ClientInfo(user=machine.user, client=machine.client_id, conn_info=conn_info)

    def close(self, code: DisconnectCode, *, detail: str) -> None:
        """Close the connection from the server's side."""
        self.machine.close(code, detail=detail)
        self._node.turn.add(self)

    def close_as(self, close: Close) -> None:
        """Close it with a code that may be anybody's."""
        self.machine.close_as(close)
        self._node.turn.add(self)

    async def subscribe(self, ws_channel: str, terms: Terms, *, since: Position | None) -> None:
        """Subscribe the client from the server's side, or give a subscription that stands new terms."""
        machine = self.machine
        if ws_channel not in machine.subscriptions and len(machine.subscriptions) >= self._node.channel_limit:
            self.close(DisconnectCode.CHANNEL_LIMIT, detail=f"the server would subscribe it to {ws_channel!r} too")
            return
        standing = await self._join(ws_channel, terms, since)
        if standing is not None:
            machine.subscribed(ws_channel, terms, standing, now=self._node.clock.monotonic())
            self._node.turn.add(self)
            await self._announce({ws_channel: terms})

    def unsubscribe(self, ws_channel: str) -> None:
        """End a subscription from the server's side."""
        self.machine.unsubscribe(ws_channel, UnsubscribeCode.SERVER)
        self._node.turn.add(self)

    def refresh(self, *, ttl: int | None, info: Raw | None) -> None:
        """Change for how long the connection is good, and what others are told about it."""
        self.machine.refresh(ttl=ttl, now=self._node.clock.monotonic(), info=info)
        self._wake_in_time()
        self._node.turn.add(self)

    def flush(self, frames: Frames) -> None:
        """Send what there is to send, and draw the consequences of what has happened."""
        machine = self.machine
        messages = machine.data_to_send()
        if messages:
            self._traffic.messages += len(messages)
            self._outlet.write(messages, frames)
            if self._outlet.backlog() > self._node.queue_max_size:
                machine.close(DisconnectCode.SLOW, detail=f"over {self._node.queue_max_size} bytes not taken")
        if ended := machine.ended():
            self._leave(ended)
        if machine.closing is not None:
            self._finish(machine.closing)

    # Inside: the end, and time.

    def _is(self, state: State) -> bool:
        # Asked again after whatever takes time: it may have changed.
        return self.machine.state is state

    def _finish(self, close: Close) -> None:
        """The end; comes once, as a closed machine says nothing more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._node.forget(self):
            if close.code is not None:
                self._node.counts.disconnects[close.code] += 1
            _log.info(
                "connection %s of user %r closed: %s %s (%s)",
                self.machine.client_id,
                self.machine.user,
                close.code or "dropped",
                close.reason,
                close.detail,
            )
            self._outlet.close(close)

    def _wake_in_time(self) -> None:
        deadline = self.machine.next_deadline
        if deadline is None:
            return
        if self._timer is not None:
            if self._timer.when() <= deadline:
                return  # It looks again when it fires: cheaper than a new timer at every change.
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_at(deadline, self._tick)

    def _tick(self) -> None:
        self._timer = None
        self.machine.tick(self._node.clock.monotonic())
        if self.machine.passed() and not self._looking:
            self._looking = True
            self._node.tasks.start(self._look(), name=f"look at the subscriptions of {self.machine.client_id}")
        self._wake_in_time()
        self._node.turn.add(self)

    async def _look(self) -> None:
        """Renew what has to be renewed of the subscriptions, and compare positions with the broker's."""
        try:
            machine, membership = self.machine, self._node.membership
            for channel, subscription in machine.subscriptions:
                if subscription.terms.presence:
                    await membership.stay(channel, self._info_in(subscription.terms))
            age = self._node.position_check_delay
            for channel, _ in machine.subscriptions.unchecked(self._node.clock.monotonic(), age=age):
                if not await self._is_up_to_date(channel, grace=POSITION_GRACE):
                    machine.lose(channel, detail=f"{channel!r}: its position is not that of the history")
                    self._node.turn.add(self)
        finally:
            self._looking = False

    async def _is_up_to_date(self, channel: str, *, grace: float) -> bool:
        top = await self._node.membership.top(channel)
        subscription = self.machine.subscriptions.get(channel)
        if subscription is None or (subscription.epoch == top.epoch and subscription.offset >= top.offset):
            return True
        if subscription.epoch != top.epoch or grace <= 0:
            return False
        await asyncio.sleep(grace)
        subscription = self.machine.subscriptions.get(channel)
        return subscription is None or subscription.offset >= top.offset

    # Inside: what the machine asks.

    def _go_on(self) -> None:
        while not self._working and (request := self.machine.next_request()) is not None:
            self._decide(request)
        self._count_answers()
        self._wake_in_time()
        self._node.turn.add(self)

    def _count_answers(self) -> None:
        counts = self._node.counts
        for answered in self.machine.answered():
            now = self._node.clock.monotonic()
            counts.commands[answered.method].add(now - self._asked_at)
            self._asked_at = now
            if answered.error is not None:
                counts.reply_errors[answered.method, answered.error] += 1

    def _start(self, request: Request, work: Coroutine[None, None, None]) -> None:
        """Work on an answer that takes time; the commands after this one wait."""
        self._working = True
        name = f"{name_of(request.asked)} {self.machine.client_id}"
        self._node.tasks.start(self._work(request, work), name=name)

    async def _work(self, request: Request, work: Coroutine[None, None, None]) -> None:
        try:
            await work
        except NodeError as error:
            self._refuse(request, error.code, error.why)
        except Exception as error:  # noqa: BLE001 - a broker may fail in any way; the client is told to come back
            _log.exception("cannot %s %r", name_of(request.asked), channel_of(request.asked))
            if isinstance(request.asked, ConnectRequest | SubscribeRequest):
                self.machine.close(DisconnectCode.SERVER_ERROR, detail=f"broker: {type(error).__name__}")
            else:
                self._refuse(request, ErrorCode.INTERNAL, f"broker: {type(error).__name__}")
        finally:
            self._working = False
            self._outlet.resume()
            self._go_on()

    def _decide(self, request: Request) -> None:
        token = getattr(request.asked, "token", None)
        if token and request is not self._prepared and self._node.admission.verifier.needs(token):
            self._start(request, self._prepare(request, token))
        else:
            self._judge(request)

    async def _prepare(self, request: Request, token: str) -> None:
        """Fetch the key of a token, once: the request is decided again when this has ended, and then for good."""
        self._prepared = request
        await self._node.admission.verifier.prepare(token)

    def _judge(self, request: Request) -> None:
        now = self._node.clock.monotonic()
        match self._ask_admission(request):
            case Refused(error, why):
                self._refuse(request, error, why)
            case Expelled(code, why):
                self.machine.close(code, detail=f"{name_of(request.asked)} {channel_of(request.asked)!r}: {why}")
            case Admitted() as admitted if isinstance(request.asked, ConnectRequest):
                if admitted.subscriptions:
                    self._start(request, self._connect(request.asked, admitted))
                else:
                    self._enter(admitted, {})
            case Admitted() as admitted:
                self._refresh(admitted, now)
            case Terms() as terms if isinstance(request.asked, SubscribeRequest):
                self._start(request, self._subscribe(request.asked, terms))
            case Terms() as terms:
                self.machine.accept_sub_refresh(terms, now=now)
            case None:
                self._start(request, self._call(request.asked))  # type: ignore[arg-type]

    def _ask_admission(self, request: Request) -> Admitted | Terms | Refused | Expelled | None:
        machine, admission = self.machine, self._node.admission
        wall = self._node.clock.wall()
        match request.asked:
            case ConnectRequest() as asked:
                return admission.connect(asked, now=wall, connections_of=self._node.connections_of)
            case RefreshRequest() as asked:
                return admission.refresh(asked.token or "", user=machine.user, now=wall)
            case SubscribeRequest() as asked:
                return admission.subscribe(
                    asked,
                    user=machine.user,
                    client=machine.client_id,
                    now=wall,
                    deafened_until=self._node.deafened.until(machine.user, channel_of(asked)),
                )
            case SubRefreshRequest() as asked:
                return admission.sub_refresh(
                    asked.token or "",
                    channel=channel_of(asked),
                    user=machine.user,
                    client=machine.client_id,
                    now=wall,
                    deafened_until=self._node.deafened.until(machine.user, channel_of(asked)),
                )
            case asked:
                subscribed = machine.subscriptions.get(channel_of(asked)) is not None
                return admission.call(asked, user=machine.user, subscribed=subscribed)

    def _refuse(self, request: Request, error: ErrorCode, why: str) -> None:
        if self._is(State.CLOSED):
            return
        _log.info(
            "connection %s of user %r: %s %r refused with %s %s: %s",
            self.machine.client_id,
            self.machine.user,
            name_of(request.asked),
            channel_of(request.asked),
            error.value,
            error.message,
            why,
        )
        self.machine.refuse(error, now=self._node.clock.monotonic())

    # Inside: connect and refresh.

    async def _connect(self, asked: ConnectRequest, admitted: Admitted) -> None:
        """Subscribe the client to what the server says, then let it in."""
        # Its info is part of its presence, which comes before the machine knows it.
        self.machine.user, self.machine.info = admitted.user, admitted.info
        wanted = {channel: since_of(request) for channel, request in (asked.subs or {}).items()}
        made: dict[str, tuple[Terms, Standing]] = {}

        async def join(channel: str, terms: Terms) -> None:
            standing = await self._join(channel, terms, wanted.get(channel))
            if standing is not None:
                made[channel] = (terms, standing)

        try:
            async with asyncio.TaskGroup() as group:
                for channel, terms in admitted.subscriptions.items():
                    group.create_task(join(channel, terms))
            self._enter(admitted, {channel: made[channel] for channel in admitted.subscriptions if channel in made})
        finally:
            if not self._is(State.CONNECTED):
                self._leave([Ended(channel, terms) for channel, (terms, _) in made.items()])
        if self._is(State.CONNECTED):
            await self._announce(admitted.subscriptions)

    def _enter(self, admitted: Admitted, made: Mapping[str, tuple[Terms, Standing]]) -> None:
        if not self._is(State.NEW):
            return  # The client left meanwhile.
        self.machine.accept_connect(
            user=admitted.user,
            ttl=admitted.ttl,
            now=self._node.clock.monotonic(),
            info=admitted.info,
            subscriptions=made,
        )
        if self._is(State.CONNECTED):
            self._node.entered(self)

    def _refresh(self, admitted: Admitted, now: float) -> None:
        told = {channel for channel, one in self.machine.subscriptions if one.terms.by_token}
        if told != set(admitted.subscriptions):
            detail = "refresh: the new token subscribes to other ws channels than the old one"
            self.machine.close(DisconnectCode.INSUFFICIENT_STATE, detail=detail)
        else:
            self.machine.accept_refresh(ttl=admitted.ttl, now=now, info=admitted.info)

    # Inside: subscriptions.

    async def _subscribe(self, asked: SubscribeRequest, terms: Terms) -> None:
        """Join the ws channel, then say so: whatever is published after the reply arrives."""
        channel = channel_of(asked)
        standing = await self._join(channel, terms, since_of(asked))
        if standing is not None:
            self.machine.accept_subscribe(terms, standing, now=self._node.clock.monotonic())
            self._node.turn.add(self)
            await self._announce({channel: terms})

    async def _join(self, channel: str, terms: Terms, since: Position | None) -> Standing | None:
        """Where the subscription stands; `None` when the client left meanwhile, and nothing is to be done."""
        # Whoever comes back at once must not be overtaken by its own leaving.
        if (departure := self._departing.get(channel)) is not None:
            await asyncio.wait([departure])
        if self._is(State.CLOSED):
            return None
        self.machine.subscriptions.arrive(channel)
        info = self._info_in(terms)
        try:
            standing = await self._node.membership.join(channel, self, info=info, terms=terms, since=since)
        except BaseException:
            self.machine.subscriptions.give_up(channel)
            raise
        if self._is(State.CLOSED):
            self._leave([Ended(channel, terms)])
            return None
        return standing

    async def _announce(self, subscriptions: Mapping[str, Terms]) -> None:
        for channel, terms in subscriptions.items():
            if terms.announced:
                await self._node.membership.announce(channel, self._info_in(terms))

    def _leave(self, ended: Sequence[Ended]) -> None:
        """Take the client out of ws channels; what others have to be told follows."""
        node = self._node
        for one in ended:
            was_last = node.hub.remove(one.channel, self)
            if not (was_last or one.terms.presence or one.terms.announced):
                continue
            task = node.tasks.start(
                node.membership.leave(one.channel, info=self._info_in(one.terms), terms=one.terms, was_last=was_last),
                name=f"leave {one.channel}",
            )
            self._departing[one.channel] = task
            task.add_done_callback(functools.partial(self._has_left, one.channel))

    def _has_left(self, channel: str, task: asyncio.Task[None]) -> None:
        if self._departing.get(channel) is task:
            del self._departing[channel]

    def _info_in(self, terms: Terms) -> ClientInfo:
        """Who this is, for others in a ws channel."""
        info = self.info
        if terms.info is not None:
            info.chan_info = terms.info
        return info

    # Inside: calls.

    async def _call(self, asked: Call) -> None:
        node, channel = self._node, channel_of(asked)
        result: PublishResult | HistoryResult | PresenceResult | PresenceStatsResult
        match asked:
            case PublishRequest():
                subscription = self.machine.subscriptions.get(channel)
                info = self.info if subscription is None else self._info_in(subscription.terms)
                await node.publish(channel, Publication(data=asked.data, info=info))
                result = PublishResult()
            case HistoryRequest():
                since = None if asked.since is None else Position(asked.since.epoch or "", asked.since.offset or 0)
                limit = node.history_limit(asked.limit or 0)
                history = await node.history(channel, limit=limit, since=since, reverse=bool(asked.reverse))
                result = HistoryResult(
                    publications=history.publications, epoch=history.top.epoch, offset=history.top.offset
                )
            case PresenceRequest():
                result = PresenceResult(presence=await node.members(channel))
            case PresenceStatsRequest():
                stats = await node.presence_stats(channel)
                result = PresenceStatsResult(num_clients=stats.num_clients, num_users=stats.num_users)
        if not self._is(State.CLOSED):
            self.machine.accept(result)
