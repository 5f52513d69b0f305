"""What comes of the authorize page: a user decides, and the application learns of it.

Source: vk.md 1.3 to 1.5.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from sqlalchemy.exc import IntegrityError

from vklive.server.directory import User
from vklive.server.oauth import asking, scopes
from vklive.server.oauth.asking import Asked, Client, ResponseType
from vklive.server.oauth.errors import OAuthCode, Problem, UnsafeRequestError
from vklive.server.settings import OAuthSettings
from vklive.server.store import oauth as stored
from vklive.server.store.database import Database
from vklive.server.store.oauth import Given, new_family
from vklive.server.store.tables import ApplicationRow, GrantRow


class Authorizing:
    """Decisions of users about applications.

    Args:
        database: where they are kept.
        settings: how long codes and tokens live.
    """

    def __init__(self, database: Database, settings: OAuthSettings) -> None:
        self._database = database
        self._settings = settings

    async def read(self, pairs: Iterable[tuple[str, str]]) -> Asked:
        """Understand what the page is asked for.

        Raises:
            UnsafeRequestError: it must not be answered by a redirect.
            RefusedRequestError: it is answered by a redirect with an error.
        """
        parameters = asking.once(pairs)
        async with self._database.reading() as session:
            row = await stored.application_of(session, parameters.get("client_id", ""))
        return asking.read(parameters, None if row is None else client_of(row))

    async def is_allowed(self, asked: Asked, user: User) -> bool:
        """Whether the user has allowed all of it before, so that there is nothing to ask.

        A token of the implicit flow is given to whoever listens at the address, without a secret: there one asks
        every time.
        """
        if asked.response_type is not ResponseType.CODE:
            return False
        async with self._database.reading() as session:
            grant = await session.get(GrantRow, (user.id, asked.client.id))
        return (
            grant is not None
            and asked.scopes <= scopes.of_column(grant.scopes)
            and (grant.webhooks or not asked.wants_webhooks)
        )

    async def allow(self, asked: Asked, user: User, *, webhooks: bool | None) -> str:
        """The user allows it.

        Args:
            asked: what.
            user: who.
            webhooks: whether events may come by WebHook; `None` when that was not asked.

        Returns:
            Where the browser is to be sent.

        Raises:
            UnsafeRequestError: the application is there no more.
        """
        now = self._database.now()
        given = Given(
            user_id=user.id,
            application_id=asked.client.id,
            family=new_family(),
            scopes=scopes.stored(asked.scopes),
        )
        try:
            async with self._database.alone() as session:
                grant = await stored.remember_grant(
                    session,
                    user_id=user.id,
                    application_id=asked.client.id,
                    scopes=frozenset(asked.scopes),
                    webhooks=webhooks if asked.wants_webhooks else None,
                )
                grant.granted_at = now
                await session.flush()
                if asked.response_type is ResponseType.CODE:
                    expires_at = now + timedelta(seconds=self._settings.code_ttl)
                    code = await stored.add_code(session, given, redirect_uri=asked.redirect_uri, expires_at=expires_at)
                    answer = {"code": code}
                else:
                    ttl = self._settings.access_token_ttl
                    token = await stored.add_access_token(session, given, now=now, ttl=ttl)
                    expire_time = str(int((now + timedelta(seconds=ttl)).timestamp()))
                    answer = {"access_token": token, "expire_time": expire_time, "token_type": "Bearer"}
                await session.flush()
        except IntegrityError:
            raise UnsafeRequestError(Problem.UNKNOWN_CLIENT) from None
        return asked.answered(answer)

    def deny(self, asked: Asked) -> str:
        """The user does not allow it; where the browser is to be sent."""
        return asked.refused(OAuthCode.ACCESS_DENIED, "The user did not allow it")


def client_of(row: ApplicationRow) -> Client:
    """An application as its users see it."""
    return Client(
        id=row.id,
        client_id=row.client_id,
        name=row.name,
        description=row.description,
        icon_url=row.icon_url,
        redirect_uris=tuple(row.redirect_uris.splitlines()),
        webhook_events=tuple(row.webhook_events.splitlines()) if row.webhook_url else (),
    )
