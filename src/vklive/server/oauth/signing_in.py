"""Signing in at the authorize page."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from vklive.clock import Clock
from vklive.server.directory import User
from vklive.server.oauth.attempts import Attempts, network_of
from vklive.server.oauth.errors import TooManyAttemptsError, WrongPasswordError
from vklive.server.settings import OAuthSettings
from vklive.server.store import rows, sign_ins
from vklive.server.store.database import Database
from vklive.server.store.hashing import hash_of, new_token
from vklive.server.store.passwords import is_password
from vklive.server.store.tables import UserRow

WINDOW = 300.0
"""Seconds in which tries are counted: long for a program that tries, short for somebody who mistypes."""

TRIES_FOR_BOTH = 5
"""Tries of one user's password from one address."""

TRIES_FROM_ADDRESS = 30
"""Tries from one address: as many as a school or an office needs behind one."""

TRIES_FOR_NAME = 100
"""Tries of one user's password from everywhere. It slows down a crowd of addresses; a user whom one troubles so cannot
sign in for that time, which is why there are many."""

MAX_AT_ONCE = 2
"""Passwords that are looked at at the same time: each takes a core."""

MAX_WAITING = 32
"""Passwords that wait for that, some seconds at most. One more is told to come again."""

_BUSY = 5.0


class SignIns:
    """Who has signed in in which browser.

    Args:
        database: where that is kept.
        settings: how long it lasts.
        clock: measures the windows of `vklive.server.oauth.attempts`.
    """

    def __init__(self, database: Database, settings: OAuthSettings, *, clock: Clock) -> None:
        self._database = database
        self._ttl = settings.sign_in_ttl
        self._for_both = Attempts(TRIES_FOR_BOTH, window=WINDOW, now=clock.monotonic)
        self._from_address = Attempts(TRIES_FROM_ADDRESS, window=WINDOW, now=clock.monotonic)
        self._for_name = Attempts(TRIES_FOR_NAME, window=WINDOW, now=clock.monotonic)
        self._turns = asyncio.Semaphore(MAX_AT_ONCE)
        self._waiting = 0

    async def sign_in(self, name: str, password: str, *, address: str, before: str) -> str:
        """Somebody signs in.

        Args:
            name: their nick or id.
            password: theirs.
            address: of their browser.
            before: the cookie that the browser has so far; it ends, so that nobody can have given it to the browser.

        Returns:
            The cookie of their browser from now on.

        Raises:
            WrongPasswordError: it is not their password. Who is not known costs the same.
            TooManyAttemptsError: there were too many tries; this one was not looked at.
        """
        name = name.strip()
        # As whom it is looked up: one user is counted once, however their id is written.
        network, who = network_of(address), hash_of(sign_ins.plain(name))
        counted = ((self._for_both, (network, who)), (self._from_address, network), (self._for_name, who))
        if (wait := max(attempts.wait(key) for attempts, key in counted)) > 0:
            raise TooManyAttemptsError(wait)
        if self._waiting >= MAX_WAITING:
            raise TooManyAttemptsError(_BUSY)
        for attempts, key in counted:
            attempts.tried(key)
        self._waiting += 1
        try:
            user = await self._user(name, password)
        finally:
            self._waiting -= 1
        if user is None:
            raise WrongPasswordError
        self._for_both.forgive((network, who))
        cookie = new_token()
        async with self._database.writing() as session:
            await sign_ins.end_sign_in(session, before)
            expires_at = self._database.now() + timedelta(seconds=self._ttl)
            await sign_ins.add_sign_in(session, cookie, user_id=user.id, expires_at=expires_at)
        return cookie

    async def who(self, cookie: str) -> User | None:
        """Who has signed in in the browser with this cookie."""
        if not cookie:
            return None
        async with self._database.reading() as session:
            row = await sign_ins.signed_in(session, cookie, now=self._database.now())
            return None if row is None else rows.user(row)

    async def sign_out(self, cookie: str) -> None:
        """Nobody is signed in there any more."""
        async with self._database.writing() as session:
            await sign_ins.end_sign_in(session, cookie)

    async def _user(self, name: str, password: str) -> UserRow | None:
        async with self._turns:
            async with self._database.reading() as session:
                user = await sign_ins.user_named(session, name)
            stored = "" if user is None else user.password_hash
            return user if await asyncio.to_thread(is_password, password, stored) else None
