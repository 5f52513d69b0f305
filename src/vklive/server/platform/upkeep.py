"""What has to be done from time to time, whether anybody asks for anything or not."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import TypeAlias

from vklive.server.directory import DirectoryUnavailableError
from vklive.server.tasks import Tasks

_log = logging.getLogger("vklive.server.upkeep")

EVERY = 60.0
"""Seconds from the end of one round to the next: what runs out may run out this late."""

Job: TypeAlias = Callable[[], Awaitable[None]]
"""Something to be done in every round."""


class Upkeep:
    """Does its jobs, one after another, again and again.

    Args:
        jobs: what is to be done, by a name for the log.
    """

    def __init__(self, jobs: Mapping[str, Job]) -> None:
        self._jobs = jobs
        self._task: asyncio.Task[None] | None = None

    def start(self, tasks: Tasks) -> None:
        """Begin. A job that fails is reported, and done again in the next round."""
        self._task = tasks.start(self._run(), name="the upkeep of the platform")

    async def stop(self) -> None:
        """End, in the middle of a job if need be, which is then not done."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

    async def _run(self) -> None:
        while True:
            for name, job in self._jobs.items():
                try:
                    await job()
                except DirectoryUnavailableError as error:
                    _log.warning("%s: %s; it is tried again in %.0f s", name, error, EVERY)
                except Exception:  # noqa: BLE001 - a job may be wrong in any way, and the others are to be done
                    _log.exception("%s failed; it is tried again in %.0f s", name, EVERY)
            await asyncio.sleep(EVERY)
