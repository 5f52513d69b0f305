"""One call at a time that many may wait for, and that goes on when they do not wait any more.

The third place that starts a task, beside the supervisor and the server's own group: with a refresh token that is good
for one use only, a call that is given up half way has used it, and what came for it would be lost with the call.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Coroutine


class Flight:
    """Joins those who want the same call made.

    Args:
        call: what is to be done.
    """

    def __init__(self, call: Callable[[], Coroutine[None, None, None]]) -> None:
        self._call = call
        self._task: asyncio.Task[None] | None = None

    async def join(self) -> None:
        """Wait for the call that is under way, or make it. Cancelling this does not cancel the call.

        Raises:
            Exception: what the call raised, to everybody who waits.
        """
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._call(), name="vklive token refresh")
            self._task.add_done_callback(_look_at)
        await asyncio.shield(self._task)

    async def landed(self) -> None:
        """Wait until no call is under way, whatever comes of it."""
        if self._task is not None and not self._task.done():
            with contextlib.suppress(Exception):
                await asyncio.shield(self._task)


def _look_at(task: asyncio.Task[None]) -> None:
    # Who waited may have gone; nobody is then to be told that nobody asked.
    if not task.cancelled():
        task.exception()
