"""A database in memory that is asked within the loop, without a thread: it takes no virtual time.

It is SQLite with vklive's own tables, made by its own migrations. aiosqlite asks it in a thread, and real time passes
meanwhile; what is here has the same methods, and asks at once.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import Any, Self

from alembic import command
from sqlalchemy import StaticPool, create_engine
from sqlalchemy.ext.asyncio import AsyncEngine

from vklive.server.store.engine import SQLITE
from vklive.server.store.engine import create_engine as create_async_engine
from vklive.server.store.migrate import alembic_config


def memory_engine() -> AsyncEngine:
    """An engine for `vklive.server.store.Store`. What it holds ends with it."""
    return create_async_engine(f"{SQLITE}:///:memory:", connect=_connect)


async def _connect() -> _Connection:
    connection = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    _template().backup(connection)
    return _Connection(connection)


@cache
def _template() -> sqlite3.Connection:
    """A database with all tables and nothing in them: copying it is a hundred times quicker than to migrate."""
    connection = sqlite3.connect(":memory:", check_same_thread=False)
    engine = create_engine("sqlite://", creator=lambda: connection, poolclass=StaticPool)
    with engine.begin() as migrating:
        command.upgrade(alembic_config(migrating), "head")
    return connection


class _Cursor:
    """Has the methods of `aiosqlite.Cursor` that SQLAlchemy calls."""

    def __init__(self, cursor: sqlite3.Cursor) -> None:
        self._cursor = cursor

    async def __aenter__(self) -> Self:
        return self

    async def execute(self, statement: str, parameters: Sequence[Any] = ()) -> None:
        self._cursor.execute(statement, parameters)

    async def executemany(self, statement: str, parameters: Iterable[Sequence[Any]]) -> None:
        self._cursor.executemany(statement, parameters)

    async def fetchall(self) -> list[Any]:
        return self._cursor.fetchall()

    async def close(self) -> None:
        self._cursor.close()

    @property
    def description(self) -> Any:  # noqa: ANN401 - whatever the driver gives
        return self._cursor.description

    @property
    def rowcount(self) -> int:
        return self._cursor.rowcount

    @property
    def lastrowid(self) -> int | None:
        return self._cursor.lastrowid


class _Steps:
    """Does at once what aiosqlite puts into the queue of its thread."""

    def put_nowait(self, step: tuple[asyncio.Future[Any], Callable[[], Any]]) -> None:
        future, function = step
        future.set_result(function())


class _Connection:
    """Has the methods of `aiosqlite.Connection` that SQLAlchemy calls."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._conn = self._connection = connection
        self._tx = _Steps()

    def cursor(self) -> _Cursor:
        return _Cursor(self._conn.cursor())

    async def create_function(
        self, name: str, arguments: int, function: Callable[..., Any], *, deterministic: bool = False
    ) -> None:
        self._conn.create_function(name, arguments, function, deterministic=deterministic)

    async def commit(self) -> None:
        self._conn.commit()

    async def rollback(self) -> None:
        self._conn.rollback()

    async def close(self) -> None:
        self._conn.close()

    def stop(self) -> None:
        self._conn.close()
