"""A database that is open: transactions to read and to write in, and the words for one that does not answer."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Self

from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from vklive.clock import Clock
from vklive.errors import ConfigError
from vklive.server.directory import DirectoryUnavailableError
from vklive.server.store.engine import IMMEDIATE, create_engine, exclusive, prepare_file
from vklive.server.store.migrate import migrate


class Database:
    """Use it with ``async with``: that connects and brings the tables up to date.

    Args:
        where: an address, see `vklive.server.store.engine.create_engine`, or an engine that is set up already.
        clock: its wall clock says what time it is.

    Raises:
        ConfigError: the address is wrong; on entering, the database cannot be opened or is a newer version's.
        MissingExtraError: PostgreSQL is asked for and its driver is not installed.
    """

    def __init__(self, where: str | AsyncEngine, *, clock: Clock) -> None:
        self._engine = create_engine(where) if isinstance(where, str) else where
        self._clock = clock

    async def __aenter__(self) -> Self:
        try:
            await prepare_file(self._engine)
            await migrate(self._engine)
        except (DBAPIError, OSError, TimeoutError) as error:
            await self._engine.dispose()
            raise ConfigError(
                "database_url",
                f"cannot open {self._engine.url.render_as_string(hide_password=True)}: {words(error)}",
            ) from error
        except BaseException:
            await self._engine.dispose()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the connections to the database."""
        await self._engine.dispose()

    def now(self) -> datetime:
        """The time by the wall clock; aware, UTC."""
        return datetime.fromtimestamp(self._clock.wall(), UTC)

    @asynccontextmanager
    async def reading(self) -> AsyncGenerator[AsyncSession]:
        """A session that only asks. What it gives can be used when it is over.

        Raises:
            DirectoryUnavailableError: the database does not answer.
        """
        async with _answering(), AsyncSession(self._engine, expire_on_commit=False) as session:
            yield session

    @asynccontextmanager
    async def writing(self) -> AsyncGenerator[AsyncSession]:
        """A transaction that changes something: all of it when the block ends well, nothing when it raises.

        On SQLite there is one at a time, from its beginning on, so that what was read stays true. On PostgreSQL there
        are many, and a row of which that must be said is read with ``with_for_update()``, which SQLite passes over.
        Whoever holds several does it in this order, so that two never wait for each other: the channel, its stream, its
        reward, demands by id, users by id, what a user is to the channel, and last the counter of messages. A row that
        others refer to is held with ``key_share``, so that who only refers to it does not wait.

        Raises:
            DirectoryUnavailableError: the database does not answer.
            sqlalchemy.exc.IntegrityError: what was written contradicts what is there.
        """
        async with (
            _answering(),
            AsyncSession(self._engine, expire_on_commit=False) as session,
            session.begin(),
        ):
            await session.connection(execution_options={IMMEDIATE: True})
            yield session

    @asynccontextmanager
    async def alone(self) -> AsyncGenerator[AsyncSession]:
        """A transaction during which no other one of these runs, in any process; see `exclusive`.

        Raises:
            DirectoryUnavailableError: the database does not answer.
            sqlalchemy.exc.IntegrityError: what was written contradicts what is there.
        """
        async with (
            _answering(),
            exclusive(self._engine) as connection,
            AsyncSession(connection, expire_on_commit=False) as session,
        ):
            yield session


@asynccontextmanager
async def _answering() -> AsyncGenerator[None]:
    """Say in the directory's words that the database does not answer. What contradicts itself is no such case."""
    try:
        yield
    except IntegrityError:
        raise
    except (DBAPIError, PoolTimeoutError, OSError, TimeoutError) as error:
        raise DirectoryUnavailableError(words(error)) from error


def words(error: Exception) -> str:
    """What the driver says, without the statement and its parameters, which SQLAlchemy would add."""
    original: Any = getattr(error, "orig", None) or error
    return f"{type(original).__name__}: {original}"
