"""The consumer's side of one connection, as a state machine.

It knows how to connect, subscribe and keep both alive; it neither opens sockets nor fetches tokens. One machine is one
connection: after `Closed` it is of no use, and nothing that arrives late comes out of it.

::

    connect, subscribe, refresh … ─►                    ─► data_to_send()   frames, each with a batch of commands
    receive(frame, now)           ─►  ClientConnection  ─► events           returned by each call, in order
    tick(now), lost(…)            ─►                    ─► next_deadline    when to tick at the latest

Source: the specification of Centrifugo's client SDKs (its client_api.md, and centrifuge-js 3.1 where that says
nothing); times are monotonic seconds.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum

from msgspec import Raw

from vklive.errors import LocalProtocolError, RemoteProtocolError
from vklive.protocol.client_channel import ClientChannel, Place
from vklive.protocol.client_events import (
    Answered,
    CallRefused,
    ClientEvent,
    Closed,
    Connected,
    ConnectRefused,
    Joined,
    Left,
    Messaged,
    Published,
    RefreshDue,
    Refreshed,
    RefreshRefused,
    Refused,
    Subscribed,
    SubscribeRefused,
    Unreadable,
    Unsubscribed,
)
from vklive.protocol.codes import ClientCode, UnsubscribeCode, is_retryable, may_reconnect
from vklive.protocol.in_flight import CALL_NAMES, ENDS_WITHOUT_ANSWER, Ask, CallRequest, InFlight
from vklive.protocol.json import PING, decode_replies, encode_command, join
from vklive.protocol.messages import (
    Command,
    ConnectRequest,
    ConnectResult,
    Publication,
    Push,
    RefreshRequest,
    Reply,
    SendRequest,
    SubRefreshRequest,
    SubscribeRequest,
    SubscribeResult,
    UnsubscribeRequest,
)
from vklive.protocol.position import Position

REFRESH_MARGIN = 10.0
"""Seconds before the end of a token at which a new one is asked for; of a short-lived one a tenth of its life."""

MIN_REFRESH_DELAY = 1.0
"""Seconds that a token counts as good for at least: a server that gives tokens of no life at all is not hammered."""

MAX_COMMANDS_IN_FRAME = 64
"""Commands of one frame, so that a thousand subscriptions stay below the server's limit of a message (64 KiB)."""

_LOST = 1006


class State(Enum):
    """Where a connection stands."""

    NEW = "new"
    CONNECTING = "connecting"
    CONNECTED = "connected"
    CLOSED = "closed"


_NEXT: dict[State, frozenset[State]] = {
    State.NEW: frozenset({State.CONNECTING, State.CLOSED}),
    State.CONNECTING: frozenset({State.CONNECTED, State.CLOSED}),
    State.CONNECTED: frozenset({State.CLOSED}),
    State.CLOSED: frozenset(),
}


class ClientConnection:
    """One connection.

    Args:
        command_timeout: seconds that the server has to answer a command.
        max_ping_delay: seconds that a ping of the server may be late before the connection counts as dead.
        name: what the client is called in the server's logs.
        version: of the client.
    """

    def __init__(
        self, *, command_timeout: float = 5.0, max_ping_delay: float = 10.0, name: str = "vklive", version: str = ""
    ) -> None:
        self.state = State.NEW
        self._command_timeout = command_timeout
        self._max_ping_delay = max_ping_delay
        self._name = name
        self._version = version
        self._last_id = 0
        self._in_flight: dict[int, InFlight] = {}
        self._channels: dict[str, ClientChannel] = {}
        self._outbox: list[bytes] = []
        self._ping_interval = 0.0
        self._sends_pongs = False
        self._silent_until: float | None = None
        self._refresh_at: float | None = None

    # Intents.

    def connect(self, token: str, *, now: float) -> None:
        """Say who one is. An empty token connects without one, where the server allows that."""
        self._enter(State.CONNECTING)
        request = ConnectRequest(token=token or None, name=self._name, version=self._version or None)
        self._ask(Ask.CONNECT, "", now, connect=request)

    def subscribe(self, ws_channel: str, *, token: str = "", position: Position | None = None, now: float) -> None:
        """Ask to hear a ws channel, from `position` on if its history is still there."""
        self._must_be_connected()
        if ws_channel in self._channels:
            raise LocalProtocolError(f"{ws_channel!r} is subscribed already")
        self._channels[ws_channel] = ClientChannel()
        request = SubscribeRequest(channel=ws_channel, token=token or None)
        if position is not None:
            request.recover = True
            request.epoch = position.epoch or None
            request.offset = position.offset or None
        self._ask(Ask.SUBSCRIBE, ws_channel, now, subscribe=request)

    def unsubscribe(self, ws_channel: str, *, now: float) -> None:
        """Ask to hear a ws channel no more; from now on nothing of it comes out."""
        self._must_be_connected()
        if self._channels.pop(ws_channel, None) is not None:
            self._ask(Ask.UNSUBSCRIBE, ws_channel, now, unsubscribe=UnsubscribeRequest(channel=ws_channel))

    def refresh(self, token: str, *, now: float) -> None:
        """Give the server a new connection token."""
        self._must_be_connected()
        self._ask(Ask.REFRESH, "", now, refresh=RefreshRequest(token=token))

    def sub_refresh(self, ws_channel: str, token: str, *, now: float) -> None:
        """Give the server a new subscription token."""
        self._must_be_connected()
        if ws_channel not in self._channels:
            raise LocalProtocolError(f"{ws_channel!r} is not subscribed")
        # Without the channel the server closes with 3501: the bug of centrifuge-python up to 0.5.0.
        self._ask(Ask.SUB_REFRESH, ws_channel, now, sub_refresh=SubRefreshRequest(channel=ws_channel, token=token))

    def call(self, request: CallRequest, *, now: float) -> int:
        """Ask something that has an answer and no other effect here; it is never asked again.

        Returns:
            The number that the answer has: a `vklive.protocol.client_events.Answered` or `CallRefused`.
        """
        self._must_be_connected()
        return self._ask(Ask.CALL, "", now, **{CALL_NAMES[type(request)]: request})

    def send(self, data: Raw) -> None:
        """Say something to the server that has no answer."""
        self._must_be_connected()
        self._outbox.append(encode_command(Command(send=SendRequest(data=data))))

    # What comes in.

    def receive(self, frame: bytes, *, now: float) -> list[ClientEvent]:
        """Take one frame of the server."""
        if self.state is State.CLOSED:
            return []
        if self._ping_interval:
            self._silent_until = now + self._ping_interval + self._max_ping_delay
        events: list[ClientEvent] = []
        for reply in decode_replies(frame):
            if isinstance(reply, RemoteProtocolError):
                events.append(Unreadable(reply))
            else:
                events += self._take(reply, now)
            if isinstance(events[-1] if events else None, Closed):
                break
        return events

    def lost(self, code: int = _LOST, reason: str = "") -> list[ClientEvent]:
        """The socket is closed: with the code of its close frame, or just gone."""
        return self._close(code, reason or ClientCode.TRANSPORT_CLOSED.reason, reconnect=may_reconnect(code))

    def tick(self, now: float) -> list[ClientEvent]:
        """Do what is due. To be called after everything that has arrived was given to `receive`."""
        if self.state is State.CLOSED:
            return []
        events: list[ClientEvent] = []
        if self._silent_until is not None and now >= self._silent_until:
            return self._end(ClientCode.NO_PING)
        for number, command in list(self._in_flight.items()):
            if now >= command.deadline:
                if (code := ENDS_WITHOUT_ANSWER.get(command.ask)) is not None:
                    return events + self._end(code)
                del self._in_flight[number]
                if self._is_outdated(command):
                    continue
                refused = Refused(code=ClientCode.COMMAND_TIMEOUT, message="no answer in time", temporary=True)
                events += self._take_refusal(number, command, refused)
        if self._refresh_at is not None and now >= self._refresh_at:
            self._refresh_at = None
            events.append(RefreshDue(None))
        for ws_channel, channel in self._channels.items():
            if channel.refresh_at is not None and now >= channel.refresh_at:
                channel.refresh_at = None
                events.append(RefreshDue(ws_channel))
        return events

    # What goes out.

    @property
    def next_deadline(self) -> float | None:
        """When `tick` is due at the latest; `None` when nothing is awaited."""
        if self.state is State.CLOSED:
            return None
        times: Iterable[float | None] = (
            self._silent_until,
            self._refresh_at,
            *(command.deadline for command in self._in_flight.values()),
            *(channel.refresh_at for channel in self._channels.values()),
        )
        return min((at for at in times if at is not None), default=None)

    @property
    def silence_allowed(self) -> float | None:
        """Seconds of silence after which the connection counts as dead; `None` when the server does not ping."""
        return self._ping_interval + self._max_ping_delay if self._ping_interval else None

    def data_to_send(self) -> list[bytes]:
        """The frames that are to be sent, in order. They are given once."""
        messages, self._outbox = self._outbox, []
        return [
            join(messages[at : at + MAX_COMMANDS_IN_FRAME]) for at in range(0, len(messages), MAX_COMMANDS_IN_FRAME)
        ]

    def is_subscribed(self, ws_channel: str) -> bool:
        """Whether a ws channel is subscribed or being subscribed."""
        return ws_channel in self._channels

    def is_heard(self, ws_channel: str) -> bool:
        """Whether a ws channel is subscribed and the server has said yes."""
        channel = self._channels.get(ws_channel)
        return channel is not None and channel.stands

    # Inside.

    def _take(self, reply: Reply, now: float) -> list[ClientEvent]:
        if reply.push is not None:
            return self._take_push(reply.push, now)
        if reply.id:
            return self._take_answer(reply, now)
        if self._sends_pongs:
            self._outbox.append(PING)
        return []

    def _take_push(self, push: Push, now: float) -> list[ClientEvent]:
        if push.disconnect is not None:
            code, reason = push.disconnect.code, push.disconnect.reason
            return self._close(code, reason, reconnect=may_reconnect(code))
        if push.refresh is not None:
            self._refresh_at = _refresh_time(push.refresh.ttl, now) if push.refresh.expires else None
            return []
        if push.message is not None:
            return [Messaged(push.message.data)]
        if push.subscribe is not None:
            by_server = push.subscribe
            standing = SubscribeResult(
                recoverable=by_server.recoverable,
                positioned=by_server.positioned,
                epoch=by_server.epoch,
                offset=by_server.offset,
            )
            return self._subscribed_by_server(push.channel, standing, now)
        return self._take_push_of_channel(push, now)

    def _take_push_of_channel(self, push: Push, now: float) -> list[ClientEvent]:
        channel = self._channels.get(push.channel)
        if channel is None:
            # Of a ws channel that was just unsubscribed.
            return []
        if push.pub is not None:
            return self._heard(push.channel, channel, push.pub, now)
        if push.join is not None and push.join.info is not None:
            return [Joined(push.channel, push.join.info)]
        if push.leave is not None and push.leave.info is not None:
            return [Left(push.channel, push.leave.info)]
        if push.unsubscribe is not None:
            del self._channels[push.channel]
            gone = push.unsubscribe
            return [Unsubscribed(ws_channel=push.channel, code=gone.code, reason=gone.reason)]
        return []

    def _take_answer(self, reply: Reply, now: float) -> list[ClientEvent]:
        command = self._in_flight.pop(reply.id, None)
        if command is None or self._is_outdated(command):
            return []
        if reply.error is not None:
            error = reply.error
            refused = Refused(code=error.code, message=error.message, temporary=error.temporary)
            return self._take_refusal(reply.id, command, refused)
        match command.ask:
            case Ask.CONNECT:
                return self._connected(reply.connect or ConnectResult(), now)
            case Ask.SUBSCRIBE:
                return self._subscribed(command.ws_channel, reply.subscribe or SubscribeResult(), now)
            case Ask.UNSUBSCRIBE:
                return []
            case Ask.REFRESH:
                result = reply.refresh
                self._refresh_at = _refresh_time(result.ttl, now) if result and result.expires else None
                return [Refreshed(None)]
            case Ask.SUB_REFRESH:
                channel, renewed = self._channels[command.ws_channel], reply.sub_refresh
                channel.refresh_at = _refresh_time(renewed.ttl, now) if renewed and renewed.expires else None
                return [Refreshed(command.ws_channel)]
            case Ask.CALL:
                return [Answered(reply.id, reply)]

    def _take_refusal(self, number: int, command: InFlight, refused: Refused) -> list[ClientEvent]:
        match command.ask:
            case Ask.CONNECT:
                again = is_retryable(refused.code, temporary=refused.temporary)
                return [ConnectRefused(refused), *self._close(refused.code, refused.message, reconnect=again)]
            case Ask.SUBSCRIBE:
                del self._channels[command.ws_channel]
                return [SubscribeRefused(ws_channel=command.ws_channel, refused=refused)]
            case Ask.UNSUBSCRIBE:
                return self._end(ClientCode.UNSUBSCRIBE_TIMEOUT)
            case Ask.REFRESH | Ask.SUB_REFRESH:
                return [RefreshRefused(command.ws_channel or None, refused)]
            case Ask.CALL:
                return [CallRefused(number, refused)]

    def _connected(self, result: ConnectResult, now: float) -> list[ClientEvent]:
        self._enter(State.CONNECTED)
        self._sends_pongs = result.pong
        self._ping_interval = float(result.ping)
        if result.ping:
            self._silent_until = now + result.ping + self._max_ping_delay
        if result.expires:
            self._refresh_at = _refresh_time(result.ttl, now)
        events: list[ClientEvent] = [Connected(client_id=result.client, version=result.version)]
        for ws_channel, standing in (result.subs or {}).items():
            events += self._subscribed_by_server(ws_channel, standing, now)
        return events

    def _subscribed_by_server(self, ws_channel: str, result: SubscribeResult, now: float) -> list[ClientEvent]:
        # One that is being subscribed, or was, is one subscription all the same.
        self._channels[ws_channel] = ClientChannel()
        return self._subscribed(ws_channel, result, now)

    def _subscribed(self, ws_channel: str, result: SubscribeResult, now: float) -> list[ClientEvent]:
        channel = self._channels[ws_channel]
        position = channel.begin(result)
        if result.expires:
            channel.refresh_at = _refresh_time(result.ttl, now)
        events: list[ClientEvent] = [
            Subscribed(
                ws_channel=ws_channel,
                position=position if result.recoverable else None,
                recovered=result.was_recovering and result.recovered,
            )
        ]
        for publication in result.publications or ():
            events += self._heard(ws_channel, channel, publication, now)
        return events

    def _heard(
        self, ws_channel: str, channel: ClientChannel, publication: Publication, now: float
    ) -> list[ClientEvent]:
        match channel.take(publication):
            case Place.NEXT:
                position = channel.position_of(publication)
                return [Published(ws_channel=ws_channel, data=publication.data, position=position)]
            case Place.AFTER_A_HOLE if self.is_subscribed(ws_channel):
                # The server looks for such holes as well, but only now and then. Whoever subscribes anew from the last
                # position is given what was missed, or is told that it is lost.
                self.unsubscribe(ws_channel, now=now)
                code = UnsubscribeCode.INSUFFICIENT_STATE
                return [Unsubscribed(ws_channel=ws_channel, code=code, reason=code.reason)]
            case _:
                return []

    def _ask(
        self,
        ask: Ask,
        ws_channel: str,
        now: float,
        **request: ConnectRequest
        | SubscribeRequest
        | UnsubscribeRequest
        | RefreshRequest
        | SubRefreshRequest
        | CallRequest,
    ) -> int:
        self._last_id += 1
        about = None if ask is Ask.UNSUBSCRIBE else self._channels.get(ws_channel)
        self._in_flight[self._last_id] = InFlight(ask, ws_channel, about, now + self._command_timeout)
        command = Command(id=self._last_id)
        for name, asked in request.items():
            setattr(command, name, asked)
        self._outbox.append(encode_command(command))
        return self._last_id

    def _is_outdated(self, command: InFlight) -> bool:
        """Whether a command is about a subscription that was given up since; there may be a new one by that name."""
        return command.channel is not None and self._channels.get(command.ws_channel) is not command.channel

    def _must_be_connected(self) -> None:
        if self.state is not State.CONNECTED:
            raise LocalProtocolError(f"the connection is {self.state.value}, not connected")

    def _end(self, code: ClientCode) -> list[ClientEvent]:
        return self._close(code, code.reason, reconnect=True)

    def _close(self, code: int, reason: str, *, reconnect: bool) -> list[ClientEvent]:
        if self.state is State.CLOSED:
            return []
        self._enter(State.CLOSED)
        self._in_flight.clear()
        self._outbox.clear()
        return [Closed(code=code, reason=reason, reconnect=reconnect)]

    def _enter(self, state: State) -> None:
        if state not in _NEXT[self.state]:
            raise LocalProtocolError(f"a connection that is {self.state.value} cannot become {state.value}")
        self.state = state


def _refresh_time(ttl: int, now: float) -> float:
    return now + max(ttl - min(REFRESH_MARGIN, ttl / 10), MIN_REFRESH_DELAY)
