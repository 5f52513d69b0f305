"""What an operator does with the tables by hand: `vklive admin`.

What is made here is made as a seed makes it, with the same rules.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.exc import IntegrityError

from vklive.errors import ConfigError
from vklive.server.store import oauth
from vklive.server.store.database import Database, words
from vklive.server.store.entries import (
    TOKEN_ID_LENGTH,
    ApplicationEntry,
    ChannelEntry,
    GrantEntry,
    TokenEntry,
    UserEntry,
    application_entry,
    channel_entry,
    grant_entry,
    token_entry,
    user_entry,
)
from vklive.server.store.passwords import password_hash
from vklive.server.store.planting import plant
from vklive.server.store.seed import seed_of
from vklive.server.store.tables import (
    AccessTokenRow,
    ApplicationRow,
    ChannelRow,
    ChatMessageRow,
    GrantRow,
    RefreshTokenRow,
    SignInRow,
    UserRow,
)

_TABLES: Mapping[str, type[UserRow | ApplicationRow | ChannelRow]] = {
    "users": UserRow,
    "applications": ApplicationRow,
    "channels": ChannelRow,
}


class Administration:
    """The tables as an operator sees and changes them.

    Args:
        database: where they are.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def create(self, kind: str, values: Mapping[str, object]) -> int:
        """Make something that is not there yet, with the keys that an entry of a seed has.

        Args:
            kind: ``users``, ``applications`` or ``channels``.
            values: the entry. Without an ``id`` it is the next one after all that there are.

        Returns:
            Its id.

        Raises:
            ConfigError: a value does not fit, or contradicts what is there.
        """
        what, table = kind.removesuffix("s"), _TABLES[kind]
        try:
            async with self._database.alone() as session:
                highest: int | None = await session.scalar(select(func.max(table.id)))
                entry = {"id": (highest or 0) + 1} | dict(values)
                seed = seed_of({kind: [entry]}, origin=what)
                made: int = getattr(seed, kind)[0].id
                if await session.get(table, made) is not None:
                    raise ConfigError(what, f"there is one with the id {made} already")
                await plant(session, seed, now=self._database.now())
        except IntegrityError as error:
            raise ConfigError(what, f"it contradicts what is in the database: {words(error)}") from None
        return made

    async def delete(self, kind: str, id_: int) -> None:
        """Delete something with all that belongs to it.

        Raises:
            ConfigError: there is no such thing.
        """
        table = _TABLES[kind]
        async with self._database.writing() as session:
            if table is ApplicationRow:
                # The database does not know that they belong to it: see `AccessTokenRow`.
                await session.execute(delete(AccessTokenRow).where(AccessTokenRow.issued_to == id_))
            if table is UserRow:
                # Nor does it know that: whoever gets the id next would read them.
                await session.execute(delete(ChatMessageRow).where(ChatMessageRow.recipient_id == id_))
            found = await session.scalar(delete(table).where(table.id == id_).returning(table.id))
            if found is None:
                raise _no(kind.removesuffix("s"), id_)

    async def set_password(self, user_id: int, password: str) -> None:
        """Give a user another password, and sign them out everywhere.

        Raises:
            ConfigError: there is no such user, or it is no password.
        """
        try:
            hashed = await asyncio.to_thread(password_hash, password)
        except ValueError as error:
            raise ConfigError("password", str(error)) from None
        async with self._database.writing() as session:
            found = await session.scalar(
                update(UserRow).where(UserRow.id == user_id).values(password_hash=hashed).returning(UserRow.id)
            )
            if found is None:
                raise _no("user", user_id)
            await session.execute(delete(SignInRow).where(SignInRow.user_id == user_id))

    async def users(self) -> list[UserEntry]:
        """All users."""
        async with self._database.reading() as session:
            return [user_entry(row) for row in await session.scalars(select(UserRow).order_by(UserRow.id))]

    async def applications(self) -> list[ApplicationEntry]:
        """All applications."""
        async with self._database.reading() as session:
            rows = await session.scalars(select(ApplicationRow).order_by(ApplicationRow.id))
            return [application_entry(row) for row in rows]

    async def channels(self) -> list[ChannelEntry]:
        """All channels."""
        async with self._database.reading() as session:
            return [channel_entry(row) for row in await session.scalars(select(ChannelRow).order_by(ChannelRow.id))]

    async def tokens(self) -> list[TokenEntry]:
        """All access and refresh tokens that were not deleted yet, the oldest first."""
        now = self._database.now()
        async with self._database.reading() as session:
            access = [token_entry(row, now=now) for row in await session.scalars(select(AccessTokenRow))]
            refresh = [token_entry(row, now=now) for row in await session.scalars(select(RefreshTokenRow))]
        return sorted((*access, *refresh), key=lambda token: (token.issued_at, token.id))

    async def grants(self) -> list[GrantEntry]:
        """What users have allowed applications."""
        query = select(GrantRow).order_by(GrantRow.user_id, GrantRow.application_id)
        async with self._database.reading() as session:
            return [grant_entry(row) for row in await session.scalars(query)]

    async def revoke_token(self, id_: str) -> None:
        """End a token; a refresh token with its family, as when its application revokes it.

        Args:
            id_: see `TokenEntry`.

        Raises:
            ConfigError: there is no such token.
        """
        now = self._database.now()
        async with self._database.writing() as session:
            ended = False
            for token in await session.scalars(select(AccessTokenRow).where(_named(AccessTokenRow) == id_)):
                ended = True
                token.revoked_at = token.revoked_at or now
            for refresh in await session.scalars(select(RefreshTokenRow).where(_named(RefreshTokenRow) == id_)):
                ended = True
                await oauth.end_family(session, refresh.family, now=now)
            if not ended:
                raise _no("token", id_)

    async def end_grant(self, user_id: int, application_id: int) -> None:
        """Take back what a user has allowed an application, with all tokens.

        Raises:
            ConfigError: they have allowed it nothing.
        """
        async with self._database.writing() as session:
            now = self._database.now()
            if not await oauth.end_grant(session, user_id=user_id, application_id=application_id, now=now):
                raise ConfigError("grant", f"user {user_id} has allowed application {application_id} nothing")


def _named(table: type[AccessTokenRow | RefreshTokenRow]) -> ColumnElement[str]:
    return func.substr(table.token_hash, 1, TOKEN_ID_LENGTH)


def _no(what: str, id_: int | str) -> ConfigError:
    return ConfigError(what, f"there is none with the id {id_}", hint=f"see `vklive admin {what}s list`")
