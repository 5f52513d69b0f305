"""A user by the login that `vklive login` has saved, shared with all other programs that use it."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Self

from msgspec import structs

from vklive.client.http import HttpTransport
from vklive.client.login_file import Login, LoginFile
from vklive.client.oauth import OAuthRefreshToken
from vklive.client.token_endpoint import DEFAULT_TIMEOUT, Tokens


class SavedLogin(OAuthRefreshToken):
    """A user, by a login in a file. Each new pair of tokens is written back before it is used.

    Several programs may use one file: whoever renews it does so alone, and the others take what came of it.

    Args:
        file: with the login.
        login: what was in it.
        http: makes the requests; by default with httpx2.
        timeout: seconds for each.
        clock: gives monotonic seconds.
        wall: gives unix seconds, in which the file says when the access token ends.

    Raises:
        ConfigError: when an id, a secret or a token in it can be none.
    """

    def __init__(
        self,
        file: LoginFile,
        login: Login,
        *,
        http: HttpTransport | None = None,
        timeout: float = DEFAULT_TIMEOUT,
        clock: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
    ) -> None:
        super().__init__(
            login.client_id,
            login.client_secret,
            refresh_token=login.refresh_token,
            access_token=login.access_token,
            on_new_tokens=self._write,
            token_url=login.token_url,
            http=http,
            timeout=timeout,
            clock=clock,
        )
        self._file = file
        self._login = login
        self._wall = wall
        self._adopt(login)

    @classmethod
    def open(cls, path: str | Path) -> Self:
        """The login in a file, which is read here and now.

        Raises:
            ConfigError: it cannot be read, or there is no login in it.
        """
        file = LoginFile(Path(path))
        return cls(file, file.read())

    async def _fetch(self) -> None:
        async with self._file.locked():
            # Some hundred bytes, once an hour: not worth a thread.
            found = self._file.read()
            if found.access_token != self._in_file:
                self._adopt(found)
                if not self._is_due():
                    return
            await super()._fetch()

    def _write(self, tokens: Tokens) -> None:
        life = tokens.expires_in
        self._login = structs.replace(
            self._login,
            access_token=tokens.access_token,
            refresh_token=tokens.refresh_token or self._login.refresh_token,
            expires_at=self._wall() + life if life else None,
            scopes=tokens.scopes or self._login.scopes,
        )
        self._file.write(self._login)
        self._in_file = tokens.access_token

    def _adopt(self, login: Login) -> None:
        self._login = login
        # What the file is known to hold. When it could not be written that is an older pair, whose refresh token is
        # used up: to take it for a newer one would end the login.
        self._in_file = login.access_token
        self._refresh_token = login.refresh_token
        left = None if login.expires_at is None else login.expires_at - self._wall()
        self._use(login.access_token, life=left)
