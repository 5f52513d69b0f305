"""The directory in a database: SQLite in a file, or PostgreSQL."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import timedelta
from types import TracebackType
from typing import Self

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine

from vklive.clock import Clock
from vklive.devapi.scopes import Scope
from vklive.errors import ConfigError
from vklive.server.directory import Application, Bearer, ChannelRecord, Directory, Membership
from vklive.server.store import rows
from vklive.server.store.database import Database, words
from vklive.server.store.hashing import hash_of, matches, new_token
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
        database_url: an address, see `vklive.server.store.engine.create_engine`, or an engine that is set up already.
        clock: its wall clock says whether an access token has expired.

    Attributes:
        database: where it is, for those who change more than the directory.

    Raises:
        ConfigError: `database_url` is wrong; on entering, the database cannot be opened or is a newer version's.
        MissingExtraError: PostgreSQL is asked for and its driver is not installed.
    """

    def __init__(self, database_url: str | AsyncEngine, *, clock: Clock) -> None:
        self.database = Database(database_url, clock=clock)

    async def __aenter__(self) -> Self:
        await self.database.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the connections to the database."""
        await self.database.__aexit__(kind, error, trace)

    # The directory.

    async def bearer(self, access_token: str) -> Bearer | None:
        """See `Directory`: whose access token it is."""
        async with self.database.reading() as session:
            token = await session.get(AccessTokenRow, hash_of(access_token))
            if token is None or token.revoked_at is not None:
                return None
            if token.expires_at is not None and token.expires_at <= self.database.now():
                return None
            bearer: UserRow | ApplicationRow | None
            if token.user_id is not None:
                bearer = await session.get(UserRow, token.user_id)
            else:
                bearer = await session.get(ApplicationRow, token.application_id)
            return None if bearer is None else rows.bearer(token, bearer)

    async def application(self, client_id: str, client_secret: str) -> Application | None:
        """See `Directory`: whose credentials they are."""
        async with self.database.reading() as session:
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
        async with self.database.reading() as session:
            return {row.channel_id: rows.membership(row) for row in await session.scalars(query)}

    # What is written.

    async def plant(self, seed: Seed) -> None:
        """Write what a seed names: what is there already is overwritten, what the seed does not name stays.

        Raises:
            ConfigError: it contradicts what is in the database, for example by giving a url to a second channel.
        """
        try:
            async with self.database.alone() as session:
                await plant(session, seed, now=self.database.now())
        except IntegrityError as error:
            raise ConfigError(
                "seed", f"it contradicts what is in the database: {words(error)}", hint="compare ids and urls"
            ) from error

    async def issue_access_token(
        self,
        *,
        user_id: int | None = None,
        application_id: int | None = None,
        ttl: float | None = None,
        scopes: Collection[Scope] = (),
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
        token, now = new_token(), self.database.now()
        row = AccessTokenRow(
            token_hash=hash_of(token),
            user_id=user_id,
            application_id=application_id,
            scopes=" ".join(scope for scope in Scope if scope in scopes),
            issued_at=now,
            expires_at=None if ttl is None else now + timedelta(seconds=ttl),
        )
        try:
            async with self.database.writing() as session:
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
            .values(revoked_at=self.database.now())
        )
        async with self.database.writing() as session:
            await session.execute(change)

    # Inside.

    async def _channels(self, which: ColumnElement[bool]) -> list[ChannelRecord]:
        async with self.database.reading() as session:
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
