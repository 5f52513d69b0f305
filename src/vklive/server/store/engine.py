"""Opens the database, and makes SQLite and PostgreSQL behave alike where it matters.

This is the one module that asks for asyncpg: SQLAlchemy loads it for addresses of PostgreSQL only.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sqlite3
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import URL, AsyncAdaptedQueuePool, Connection, event, make_url, text
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from vklive.errors import ConfigError, MissingExtraError

SQLITE = "sqlite+aiosqlite"
POSTGRESQL = "postgresql+asyncpg"

SQLITE_BUSY_TIMEOUT = 5.0
"""Seconds that a transaction waits for another one to finish writing."""

_RETRY_DELAY = 0.01

POOL_SIZE = 10
"""Connections that are kept to PostgreSQL; a request needs one for milliseconds."""

POOL_TIMEOUT = 10.0
"""Seconds that a request waits for a connection before it is told that the directory does not answer."""

CONNECT_TIMEOUT = 10.0
"""Seconds to connect to PostgreSQL."""

COMMAND_TIMEOUT = 30.0
"""Seconds for one statement on PostgreSQL; only migrations take more than milliseconds."""

_IN_MEMORY = ("", ":memory:")
IMMEDIATE = "vklive_immediate"
"""The option of a connection to SQLite whose transactions are the only ones that write, from their beginning on."""

_ADVISORY_LOCK = 0x766B6C697665
"""The bytes of "vklive": what servers that start at the same time agree on."""


def create_engine(database_url: str, *, connect: Callable[[], Awaitable[object]] | None = None) -> AsyncEngine:
    """An engine; connects to nothing yet.

    Args:
        database_url: ``sqlite+aiosqlite:///<path>`` or ``postgresql+asyncpg://<user>@<host>/<database>``.
        connect: gives connections to SQLite in the place of aiosqlite.

    Raises:
        ConfigError: it is no such address.
        MissingExtraError: asyncpg is not installed.
    """
    try:
        url = make_url(database_url)
    except (ArgumentError, ValueError):
        # Without a cause: the error would quote the address, and the password in it.
        raise ConfigError("database_url", "it is not an address", hint=_HINT) from None
    match url.drivername:
        case "sqlite+aiosqlite":
            return _sqlite(url, connect)
        case "postgresql+asyncpg":
            return _postgresql(url)
        case other:
            raise ConfigError("database_url", f"{other!r} is not supported", hint=_HINT)


_HINT = f"use {SQLITE}:///<path> or {POSTGRESQL}://<user>@<host>/<database>"


@asynccontextmanager
async def exclusive(engine: AsyncEngine) -> AsyncGenerator[AsyncConnection]:
    """A transaction during which no other one of these runs, in any process that uses the same database."""
    async with engine.connect() as connection:
        await connection.execution_options(**{IMMEDIATE: True})
        async with connection.begin():
            if engine.dialect.name == "postgresql":
                await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ADVISORY_LOCK})
            yield connection


async def prepare_file(engine: AsyncEngine) -> None:
    """See that the file of an SQLite database can be used, and let its readers not wait for a writer (WAL).

    Does nothing for other databases. That mode stays with the file; switching to it fails at once, whatever the
    timeout, while somebody else does the same, so it is tried again for `SQLITE_BUSY_TIMEOUT`.

    Raises:
        OSError: it cannot be used.
    """
    path = engine.url.database or ""
    if engine.dialect.name == "sqlite" and path not in _IN_MEMORY:
        try:
            # Not with aiosqlite: its thread complains when the loop ends soon after a file could not be opened.
            await asyncio.to_thread(_switch_to_wal, path)
        except sqlite3.Error as error:
            raise OSError(str(error)) from error


def _switch_to_wal(path: str) -> None:
    with contextlib.closing(sqlite3.connect(path, timeout=SQLITE_BUSY_TIMEOUT, uri=path.startswith("file:"))) as file:
        end = time.monotonic() + SQLITE_BUSY_TIMEOUT
        while True:
            try:
                file.execute("PRAGMA journal_mode = WAL")
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > end:
                    raise
                time.sleep(_RETRY_DELAY)
            else:
                return


def _postgresql(url: URL) -> AsyncEngine:
    try:
        return create_async_engine(
            url,
            pool_size=POOL_SIZE,
            pool_timeout=POOL_TIMEOUT,
            # A connection that the database has closed meanwhile is replaced before a request notices.
            pool_pre_ping=True,
            connect_args={"timeout": CONNECT_TIMEOUT, "command_timeout": COMMAND_TIMEOUT},
        )
    except ModuleNotFoundError as error:
        raise MissingExtraError("the driver of PostgreSQL", extra="postgres") from error


def _sqlite(url: URL, connect: Callable[[], Awaitable[object]] | None) -> AsyncEngine:
    # At DEBUG it writes down each statement with its parameters, and there are secrets among them: whoever wants that
    # has to ask for it by this name, and not by that of all loggers.
    if (driver := logging.getLogger("aiosqlite")).level == logging.NOTSET:
        driver.setLevel(logging.INFO)
    more = {} if connect is None else {"async_creator": connect}
    if (url.database or "") in _IN_MEMORY:
        # A database in memory lives and dies with its connection, so there is exactly one.
        engine = create_async_engine(url, poolclass=AsyncAdaptedQueuePool, pool_size=1, max_overflow=0, **more)
    else:
        engine = create_async_engine(url, **more)
    event.listen(engine.sync_engine, "connect", _set_up_sqlite)
    event.listen(engine.sync_engine, "begin", _begin_on_sqlite)
    return engine


def _set_up_sqlite(connection: Any, _: ConnectionPoolEntry) -> None:  # noqa: ANN401 - whatever the driver gives
    # Python's module would begin transactions on its own, and not before statements that change tables.
    connection.isolation_level = None
    cursor = connection.cursor()
    try:
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.execute(f"PRAGMA busy_timeout = {int(SQLITE_BUSY_TIMEOUT * 1000)}")
    finally:
        cursor.close()


def _begin_on_sqlite(connection: Connection) -> None:
    is_immediate = connection.get_execution_options().get(IMMEDIATE, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if is_immediate else "BEGIN")
