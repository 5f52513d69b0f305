"""What lasts until it is told to stop."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Awaitable

from vklive.cli.exit_codes import ExitCode
from vklive.cli.following import Ending


async def until_stopped(work: Awaitable[Ending], *, duration: float | None = None) -> Ending:
    """Await something until it ends, the time is up, or SIGTERM comes: which is the same as the time being up.

    Args:
        work: what to do.
        duration: seconds that it may take; `None` for ever.
    """
    loop = asyncio.get_running_loop()
    deadline = asyncio.timeout(duration)
    try:
        async with deadline:
            with contextlib.suppress(NotImplementedError):  # Windows has no such signal
                loop.add_signal_handler(signal.SIGTERM, lambda: deadline.reschedule(loop.time()))
            return await work
    except TimeoutError:
        if not deadline.expired():
            raise
        return Ending(ExitCode.ENDED)
