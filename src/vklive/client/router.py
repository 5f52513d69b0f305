"""Handlers instead of a loop: each says which events it wants.

::

    router = Router()

    @router.on(ChatMessageSent)
    async def greet(event: Event) -> None: ...

    async with client.listen("streamer") as stream:
        await router.run(stream)
"""

from __future__ import annotations

import asyncio
import inspect
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TypeAlias, TypeVar

from msgspec import Struct

from vklive.events import Event, EventData

_log = logging.getLogger("vklive.client.router")

HANDLER_TIMEOUT = 60.0
"""Seconds that a handler may take for one event. One that waits for an answer that never comes holds up the others."""

Handler: TypeAlias = Callable[[Event], Awaitable[None] | None]
ErrorHook: TypeAlias = Callable[[Exception, Event, str], None]
"""Is told of a handler's mistake: the error, the event, and the name of the handler."""

_H = TypeVar("_H", bound=Handler)


class _Registered(Struct, frozen=True):
    kinds: tuple[type[EventData], ...]
    where: Callable[[Event], bool] | None
    handler: Handler
    name: str
    timeout: float | None

    def wants(self, event: Event) -> bool:
        if self.kinds and not isinstance(event.data, self.kinds):
            return False
        return self.where is None or self.where(event)


class Router:
    """Calls handlers. A handler's mistake is the handler's: it is reported, and everything goes on.

    Args:
        on_error: is told of each mistake, after it was logged. Its own mistakes are logged as well.
    """

    def __init__(self, *, on_error: ErrorHook | None = None) -> None:
        self._registered: list[_Registered] = []
        self._on_error = on_error

    def on(
        self,
        *kinds: type[EventData],
        where: Callable[[Event], bool] | None = None,
        timeout: float | None = HANDLER_TIMEOUT,
    ) -> Callable[[_H], _H]:
        """Have a function called with events whose data is of one of these classes; of any class when none is named.

        Args:
            kinds: classes of `vklive.events`, those of the connection too.
            where: a further condition.
            timeout: seconds for one event, after which the handler is cancelled and reported with a `TimeoutError`;
                `None` for none. A function that is no coroutine function cannot be cancelled.

        Returns:
            A decorator that leaves the function as it is. The function may be a coroutine function, and may use the
            client.
        """

        def register(handler: _H) -> _H:
            name = getattr(handler, "__qualname__", repr(handler))
            self._registered.append(_Registered(kinds, where, handler, name, timeout))
            return handler

        return register

    async def run(self, events: AsyncIterator[Event], *, concurrency: int = 1) -> None:
        """Call the handlers until the events end.

        Args:
            events: a stream.
            concurrency: how many events may be in handlers at the same time. With 1 they are handled in order, and each
                only after all handlers of the one before; with more, order is not kept.

        Raises:
            Exception: the error that the events end with, if they do. Handlers that are at work then are cancelled.
        """
        if concurrency < 1:
            raise ValueError(f"at least one event is handled at a time, not {concurrency}")
        turn = asyncio.Lock()
        try:
            # Each worker takes the next event when it has finished one, so that nothing piles up here.
            async with asyncio.TaskGroup() as workers:
                for _ in range(concurrency):
                    workers.create_task(self._work(events, turn))
        except BaseExceptionGroup as group:
            # The one that ended the events; what the others were doing has been cancelled.
            raise group.exceptions[0] from None

    async def _work(self, events: AsyncIterator[Event], turn: asyncio.Lock) -> None:
        while True:
            async with turn:  # a generator gives to one at a time
                try:
                    event = await anext(events)
                except StopAsyncIteration:
                    return
            for registered in self._registered:
                await self._call(registered, event)

    async def _call(self, registered: _Registered, event: Event) -> None:
        try:
            if registered.wants(event):
                result = registered.handler(event)
                if inspect.isawaitable(result):
                    async with asyncio.timeout(registered.timeout):
                        await result
        except Exception as error:  # noqa: BLE001 - whatever a handler raises is its own
            _log.exception("%s failed with an event %r of %r", registered.name, event.type, event.channel_url)
            self._report(error, event, registered.name)

    def _report(self, error: Exception, event: Event, name: str) -> None:
        if self._on_error is None:
            return
        try:
            self._on_error(error, event, name)
        except Exception:  # noqa: BLE001 - it is the hook's own
            _log.exception("on_error failed with the mistake of %s", name)
