"""An event loop in which time is virtual: nothing is waited for, and every timer is on time.

When nothing is ready, the loop's clock jumps to the next timer. What takes hours in the world takes
milliseconds, always in the same order. Real sockets, threads and subprocesses have no place here: their time is real.
"""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from contextvars import Context
from typing import Any, TypeVar, TypeVarTuple, Unpack

from vklive.testing.clock import VirtualClock

T = TypeVar("T")
_Ts = TypeVarTuple("_Ts")


class Deadlock(RuntimeError):  # noqa: N818 - it is what happened
    """Nothing is ready and no timer is set: the program would wait for ever."""


class _JumpingSelector(selectors.SelectSelector):
    """Never waits; tells the loop how far its clock jumps instead."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if ready:
            return ready
        if timeout is None:
            raise Deadlock("nothing is ready and no timer is set: whatever is awaited never comes")
        if timeout > 0:
            self.now += timeout
        return []


class VirtualLoop(asyncio.SelectorEventLoop):
    """See the module.

    Attributes:
        clock: the clocks of this loop, for whatever takes a `vklive.clock.Clock`.
    """

    def __init__(self) -> None:
        self._jumping = _JumpingSelector()
        super().__init__(self._jumping)
        self.clock: VirtualClock = VirtualClock(self.time)

    def time(self) -> float:
        """Seconds since the loop was made, in its own time."""
        return self._jumping.now

    def call_at(
        self,
        when: float,
        callback: Callable[[Unpack[_Ts]], object],
        *args: *_Ts,
        context: Context | None = None,
    ) -> asyncio.TimerHandle:
        """As for every loop, but never early.

        asyncio lets a timer fire early by the resolution of the real clock. Here that moment would not pass by itself:
        who then looks whether it is time, finds that it is not and sets the timer again, would do so for ever.
        """

        def on_time() -> None:
            self._jumping.now = max(self._jumping.now, when)
            callback(*args)

        return super().call_at(when, on_time, context=context)


def run_virtual(main: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine to its end in virtual time, as `asyncio.run` does in real time.

    Raises:
        Deadlock: when everything waits and nothing can come.
    """
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(main)
