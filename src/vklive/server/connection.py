"""One connection of a client: its state machine, and the answers that the machine asks for."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Protocol

from vklive.protocol.codes import DisconnectCode
from vklive.protocol.messages import (
    ConnectRequest,
    HistoryRequest,
    PresenceRequest,
    PresenceStatsRequest,
    PublishRequest,
    RefreshRequest,
    SubRefreshRequest,
    SubscribeRequest,
)
from vklive.protocol.requests import Question, Request, channel_of, name_of
from vklive.protocol.server import Close, ServerConnection, State
from vklive.server.admission import Admitted, Expelled, Refused
from vklive.server.turn import Frames

if TYPE_CHECKING:
    from vklive.server.node import Node

_log = logging.getLogger("vklive.server.connection")

MAX_WAITING_COMMANDS = 64
"""How many commands may wait for an answer before nothing more is read from the socket."""


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
        self._subscribing = False
        self._wake_in_time()
        node.turn.add(self)

    # What the way to the client calls.

    def received(self, frame: bytes) -> None:
        """Take a frame from the client."""
        self.machine.receive(frame)
        self._answer()
        if self.machine.waiting > MAX_WAITING_COMMANDS:
            self._outlet.pause()
        self._wake_in_time()
        self._node.turn.add(self)

    def vanished(self) -> None:
        """The client is gone."""
        self.machine.vanished()
        self._node.turn.add(self)

    # What the node calls.

    def deliver(self, ws_channel: str, message: bytes) -> None:
        """Take an encoded push for the client."""
        self.machine.deliver(ws_channel, message)
        self._node.turn.add(self)

    def close(self, code: DisconnectCode, *, detail: str) -> None:
        """Close the connection from the server's side."""
        self.machine.close(code, detail=detail)
        self._node.turn.add(self)

    def flush(self, frames: Frames) -> None:
        """Send what there is to send, and draw the consequences of what has happened."""
        machine = self.machine
        messages = machine.data_to_send()
        if messages:
            self._outlet.write(messages, frames)
            if self._outlet.backlog() > self._node.queue_max_size:
                machine.close(DisconnectCode.SLOW, detail=f"over {self._node.queue_max_size} bytes not taken")
        for ended in machine.ended():
            self._node.leave(ended.channel, self)
        if machine.closing is not None:
            self._finish(machine.closing)

    # Inside.

    def _finish(self, close: Close) -> None:
        """The end; comes once, as a closed machine says nothing more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._node.forget(self):
            for channel in list(self.machine.channels):
                self._node.leave(channel, self)
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
        self._wake_in_time()
        self._node.turn.add(self)

    def _answer(self) -> None:
        """Answer what the machine asks, until it asks nothing or the answer takes time."""
        while not self._subscribing and (request := self.machine.next_request()) is not None:
            self._decide(request)

    def _decide(self, request: Request) -> None:
        now = self._node.clock.monotonic()
        match self._ask_admission(request.asked):
            case Admitted() as answer:
                self._accept(request, answer, now)
            case Refused(error, why):
                self._log_refusal(request, f"{error.value} {error.message}", why)
                self.machine.refuse(error, now=now)
            case Expelled(code, why):
                self.machine.close(code, detail=f"{name_of(request.asked)} {channel_of(request.asked)!r}: {why}")

    def _ask_admission(self, asked: Question) -> Admitted | Refused | Expelled:
        machine, admission = self.machine, self._node.admission
        wall = self._node.clock.wall()
        match asked:
            case ConnectRequest():
                return admission.connect(asked, now=wall)
            case RefreshRequest():
                return admission.refresh(asked.token or "", user=machine.user, now=wall)
            case SubscribeRequest():
                return admission.subscribe(asked, user=machine.user, client=machine.client_id, now=wall)
            case SubRefreshRequest():
                return admission.sub_refresh(
                    asked.token or "",
                    channel=channel_of(asked),
                    user=machine.user,
                    client=machine.client_id,
                    now=wall,
                )
            case PublishRequest() | PresenceRequest() | PresenceStatsRequest() | HistoryRequest():
                return admission.call(asked)

    def _accept(self, request: Request, answer: Admitted, now: float) -> None:
        match request.asked:
            case ConnectRequest():
                self.machine.accept_connect(user=answer.user, ttl=answer.ttl, now=now)
            case RefreshRequest():
                self.machine.accept_refresh(ttl=answer.ttl, now=now)
            case SubRefreshRequest():
                self.machine.accept_sub_refresh(ttl=answer.ttl, now=now)
            case _:
                self._subscribing = True
                self._node.tasks.start(
                    self._subscribe(channel_of(request.asked), answer),
                    name=f"subscribe {self.machine.client_id}",
                )

    async def _subscribe(self, channel: str, answer: Admitted) -> None:
        """Join the ws channel, then say so: whatever is published after the reply arrives."""
        try:
            await self._node.join(channel, self)
        except Exception as error:  # noqa: BLE001 - a broker may fail in any way; the client is told to come back
            _log.exception("cannot subscribe to %r at the broker", channel)
            self._node.leave(channel, self)
            self.machine.close(DisconnectCode.SERVER_ERROR, detail=f"broker: {type(error).__name__}")
        else:
            if self.machine.state is State.CLOSED:
                self._node.leave(channel, self)
            else:
                self.machine.accept_subscribe(ttl=answer.ttl, now=self._node.clock.monotonic())
        finally:
            self._subscribing = False
            self._answer()
            self._outlet.resume()
            self._wake_in_time()
            self._node.turn.add(self)

    def _log_refusal(self, request: Request, said: str, why: str) -> None:
        _log.info(
            "connection %s of user %r: %s %r refused with %s: %s",
            self.machine.client_id,
            self.machine.user,
            name_of(request.asked),
            channel_of(request.asked),
            said,
            why,
        )
