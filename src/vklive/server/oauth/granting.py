"""The token endpoint: an application shows a code, a refresh token or itself, and is given tokens.

Source: vk.md 1.4 to 1.7.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import UNSET, Struct, UnsetType
from sqlalchemy.ext.asyncio import AsyncSession

from vklive.server.directory import Application
from vklive.server.oauth.errors import OAuthCode, OAuthError
from vklive.server.settings import OAuthSettings
from vklive.server.store import Store
from vklive.server.store import oauth as stored
from vklive.server.store.oauth import Given
from vklive.server.store.tables import ApplicationRow


class Tokens(Struct, frozen=True, kw_only=True):
    """The answer of the token endpoint.

    Attributes:
        access_token: for the DevAPI.
        token_type: always ``Bearer``.
        expires_in: seconds that the access token lives.
        refresh_token: for the next pair, once; an application's own token has none.
        scope: what the user allowed, separated by spaces; not told of an application's own token.
        expire_time: the same as `expires_in`, under the name that the documentation has for an application's token.
        state: what the application said in its request, where it is an application's own token.
    """

    access_token: str
    token_type: str = "Bearer"  # noqa: S105 - a word of the standard
    expires_in: int
    refresh_token: str | UnsetType = UNSET
    scope: str | UnsetType = UNSET
    expire_time: int | UnsetType = UNSET
    state: str | UnsetType = UNSET

    def __repr__(self) -> str:
        return f"Tokens(<secret>, expires_in={self.expires_in})"


class Granting:
    """Gives tokens, and takes them back.

    Args:
        store: where they are kept, as hashes.
        settings: how long they live.
    """

    def __init__(self, store: Store, settings: OAuthSettings) -> None:
        self._store = store
        self._settings = settings

    async def tokens(self, application: Application, form: Mapping[str, str]) -> Tokens:
        """Tokens for what an application shows.

        Args:
            application: whose credentials came with the request.
            form: what it says.

        Raises:
            OAuthError: there are none for it.
        """
        match form.get("grant_type"):
            case "authorization_code":
                return await self._of_code(application, form)
            case "refresh_token":
                return await self._of_refresh_token(application, form)
            case "client_credentials":
                return await self._of_application(application, form)
            case None:
                raise _missing("grant_type")
            case _:
                known = "authorization_code, refresh_token or client_credentials"
                raise OAuthError(OAuthCode.UNSUPPORTED_GRANT_TYPE, f"grant_type is {known}")

    async def revoke(self, application: Application, form: Mapping[str, str]) -> None:
        """Take back a token of an application's. One that is unknown, or not its, stays what it is (RFC 7009, 2.2).

        Raises:
            OAuthError: none is named.
        """
        token = _needed(form, "token")
        async with self._store.database.writing() as session:
            # `token_type_hint` needs no look: a token is found wherever it is.
            await stored.revoke(session, token, application_id=application.id, now=self._store.database.now())

    async def _of_code(self, application: Application, form: Mapping[str, str]) -> Tokens:
        code, redirect_uri = _needed(form, "code"), _needed(form, "redirect_uri")
        now = self._store.database.now()
        async with self._store.database.writing() as session:
            given = await stored.use_code(
                session, code, application_id=application.id, redirect_uri=redirect_uri, now=now
            )
            # Not raised in here: what a second use has ended is to stay ended.
            pair = None if given is None else await self._pair(session, given)
        if pair is None:
            raise OAuthError(
                OAuthCode.INVALID_GRANT,
                "The code is unknown, used or too old, or it was given to another application or redirect_uri",
            )
        return pair

    async def _of_refresh_token(self, application: Application, form: Mapping[str, str]) -> Tokens:
        token = _needed(form, "refresh_token")
        now = self._store.database.now()
        async with self._store.database.writing() as session:
            if (redirect_uri := form.get("redirect_uri")) is not None:
                await _check_redirect_uri(session, application, redirect_uri)
            given = await stored.use_refresh_token(session, token, application_id=application.id, now=now)
            pair = None if given is None else await self._pair(session, given)
        if pair is None:
            raise OAuthError(
                OAuthCode.INVALID_GRANT,
                "The refresh token is unknown, used, revoked or too old, or it was given to another application",
            )
        return pair

    async def _of_application(self, application: Application, form: Mapping[str, str]) -> Tokens:
        ttl = self._settings.access_token_ttl
        token = await self._store.issue_access_token(application_id=application.id, ttl=ttl)
        return Tokens(access_token=token, expires_in=int(ttl), expire_time=int(ttl), state=form.get("state", ""))

    async def _pair(self, session: AsyncSession, given: Given) -> Tokens:
        now, settings = self._store.database.now(), self._settings
        access_token = await stored.add_access_token(session, given, now=now, ttl=settings.access_token_ttl)
        refresh_token = await stored.add_refresh_token(session, given, now=now, ttl=settings.refresh_token_ttl)
        return Tokens(
            access_token=access_token,
            expires_in=int(settings.access_token_ttl),
            refresh_token=refresh_token,
            scope=given.scopes,
        )


async def _check_redirect_uri(session: AsyncSession, application: Application, redirect_uri: str) -> None:
    row = await session.get(ApplicationRow, application.id)
    if row is None or redirect_uri not in row.redirect_uris.splitlines():
        raise OAuthError(OAuthCode.INVALID_GRANT, "redirect_uri is not one that the application has registered")


def _needed(form: Mapping[str, str], name: str) -> str:
    value = form.get(name)
    if value is None:
        raise _missing(name)
    return value


def _missing(name: str) -> OAuthError:
    return OAuthError(OAuthCode.INVALID_REQUEST, f"{name} is missing")
