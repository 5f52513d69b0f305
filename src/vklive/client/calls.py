"""What is asked of the server and answered by it, on one connection."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from msgspec import Raw

from vklive.errors import CallTimeoutError, ConnectionLostError, ServerError
from vklive.protocol.client import ClientConnection, State
from vklive.protocol.client_events import Answered, CallRefused
from vklive.protocol.codes import ClientCode
from vklive.protocol.in_flight import CallRequest
from vklive.protocol.messages import Reply


class Calls:
    """The calls of one connection. None is ever made twice: what a lost connection has done is not known.

    Args:
        machine: the connection's state machine.
        flush: sends what the machine has to say.
    """

    def __init__(self, machine: ClientConnection, *, flush: Callable[[], None]) -> None:
        self._machine = machine
        self._flush = flush
        self._waiting: dict[int, asyncio.Future[Reply]] = {}

    @property
    def are_possible(self) -> bool:
        """Whether the connection stands."""
        return self._machine.state is State.CONNECTED

    async def ask(self, request: CallRequest) -> Reply:
        """Make a call, and wait for its answer.

        Raises:
            ServerError: the server says no.
            CallTimeoutError: it says nothing in time.
            ConnectionLostError: the connection ended before the answer came.
        """
        loop = asyncio.get_running_loop()
        number = self._machine.call(request, now=loop.time())
        answer: asyncio.Future[Reply] = loop.create_future()
        self._waiting[number] = answer
        self._flush()
        try:
            return await answer
        finally:
            self._waiting.pop(number, None)

    def send(self, data: Raw) -> None:
        """Say something that has no answer."""
        self._machine.send(data)
        self._flush()

    def take(self, event: Answered | CallRefused) -> None:
        """The answer to a call has come; nobody may wait for it any more."""
        waiting = self._waiting.get(event.number)
        if waiting is None or waiting.done():
            return
        match event:
            case Answered(reply=reply):
                waiting.set_result(reply)
            case CallRefused(refused=refused) if refused.code == ClientCode.COMMAND_TIMEOUT:
                waiting.set_exception(CallTimeoutError("the server did not answer in time"))
            case CallRefused(refused=refused):
                waiting.set_exception(ServerError(refused.code, refused.message, temporary=refused.temporary))

    def end(self, code: int, reason: str) -> None:
        """The connection is over, and what was asked on it is not asked again."""
        for waiting in self._waiting.values():
            if not waiting.done():
                waiting.set_exception(ConnectionLostError(code, reason))
