"""The server's side of one connection, as a state machine.

It knows the rules of the protocol: what may be said when, which codes answer it, when to ping, when something
expires, whether a publication is the one that should come next. It decides nothing that needs a key, a configuration
of namespaces or a broker: those questions come out as `Request`s, one at a time and in the order in which they were
asked, and are answered by whoever drives it.

::

    receive(frame)      ─►                    ─► data_to_send()   messages, each already encoded
    tick(now)           ─►  ServerConnection  ─► next_request()   what is to be decided
    accept_…/refuse     ─►                    ─► ended()          subscriptions that are over
    arrive, subscribed  ─►                    ─► passed()         whether it is time to look at all subscriptions
    deliver(…)          ─►                    ─► answered()       commands that were answered
                                              ─► closing          how the connection is to be closed
                                              ─► next_deadline    when to tick at the latest

Source: `centrifuge` v0.28.2, client.go and handler_websocket.go; times are monotonic seconds.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence

from msgspec import Raw

from vklive.errors import InappropriatePayloadError, LocalProtocolError, RemoteProtocolError
from vklive.protocol.closing import Close, close_with, closed_instead
from vklive.protocol.codes import DisconnectCode, ErrorCode, UnsubscribeCode
from vklive.protocol.medium import Medium
from vklive.protocol.messages import (
    Command,
    ConnectRequest,
    ConnectResult,
    Disconnect,
    Error,
    HistoryRequest,
    HistoryResult,
    PingRequest,
    PresenceRequest,
    PresenceResult,
    PresenceStatsRequest,
    PresenceStatsResult,
    PublishRequest,
    PublishResult,
    Push,
    Refreshed,
    RefreshRequest,
    RefreshResult,
    Reply,
    RpcRequest,
    SendRequest,
    SubRefreshRequest,
    SubRefreshResult,
    SubscribeRequest,
    Unsubscribed,
    UnsubscribeRequest,
    UnsubscribeResult,
)
from vklive.protocol.pushed import Pushed
from vklive.protocol.requests import Answered, Asked, Question, Request, asked_by, channel_of, missing_field, name_of
from vklive.protocol.server_state import State
from vklive.protocol.subscription import Ended, Standing, Terms, push_of, result_of
from vklive.protocol.subscriptions import Subscriptions
from vklive.protocol.timing import Timer, Timing

VERSION = "4.1.5"
"""What a connect reply says: the version whose behaviour this is."""


class ServerConnection:
    """One connection.

    Args:
        timing: times and limits.
        client_id: what the client is told that it is called.
        now: the time at which it opened.
        medium: the way that its messages travel.
        session, node: what a client is told who must name them (see `Medium`).
        ping_phase: where in the first interval the first ping falls, from 0 to 1, so that the pings of many
            connections do not coincide.

    Attributes:
        subscriptions: what it hears.
        info: what others are told about this client, beside its user; `None` for nothing.
    """

    def __init__(
        self,
        timing: Timing,
        *,
        client_id: str,
        now: float,
        medium: Medium = Medium(),  # noqa: B008 - it is immutable
        session: str = "",
        node: str = "",
        ping_phase: float = 0.5,
    ) -> None:
        self.client_id = client_id
        self.session = session
        self.medium = medium
        self.user = ""
        self.info: Raw | None = None
        self.state = State.NEW
        self.closing: Close | None = None
        self.subscriptions = Subscriptions()
        self._form = medium.format
        self._node = node
        self._timing = timing
        self._ping_phase = ping_phase
        self._timers = {Timer.STALE: now + timing.stale_close_delay}
        self._inbox: deque[Command | RemoteProtocolError] = deque()
        self._pending: Request | None = None
        self._outbox: list[bytes] = []
        self._ended: list[Ended] = []
        self._answered: list[Answered] = []
        self._passed = False

    # What comes in.

    def receive(self, frame: bytes) -> None:
        """Take one frame. What it asks is answered at once or comes out of `next_request`."""
        if self.state is State.CLOSED or (self.state is State.REFUSED and not self.medium.emulated):
            return
        try:
            for command in self._form.decode_commands(frame):
                self._inbox.append(command)
        except RemoteProtocolError as error:
            # The commands before the bad one are still carried out.
            self._inbox.append(error)
        self._work()

    def ask_to_connect(self, request: ConnectRequest) -> None:
        """Take the first words of a client that says nothing else."""
        self._inbox.append(Command(id=1, connect=request))
        self._work()

    def tick(self, now: float) -> None:
        """Do what is due."""
        for timer in [timer for timer, at in self._timers.items() if at <= now]:
            if timer in self._timers:
                del self._timers[timer]
                self._fire(timer, now)

    def deliver(self, channel: str, pushed: Pushed) -> None:
        """Send a publication, if this connection is subscribed and it is the one that should come next.

        One that skips something ends the subscription (2500), so that the client recovers; a subscription that the
        server made cannot be made again by the client, and ends the connection (3010).
        """
        subscription = self.subscriptions.get(channel)
        if subscription is None:
            self.subscriptions.hold(channel, pushed)
        elif subscription.takes(pushed):
            self._push(pushed)
        else:
            self.lose(channel, detail=f"{channel!r}: offset {pushed.offset} after {subscription.offset}")

    def deliver_other(self, channel: str, pushed: Pushed) -> None:
        """Send news of another subscriber, if this connection wants it."""
        subscription = self.subscriptions.get(channel)
        if subscription is not None and subscription.terms.hears_others:
            self._push(pushed)

    def lose(self, channel: str, *, detail: str) -> None:
        """A publication was missed."""
        subscription = self.subscriptions.get(channel)
        if subscription is not None and subscription.terms.by_server:
            self.close(DisconnectCode.INSUFFICIENT_STATE, detail=detail)
        elif subscription is not None:
            self.unsubscribe(channel, UnsubscribeCode.INSUFFICIENT_STATE)

    def unsubscribe(self, channel: str, code: UnsubscribeCode) -> None:
        """End a subscription from the server's side. The client is told why, also where it had none."""
        if self.state is State.CONNECTED:
            self._end_subscription(channel)
            self._say(Reply(push=Push(channel=channel, unsubscribe=Unsubscribed(code=code, reason=code.reason))))

    def close(self, code: DisconnectCode, *, detail: str) -> None:
        """Close the connection. What is still to be sent goes before, except to a client that is too slow for it."""
        self.close_as(close_with(code, detail=detail))

    def close_as(self, close: Close) -> None:
        """Close the connection with a code that may be anybody's."""
        if self.state is State.CLOSED:
            return
        if self.medium.tells_disconnect and close.flush and close.code is not None:
            self._say(Reply(push=Push(disconnect=Disconnect(code=close.code, reason=close.reason))))
        self._end(close)

    def vanished(self) -> None:
        """The other side is gone; nothing can be sent any more."""
        self._end(Close(code=None, detail="the client left", flush=False))

    # What goes out.

    @property
    def waiting(self) -> int:
        """How many commands wait for the answer to the one before them."""
        return len(self._inbox)

    @property
    def next_deadline(self) -> float | None:
        """When `tick` is due at the latest; `None` when nothing is awaited."""
        return min(self._timers.values(), default=None)

    def next_request(self) -> Request | None:
        """What is to be decided now: the same until it is accepted or refused."""
        return self._pending

    def data_to_send(self) -> list[bytes]:
        """The messages that are to be sent, in order, without anything between them. They are given once."""
        messages, self._outbox = self._outbox, []
        return messages

    def ended(self) -> Sequence[Ended]:
        """The subscriptions that have ended since the last call, also those that ended with the connection."""
        if not self._ended:
            return ()  # asked at every delivery
        ended, self._ended = self._ended, []
        return ended

    def answered(self) -> Sequence[Answered]:
        """The commands that were answered since the last call, in order."""
        answered, self._answered = self._answered, []
        return answered

    def passed(self) -> bool:
        """Whether it is time to look at all subscriptions; said once each time."""
        passed, self._passed = self._passed, False
        return passed

    # Answers to a request.

    def accept_connect(
        self,
        *,
        user: str,
        ttl: int | None,
        now: float,
        info: Raw | None = None,
        subscriptions: Mapping[str, tuple[Terms, Standing]] | None = None,
    ) -> None:
        """The client is `user` (empty: anonymous); its token runs out in `ttl` seconds, or never.

        Args:
            user: who it is.
            ttl: seconds until its token runs out; `None` for never.
            now: the time.
            info: what others are told about it.
            subscriptions: what the server has subscribed it to.
        """
        request = self._take(ConnectRequest)
        timing = self._timing
        self.state = self.state.to(State.CONNECTED)
        self.user = user
        self.info = info
        del self._timers[Timer.STALE]
        self._timers[Timer.LOOK] = now + timing.presence_update_interval
        self._expire_after(ttl, now)
        if timing.ping_interval > 0:
            self._timers[Timer.PING] = now + timing.ping_interval * self._ping_phase
        made = subscriptions or {}
        result = ConnectResult(
            client=self.client_id,
            version=VERSION,
            expires=ttl is not None,
            ttl=ttl or 0,
            subs={channel: result_of(*terms) for channel, terms in made.items()} or None,
            ping=int(timing.ping_interval),
            pong=timing.ping_interval > 0 and not self.medium.unidirectional,
            session=self.session if self.medium.has_session else "",
            node=self._node if self.medium.emulated else "",
        )
        self._say(
            Reply(push=Push(connect=result)) if self.medium.unidirectional else Reply(id=request.id, connect=result)
        )
        for channel, (terms, standing) in made.items():
            self._begin(channel, terms, standing, now=now)
        self._work()

    def accept_subscribe(self, terms: Terms, standing: Standing, *, now: float) -> None:
        """The client may hear the ws channel, and does from now on."""
        request = self._take(SubscribeRequest)
        self._say(Reply(id=request.id, subscribe=result_of(terms, standing)))
        self._begin(channel_of(request.asked), terms, standing, now=now)
        self._work()

    def subscribed(self, channel: str, terms: Terms, standing: Standing, *, now: float) -> None:
        """The server has subscribed the client, which is told with a push; what it missed follows."""
        self._say(Reply(push=Push(channel=channel, subscribe=push_of(terms, standing))))
        for publication in standing.missed or ():
            self._push(Pushed(Push(channel=channel, pub=publication)))
        self._begin(channel, terms, standing, now=now)

    def accept_refresh(self, *, ttl: int | None, now: float, info: Raw | None = None) -> None:
        """The new connection token is good for `ttl` seconds; without an end it leaves the old deadline in place."""
        request = self._take(RefreshRequest)
        self._expire_after(ttl, now)
        if ttl is not None and info is not None:
            self.info = info
        self._say(Reply(id=request.id, refresh=RefreshResult(expires=ttl is not None, ttl=ttl or 0)))
        self._work()

    def accept_sub_refresh(self, terms: Terms, *, now: float) -> None:
        """The new subscription token is good for some seconds, or for ever."""
        request = self._take(SubRefreshRequest)
        ttl = terms.ttl
        subscription = self.subscriptions.get(channel_of(request.asked))
        if subscription is not None:
            subscription.expires_at = None if ttl is None else now + ttl
        self._say(Reply(id=request.id, sub_refresh=SubRefreshResult(expires=ttl is not None, ttl=ttl or 0)))
        self._work()

    def accept(self, result: PublishResult | PresenceResult | PresenceStatsResult | HistoryResult) -> None:
        """What a call has given."""
        request = self._take(PublishRequest, PresenceRequest, PresenceStatsRequest, HistoryRequest)
        match result:
            case PublishResult():
                self._say(Reply(id=request.id, publish=result))
            case PresenceResult():
                self._say(Reply(id=request.id, presence=result))
            case PresenceStatsResult():
                self._say(Reply(id=request.id, presence_stats=result))
            case HistoryResult():
                self._say(Reply(id=request.id, history=result))
        self._work()

    def refuse(self, error: ErrorCode, *, now: float) -> None:
        """No to whatever is pending. A refused connect makes the connection useless."""
        request, self._pending = self._pending, None
        if request is None:
            raise LocalProtocolError("there is no request to refuse")
        if not isinstance(request.asked, ConnectRequest):
            self._deny(request.id, request.asked, error)
            self._work()
        elif self.medium.unidirectional:
            self.close(closed_instead(error), detail=f"connect refused with {error.value} {error.message}")
        else:
            self._deny(request.id, request.asked, error)
            self.state = self.state.to(State.REFUSED)
            self._inbox.clear()
            if not self.medium.emulated:
                self._timers[Timer.DROP] = now + self._timing.refused_drop_delay

    def refresh(self, *, ttl: int | None, now: float, info: Raw | None = None) -> None:
        """The server has changed for how long the connection is good, and tells the client."""
        self._expire_after(ttl, now)
        if info is not None:
            self.info = info
        self._say(Reply(push=Push(refresh=Refreshed(expires=ttl is not None, ttl=ttl or 0))))

    # Inside.

    def _work(self) -> None:
        """Carry out what was asked until something must be decided elsewhere."""
        while self._inbox and self._pending is None and self.closing is None:
            command = self._inbox.popleft()
            if isinstance(command, RemoteProtocolError):
                self.close(DisconnectCode.BAD_REQUEST, detail=str(command))
            else:
                self._handle(command)

    def _handle(self, command: Command) -> None:
        asked = asked_by(command)
        if not command.id and not isinstance(asked, SendRequest):
            self._pong()
        elif asked is None:
            self.close(DisconnectCode.BAD_REQUEST, detail=f"command {command.id} asks nothing that is known")
        elif isinstance(asked, ConnectRequest):
            if self.state is State.NEW:
                self._pending = Request(command.id or 0, asked)
            else:
                self.close(DisconnectCode.BAD_REQUEST, detail="a second connect")
        elif self.state is not State.CONNECTED:
            self.close(DisconnectCode.BAD_REQUEST, detail=f"{name_of(asked)} before connect")
        elif isinstance(asked, SendRequest):
            self.close(DisconnectCode.NOT_AVAILABLE, detail="send: nobody listens to such messages")
        elif (missing := missing_field(asked)) is not None:
            self.close(DisconnectCode.BAD_REQUEST, detail=f"{name_of(asked)} without {missing}")
        else:
            self._screen(command.id or 0, asked)

    def _screen(self, number: int, asked: Asked) -> None:
        """Answer what the state of the connection answers, pass on the rest."""
        match asked:
            case UnsubscribeRequest():
                self._end_subscription(channel_of(asked))
                self._say(Reply(id=number, unsubscribe=UnsubscribeResult()))
                self._answered.append(Answered(name_of(asked)))
            case PingRequest() | RpcRequest() | SendRequest():
                self._deny(number, asked, ErrorCode.NOT_AVAILABLE)
            case SubscribeRequest() | SubRefreshRequest() if error := self._objection(asked):
                self._deny(number, asked, error)
            case _:
                self._pending = Request(number, asked)

    def _objection(self, asked: SubscribeRequest | SubRefreshRequest) -> ErrorCode | None:
        channel = channel_of(asked)
        if isinstance(asked, SubRefreshRequest):
            if self.subscriptions.get(channel) is None:
                return ErrorCode.PERMISSION_DENIED
            return None if asked.token else ErrorCode.BAD_REQUEST
        if len(channel.encode()) > self._timing.channel_max_length:
            return ErrorCode.BAD_REQUEST
        if channel in self.subscriptions:
            return ErrorCode.ALREADY_SUBSCRIBED
        if len(self.subscriptions) >= self._timing.channel_limit:
            return ErrorCode.LIMIT_EXCEEDED
        return None

    def _pong(self) -> None:
        # Exactly one pong a ping: anything more is not of the protocol, since v4.1.1.
        if self._timers.pop(Timer.PONG, None) is None:
            self.close(DisconnectCode.BAD_REQUEST, detail="a pong without a ping, or a command without an id")

    def _fire(self, timer: Timer, now: float) -> None:
        match timer:
            case Timer.STALE:
                self.close(DisconnectCode.STALE, detail="no successful connect in time")
            case Timer.DROP:
                self._end(Close(code=None, detail="connect was refused and the client stayed"))
            case Timer.PING:
                self._outbox.append(self._form.ping)
                self._timers[Timer.PING] = now + self._timing.ping_interval
                if not self.medium.unidirectional:
                    self._timers[Timer.PONG] = now + self._timing.pong_timeout
            case Timer.PONG:
                self.close(DisconnectCode.NO_PONG, detail="no answer to a ping")
            case Timer.EXPIRY:
                self.close(DisconnectCode.CONNECTION_EXPIRED, detail="the connection token was not refreshed")
            case Timer.LOOK:
                self._timers[Timer.LOOK] = now + self._timing.presence_update_interval
                self._passed = True
                self._end_expired(now)

    def _end_expired(self, now: float) -> None:
        for channel, subscription in self.subscriptions.expired(now, patience=self._timing.expired_sub_close_delay):
            if subscription.terms.by_server:
                self.close(DisconnectCode.SUBSCRIPTION_EXPIRED, detail=f"subscription to {channel!r} was not refreshed")
                return
            self.unsubscribe(channel, UnsubscribeCode.EXPIRED)

    def _begin(self, channel: str, terms: Terms, standing: Standing, *, now: float) -> None:
        if self.closing is None:
            for pushed in self.subscriptions.begin(channel, terms, standing, now=now):
                self.deliver(channel, pushed)

    def _end_subscription(self, channel: str) -> None:
        subscription = self.subscriptions.end(channel)
        if subscription is not None:
            self._ended.append(Ended(channel, subscription.terms))

    def _expire_after(self, ttl: int | None, now: float) -> None:
        if ttl is not None:
            self._timers[Timer.EXPIRY] = now + ttl + self._timing.expired_close_delay

    def _take(self, *kinds: type[Question]) -> Request:
        request, self._pending = self._pending, None
        if request is None or not isinstance(request.asked, kinds):
            raise LocalProtocolError(f"there is no pending {kinds[0].__name__} to accept")
        self._answered.append(Answered(name_of(request.asked)))
        return request

    def _deny(self, number: int, asked: Asked, error: ErrorCode) -> None:
        self._say(Reply(id=number, error=Error(code=error, message=error.message, temporary=error.temporary)))
        self._answered.append(Answered(name_of(asked), error))

    def _say(self, reply: Reply) -> None:
        if self.closing is not None:
            return
        try:
            self._outbox.append(self._form.encode_reply(reply))
        except InappropriatePayloadError as error:
            self.close(DisconnectCode.INAPPROPRIATE_PROTOCOL, detail=str(error))

    def _push(self, pushed: Pushed) -> None:
        if self.closing is not None:
            return
        message = pushed.encoded(self._form)
        if message is None:
            self.close(DisconnectCode.INAPPROPRIATE_PROTOCOL, detail="a payload that is not JSON")
        else:
            self._outbox.append(message)

    def _end(self, close: Close) -> None:
        if self.state is State.CLOSED:
            return
        self.state = self.state.to(State.CLOSED)
        self.closing = close
        self._pending = None
        self._inbox.clear()
        self._timers.clear()
        for channel, _ in self.subscriptions:
            self._end_subscription(channel)
        if not close.flush:
            self._outbox.clear()
