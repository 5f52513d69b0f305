"""Forgets what was said in chats long ago."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from datetime import timedelta

from vklive.server.directory import DirectoryUnavailableError
from vklive.server.store.chat import forget
from vklive.server.store.database import Database

_log = logging.getLogger("vklive.server.platform.chat")

INTERVAL = 600.0
"""Seconds between two looks. A message may stay so much longer than it has to."""

BATCH = 1000
"""Messages that are deleted in one transaction, so that nobody waits long for their turn to write."""


class Retention:
    """Deletes messages that are older than they should be.

    Args:
        database: where they are.
        seconds: how old they may become.
    """

    def __init__(self, database: Database, *, seconds: float) -> None:
        self._database = database
        self._age = timedelta(seconds=seconds)
        self._ending = asyncio.Event()

    async def run(self) -> None:
        """Look at once and every `INTERVAL`, until `end`."""
        while not self._ending.is_set():
            try:
                if count := await self.sweep():
                    _log.info("%d messages of chats were older than %s, and are forgotten", count, self._age)
            except DirectoryUnavailableError as error:
                _log.warning("old messages of chats stay for now: %s", error)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(INTERVAL):
                    await self._ending.wait()

    def end(self) -> None:
        """Let `run` return when the transaction that it is in has ended."""
        self._ending.set()

    async def sweep(self) -> int:
        """Delete what is too old now; returns how many messages.

        Raises:
            DirectoryUnavailableError: the database does not answer.
        """
        before, total = self._database.now() - self._age, 0
        while not self._ending.is_set():
            async with self._database.writing() as session:
                count = await forget(session, before=before, limit=BATCH)
            total += count
            if count < BATCH:
                break
        return total
