"""The database that the commands work on."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import click

from vklive.cli.server_configuration import configuration
from vklive.clock import SystemClock
from vklive.server.names import MAX_ID
from vklive.server.store.administration import Administration
from vklive.server.store.database import Database

_T = TypeVar("_T")

ID = click.IntRange(1, MAX_ID)
"""What an id is on the command line."""


def on_database(config: Path | None, work: Callable[[Administration], Awaitable[_T]]) -> _T:
    """Do something with the database of the configuration, which is made when it is not there yet.

    Raises:
        ConfigError: the configuration is wrong, or the database cannot be opened.
        DirectoryUnavailableError: the database does not answer.
    """
    settings = configuration(config, flags={}).settings

    async def run() -> _T:
        async with Database(settings.database_url, clock=SystemClock()) as database:
            return await work(Administration(database))

    return asyncio.run(run())
