"""The server's side of one connection, as a state machine.

It knows the rules of the protocol: what may be said when, which codes answer it, when to ping, when something
expires. It decides nothing that needs a key, a configuration of namespaces or a broker: those questions come out as
`Request`s, one at a time and in the order in which they were asked, and are answered by whoever drives it.

::

    receive(frame)      ─►                    ─► data_to_send()   messages, each already encoded
    tick(now)           ─►  ServerConnection  ─► next_request()   what is to be decided
    accept_…/refuse     ─►                    ─► ended()          subscriptions that are over
    deliver(…)          ─►                    ─► closing          how the connection is to be closed
                                              ─► next_deadline    when to tick at the latest

Source: `centrifuge` v0.28.2, client.go and handler_websocket.go; times are monotonic seconds.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from enum import Enum

from msgspec import Raw, Struct

from vklive.errors import LocalProtocolError, RemoteProtocolError
from vklive.protocol.codes import DisconnectCode, ErrorCode, UnsubscribeCode
from vklive.protocol.json import PING, decode_commands, encode_reply
from vklive.protocol.messages import (
    NOTHING,
    Command,
    ConnectRequest,
    ConnectResult,
    Error,
    PingRequest,
    Push,
    RefreshRequest,
    RefreshResult,
    Reply,
    RpcRequest,
    SendRequest,
    SubRefreshRequest,
    SubRefreshResult,
    SubscribeRequest,
    SubscribeResult,
    Unsubscribed,
    UnsubscribeRequest,
    UnsubscribeResult,
)
from vklive.protocol.requests import Asked, Question, Request, asked_by, channel_of, missing_field, name_of

VERSION = "4.1.5"
"""What a connect reply says: the version whose behaviour this is."""


class State(Enum):
    """Where a connection stands."""

    NEW = "new"
    """Nothing but a connect command is accepted."""
    CONNECTED = "connected"
    REFUSED = "refused"
    """Connect was answered with an error; nothing more is heard, the client is expected to leave."""
    CLOSED = "closed"


_NEXT: dict[State, frozenset[State]] = {
    State.NEW: frozenset({State.CONNECTED, State.REFUSED, State.CLOSED}),
    State.CONNECTED: frozenset({State.CLOSED}),
    State.REFUSED: frozenset({State.CLOSED}),
    State.CLOSED: frozenset(),
}


class Timer(Enum):
    """What happens at a deadline."""

    STALE = "stale"
    """No successful connect in time."""
    DROP = "drop"
    """A refused client did not leave."""
    PING = "ping"
    PONG = "pong"
    """The pong to the last ping is missing."""
    EXPIRY = "expiry"
    """The connection token was not refreshed in time."""
    SUBSCRIPTIONS = "subscriptions"
    """Time to look for subscriptions that have expired."""


class Timing(Struct, frozen=True, kw_only=True):
    """The times and limits of a connection. Seconds; the defaults are Centrifugo's.

    Attributes:
        ping_interval: between two pings; 0 means that the server does not ping.
        pong_timeout: how long a client may take to answer one; shorter than the interval.
        stale_close_delay: how long a client may take to connect.
        expired_close_delay: how long a connection outlives its token.
        expired_sub_close_delay: how long a subscription outlives its token.
        presence_update_interval: how often expired subscriptions are looked for.
        refused_drop_delay: how long a refused client is given to leave by itself.
        channel_limit: how many ws channels one connection may hold.
        channel_max_length: of the name of a ws channel, in bytes.
    """

    ping_interval: float = 25.0
    pong_timeout: float = 8.0
    stale_close_delay: float = 10.0
    expired_close_delay: float = 25.0
    expired_sub_close_delay: float = 25.0
    presence_update_interval: float = 27.0
    refused_drop_delay: float = 5.0
    channel_limit: int = 128
    channel_max_length: int = 255


class Close(Struct, frozen=True, kw_only=True):
    """How a connection is to be closed.

    Attributes:
        code: of the close frame; `None` means that the socket is dropped without one.
        reason: of the close frame.
        detail: what exactly was wrong; for the log, never for the client.
        flush: whether what is still to be sent is sent before.
    """

    code: int | None
    reason: str = ""
    detail: str = ""
    flush: bool = True


class Ended(Struct, frozen=True):
    """A subscription that is over."""

    channel: str


class _Subscription(Struct):
    expires_at: float | None


class ServerConnection:
    """One connection.

    Args:
        timing: times and limits.
        client_id: what the client is told that it is called.
        now: the time at which it opened.
        ping_phase: where in the first interval the first ping falls, from 0 to 1, so that the pings of many
            connections do not coincide.
    """

    def __init__(self, timing: Timing, *, client_id: str, now: float, ping_phase: float = 0.5) -> None:
        self.client_id = client_id
        self.user = ""
        self.state = State.NEW
        self.closing: Close | None = None
        self._timing = timing
        self._ping_phase = ping_phase
        self._timers = {Timer.STALE: now + timing.stale_close_delay}
        self._inbox: deque[Command | RemoteProtocolError] = deque()
        self._pending: Request | None = None
        self._outbox: list[bytes] = []
        self._ended: list[Ended] = []
        self._subscriptions: dict[str, _Subscription] = {}

    # What comes in.

    def receive(self, frame: bytes) -> None:
        """Take one frame. What it asks is answered at once or comes out of `next_request`."""
        if self.state in {State.REFUSED, State.CLOSED}:
            return
        try:
            for command in decode_commands(frame):
                self._inbox.append(command)
        except RemoteProtocolError as error:
            # The commands before the bad one are still carried out.
            self._inbox.append(error)
        self._work()

    def tick(self, now: float) -> None:
        """Do what is due."""
        for timer in [timer for timer, at in self._timers.items() if at <= now]:
            if timer in self._timers:
                del self._timers[timer]
                self._fire(timer, now)

    def deliver(self, channel: str, message: bytes) -> None:
        """Send an encoded push of a ws channel, if this connection is subscribed to it."""
        if channel in self._subscriptions and self.closing is None:
            self._outbox.append(message)

    def unsubscribe(self, channel: str, code: UnsubscribeCode) -> None:
        """End a subscription from the server's side and tell the client why."""
        if self._subscriptions.pop(channel, None) is not None:
            self._ended.append(Ended(channel))
            gone = Unsubscribed(code=code, reason=code.reason)
            self._outbox.append(encode_reply(Reply(push=Push(channel=channel, unsubscribe=gone))))

    def close(self, code: DisconnectCode, *, detail: str = "") -> None:
        """Close the connection. What is still to be sent goes before, except to a client that is too slow for it."""
        self._end(Close(code=code, reason=code.reason, detail=detail, flush=code is not DisconnectCode.SLOW))

    def vanished(self) -> None:
        """The other side is gone; nothing can be sent any more."""
        detail = "the client left"
        self._end(Close(code=None, detail=detail, flush=False))

    # What goes out.

    @property
    def channels(self) -> Iterable[str]:
        """The ws channels that this connection is subscribed to."""
        return self._subscriptions.keys()

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
        """The subscriptions that have ended since the last call, except by the end of the connection."""
        if not self._ended:
            return ()  # asked at every delivery
        ended, self._ended = self._ended, []
        return ended

    # Answers to a request.

    def accept_connect(self, *, user: str, ttl: int | None, data: Raw = NOTHING, now: float) -> None:
        """The client is `user` (empty: anonymous); its token runs out in `ttl` seconds, or never."""
        request = self._take(ConnectRequest)
        timing = self._timing
        self._enter(State.CONNECTED)
        self.user = user
        del self._timers[Timer.STALE]
        self._timers[Timer.SUBSCRIPTIONS] = now + timing.presence_update_interval
        self._expire_after(ttl, now)
        if timing.ping_interval > 0:
            self._timers[Timer.PING] = now + timing.ping_interval * self._ping_phase
        result = ConnectResult(
            client=self.client_id,
            version=VERSION,
            expires=ttl is not None,
            ttl=ttl or 0,
            data=data,
            ping=int(timing.ping_interval),
            pong=timing.ping_interval > 0,
        )
        self._reply(Reply(id=request.id, connect=result))

    def accept_subscribe(self, *, ttl: int | None, data: Raw = NOTHING, now: float) -> None:
        """The client may hear the ws channel; its token for that runs out in `ttl` seconds, or never."""
        request = self._take(SubscribeRequest)
        channel = channel_of(request.asked)
        self._subscriptions[channel] = _Subscription(None if ttl is None else now + ttl)
        result = SubscribeResult(expires=ttl is not None, ttl=ttl or 0, data=data)
        self._reply(Reply(id=request.id, subscribe=result))

    def accept_refresh(self, *, ttl: int | None, now: float) -> None:
        """The new connection token is good for `ttl` seconds; without an end it leaves the old deadline in place."""
        request = self._take(RefreshRequest)
        self._expire_after(ttl, now)
        self._reply(Reply(id=request.id, refresh=RefreshResult(expires=ttl is not None, ttl=ttl or 0)))

    def accept_sub_refresh(self, *, ttl: int | None, now: float) -> None:
        """The new subscription token is good for `ttl` seconds, or for ever."""
        request = self._take(SubRefreshRequest)
        subscription = self._subscriptions.get(channel_of(request.asked))
        if subscription is not None:
            subscription.expires_at = None if ttl is None else now + ttl
        result = SubRefreshResult(expires=ttl is not None, ttl=ttl or 0)
        self._reply(Reply(id=request.id, sub_refresh=result))

    def refuse(self, error: ErrorCode, *, now: float) -> None:
        """No to whatever is pending. A refused connect makes the connection useless."""
        request, self._pending = self._pending, None
        if request is None:
            raise LocalProtocolError("there is no request to refuse")
        if isinstance(request.asked, ConnectRequest):
            self._enter(State.REFUSED)
            self._inbox.clear()
            self._timers[Timer.DROP] = now + self._timing.refused_drop_delay
        self._reply(_error_reply(request.id, error))

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
        elif self.state is State.NEW:
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
                channel = channel_of(asked)
                if self._subscriptions.pop(channel, None) is not None:
                    self._ended.append(Ended(channel))
                self._outbox.append(encode_reply(Reply(id=number, unsubscribe=UnsubscribeResult())))
            case PingRequest() | RpcRequest() | SendRequest():
                self._outbox.append(encode_reply(_error_reply(number, ErrorCode.NOT_AVAILABLE)))
            case SubscribeRequest() | SubRefreshRequest() if error := self._objection(asked):
                self._outbox.append(encode_reply(_error_reply(number, error)))
            case _:
                self._pending = Request(number, asked)

    def _objection(self, asked: SubscribeRequest | SubRefreshRequest) -> ErrorCode | None:
        channel = channel_of(asked)
        if isinstance(asked, SubRefreshRequest):
            if channel not in self._subscriptions:
                return ErrorCode.PERMISSION_DENIED
            return None if asked.token else ErrorCode.BAD_REQUEST
        if len(channel.encode()) > self._timing.channel_max_length:
            return ErrorCode.BAD_REQUEST
        if channel in self._subscriptions:
            return ErrorCode.ALREADY_SUBSCRIBED
        if len(self._subscriptions) >= self._timing.channel_limit:
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
                self._outbox.append(PING)
                self._timers[Timer.PING] = now + self._timing.ping_interval
                self._timers[Timer.PONG] = now + self._timing.pong_timeout
            case Timer.PONG:
                self.close(DisconnectCode.NO_PONG, detail="no answer to a ping")
            case Timer.EXPIRY:
                self.close(DisconnectCode.CONNECTION_EXPIRED, detail="the connection token was not refreshed")
            case Timer.SUBSCRIPTIONS:
                self._timers[Timer.SUBSCRIPTIONS] = now + self._timing.presence_update_interval
                patience = self._timing.expired_sub_close_delay
                for channel, subscription in list(self._subscriptions.items()):
                    if subscription.expires_at is not None and now > subscription.expires_at + patience:
                        self.unsubscribe(channel, UnsubscribeCode.EXPIRED)

    def _expire_after(self, ttl: int | None, now: float) -> None:
        if ttl is not None:
            self._timers[Timer.EXPIRY] = now + ttl + self._timing.expired_close_delay

    def _take(self, kind: type[Question]) -> Request:
        request, self._pending = self._pending, None
        if request is None or not isinstance(request.asked, kind):
            raise LocalProtocolError(f"there is no pending {kind.__name__} to accept")
        return request

    def _reply(self, reply: Reply) -> None:
        self._outbox.append(encode_reply(reply))
        self._work()

    def _enter(self, state: State) -> None:
        if state not in _NEXT[self.state]:
            raise LocalProtocolError(f"a connection that is {self.state.value} cannot become {state.value}")
        self.state = state

    def _end(self, close: Close) -> None:
        if self.state is State.CLOSED:
            return
        self._enter(State.CLOSED)
        self.closing = close
        self._pending = None
        self._inbox.clear()
        self._timers.clear()
        if not close.flush:
            self._outbox.clear()


def _error_reply(number: int, error: ErrorCode) -> Reply:
    return Reply(id=number, error=Error(code=error, message=error.message, temporary=error.temporary))
