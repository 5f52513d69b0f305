"""The directory in a database: SQLite in a file, or PostgreSQL."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import AsyncGenerator, Collection, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Any, Self

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncSession

from vklive.clock import Clock
from vklive.errors import ConfigError
from vklive.server.directory import (
    Application,
    ChannelRecord,
    Directory,
    DirectoryUnavailableError,
    Membership,
    Viewer,
)
from vklive.server.store import rows
from vklive.server.store.engine import create_engine, exclusive, prepare_file
from vklive.server.store.hashing import hash_of, matches, new_token
from vklive.server.store.migrate import migrate
from vklive.server.store.planting import plant
from vklive.server.store.seed import Seed
from vklive.server.store.tables import (
    AccessTokenRow,
    ApplicationRow,
    ChannelRow,
    MembershipRow,
    StreamRow,
    UserRow,
)

_NOBODYS_HASH = hashlib.sha256(b"").hexdigest()
"""What the secret of an unknown application is compared with, so that the time tells nothing."""


class Store(Directory):
    """The directory in a database. Use it with ``async with``: that connects and brings the tables up to date.

    Args:
        database_url: see `vklive.server.store.engine.create_engine`.
        clock: its wall clock says whether an access token has expired.

    Raises:
        ConfigError: `database_url` is wrong; on entering, the database cannot be opened or is a newer version's.
        MissingExtraError: PostgreSQL is asked for and its driver is not installed.
    """

    def __init__(self, database_url: str, *, clock: Clock) -> None:
        self._engine = create_engine(database_url)
        self._clock = clock

    async def __aenter__(self) -> Self:
        try:
            await prepare_file(self._engine)
            await migrate(self._engine)
        except (DBAPIError, OSError, TimeoutError) as error:
            await self._engine.dispose()
            raise ConfigError(
                "database_url",
                f"cannot open {self._engine.url.render_as_string(hide_password=True)}: {_words(error)}",
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

    # The directory.

    async def viewer(self, access_token: str) -> Viewer | None:
        """See `Directory`: whose access token it is."""
        async with self._reading() as session:
            token = await session.get(AccessTokenRow, hash_of(access_token))
            if token is None or token.revoked_at is not None:
                return None
            if token.expires_at is not None and token.expires_at <= self._now():
                return None
            if token.user_id is not None:
                user = await session.get(UserRow, token.user_id)
                return None if user is None else rows.user(user)
            application = await session.get(ApplicationRow, token.application_id)
            return None if application is None else rows.application(application)

    async def application(self, client_id: str, client_secret: str) -> Application | None:
        """See `Directory`: whose credentials they are."""
        async with self._reading() as session:
            row = await session.scalar(select(ApplicationRow).where(ApplicationRow.client_id == client_id))
        known = matches(client_secret, _NOBODYS_HASH if row is None else row.secret_hash)
        return rows.application(row) if row is not None and known else None

    async def channels_by_url(self, urls: Collection[str]) -> Mapping[str, ChannelRecord]:
        """See `Directory`: the channels of these slugs."""
        return {channel.url: channel for channel in await self._channels(ChannelRow.url.in_(urls))}

    async def channels_by_id(self, ids: Collection[int]) -> Mapping[int, ChannelRecord]:
        """See `Directory`: the channels of these ids."""
        return {channel.id: channel for channel in await self._channels(ChannelRow.id.in_(ids))}

    async def memberships(self, user_id: int, channel_ids: Collection[int]) -> Mapping[int, Membership]:
        """See `Directory`: what a user is to these channels."""
        query = select(MembershipRow).where(MembershipRow.user_id == user_id, MembershipRow.channel_id.in_(channel_ids))
        async with self._reading() as session:
            return {row.channel_id: rows.membership(row) for row in await session.scalars(query)}

    # What is written.

    async def plant(self, seed: Seed) -> None:
        """Write what a seed names: what is there already is overwritten, what the seed does not name stays.

        Raises:
            ConfigError: it contradicts what is in the database, for example by giving a url to a second channel.
        """
        try:
            async with (
                self._answering(),
                exclusive(self._engine) as connection,
                AsyncSession(connection, expire_on_commit=False) as session,
            ):
                await plant(session, seed, now=self._now())
        except IntegrityError as error:
            raise ConfigError(
                "seed", f"it contradicts what is in the database: {_words(error)}", hint="compare ids and urls"
            ) from error

    async def issue_access_token(
        self,
        *,
        user_id: int | None = None,
        application_id: int | None = None,
        ttl: float | None = None,
        scopes: Collection[str] = (),
    ) -> str:
        """A new access token. It is returned here and nowhere else: only its hash is stored.

        Args:
            user_id: whose it is, or
            application_id: whose it is; exactly one of the two.
            ttl: seconds until it expires; `None` for never.
            scopes: what it is good for beside the methods that need no scope.

        Raises:
            ValueError: not exactly one bearer is named, or there is no such one.
        """
        if (user_id is None) == (application_id is None):
            raise ValueError("an access token is either a user's or an application's")
        token, now = new_token(), self._now()
        row = AccessTokenRow(
            token_hash=hash_of(token),
            user_id=user_id,
            application_id=application_id,
            scopes=" ".join(scopes),
            issued_at=now,
            expires_at=None if ttl is None else now + timedelta(seconds=ttl),
        )
        try:
            async with self._answering(), AsyncSession(self._engine) as session, session.begin():
                session.add(row)
        except IntegrityError:
            who = f"user {user_id}" if application_id is None else f"application {application_id}"
            raise ValueError(f"there is no {who}") from None
        return token

    async def revoke_access_token(self, token: str) -> None:
        """From now on the token is nobody's. One that is nobody's already stays so."""
        change = (
            update(AccessTokenRow)
            .where(AccessTokenRow.token_hash == hash_of(token), AccessTokenRow.revoked_at.is_(None))
            .values(revoked_at=self._now())
        )
        async with self._answering(), AsyncSession(self._engine) as session, session.begin():
            await session.execute(change)

    # Inside.

    async def _channels(self, which: ColumnElement[bool]) -> list[ChannelRecord]:
        async with self._reading() as session:
            query = select(ChannelRow, UserRow).join(UserRow, ChannelRow.owner_id == UserRow.id).where(which)
            found = (await session.execute(query)).all()
            if not found:
                return []
            ids = [channel.id for channel, _ in found]
            streams: defaultdict[int, list[StreamRow]] = defaultdict(list)
            for stream in await session.scalars(
                select(StreamRow)
                .where(StreamRow.channel_id.in_(ids), StreamRow.ended_at.is_(None))
                .order_by(StreamRow.slot_id, StreamRow.id)
            ):
                streams[stream.channel_id].append(stream)
            counts = await session.execute(
                select(MembershipRow.channel_id, func.count())
                .where(MembershipRow.channel_id.in_(ids), MembershipRow.banned.is_(False))
                .group_by(MembershipRow.channel_id)
            )
            followers = dict(counts.all())
            return [
                rows.channel(channel, owner=owner, followers=followers.get(channel.id, 0), streams=streams[channel.id])
                for channel, owner in found
            ]

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self._clock.wall(), UTC)

    @asynccontextmanager
    async def _reading(self) -> AsyncGenerator[AsyncSession]:
        async with self._answering(), AsyncSession(self._engine, expire_on_commit=False) as session:
            yield session

    @asynccontextmanager
    async def _answering(self) -> AsyncGenerator[None]:
        """Say in the directory's words that the database does not answer. What contradicts itself is no such case."""
        try:
            yield
        except IntegrityError:
            raise
        except (DBAPIError, PoolTimeoutError, OSError, TimeoutError) as error:
            raise DirectoryUnavailableError(_words(error)) from error


def _words(error: Exception) -> str:
    """What the driver says, without the statement and its parameters, which SQLAlchemy would add."""
    original: Any = getattr(error, "orig", None) or error
    return f"{type(original).__name__}: {original}"
