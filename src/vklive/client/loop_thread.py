"""An event loop in a thread of its own, for programs that have none."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from concurrent.futures import Future
from typing import Any, TypeVar

from vklive.errors import LocalProtocolError

_T = TypeVar("_T")


class LoopThread:
    """Runs coroutines for threads that wait for them. The constructor starts nothing.

    The thread is a daemon: a program that ends without `stop` is not held up by it.
    """

    def __init__(self) -> None:
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping: asyncio.Event | None = None

    @property
    def is_running(self) -> bool:
        """Whether `call` can be used."""
        return self._thread is not None

    def start(self) -> None:
        """Start the thread, and wait until its loop turns.

        Raises:
            LocalProtocolError: when it was started already.
        """
        if self._thread is not None:
            raise LocalProtocolError("the client is open already")
        started: Future[None] = Future()
        thread = threading.Thread(target=self._turn, args=(started,), name="vklive", daemon=True)
        thread.start()
        started.result()
        self._thread = thread

    def call(self, work: Coroutine[Any, Any, _T]) -> _T:
        """Do something in the loop and wait for it; a Ctrl-C here cancels it there.

        Raises:
            LocalProtocolError: when the thread is not running, or this is that thread, which would wait for itself.
        """
        if self._thread is None or self._loop is None:
            work.close()
            raise LocalProtocolError("the client is not open: use it with `with`")
        if threading.current_thread() is self._thread:
            work.close()
            raise LocalProtocolError(
                "a client without asyncio is called from its own loop, which would wait for itself"
            )
        future = asyncio.run_coroutine_threadsafe(work, self._loop)
        try:
            return future.result()
        except BaseException:
            future.cancel()
            raise

    def stop(self) -> None:
        """End the loop with all that is in it, and the thread. May be called again."""
        thread, self._thread = self._thread, None
        if thread is not None and self._loop is not None and self._stopping is not None:
            self._loop.call_soon_threadsafe(self._stopping.set)
            thread.join()

    def _turn(self, started: Future[None]) -> None:
        try:
            # A runner also ends the threads in which the loop looks up the names of hosts.
            with asyncio.Runner() as runner:
                self._loop = runner.get_loop()
                runner.run(self._until_stopped(started))
        except BaseException as error:
            if started.done():
                raise
            started.set_exception(error)

    async def _until_stopped(self, started: Future[None]) -> None:
        self._stopping = asyncio.Event()
        started.set_result(None)
        await self._stopping.wait()
