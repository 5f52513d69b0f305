"""Credentials that renew themselves: of a user who gave a refresh token, and of an application.

Source: the DevAPI's page on authorization (vk.md 1.4 to 1.6).
"""

from __future__ import annotations

import inspect
import logging
import time
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Mapping
from typing import TypeAlias

from vklive.client.credentials import AppCredentials, check_token
from vklive.client.flight import Flight
from vklive.client.http import HttpTransport, Httpx2Transport
from vklive.client.token_endpoint import DEFAULT_TIMEOUT, DEFAULT_TOKEN_URL, Tokens, ask, tokens_of

_log = logging.getLogger("vklive.client.oauth")

RENEW_BEFORE = 60.0
"""Seconds before the end of an access token at which a new one is fetched; of a short-lived one a tenth of its life."""

TokensHook: TypeAlias = Callable[[Tokens], Awaitable[None] | None]
"""Stores a new pair. It is called before the new access token is used; its mistakes are logged and change nothing."""


class _Renewing(ABC):
    """An access token that is fetched when it is needed, and again before it ends or when it is refused.

    However many ask, and however many give up waiting, one call is made.
    """

    is_user: bool

    def __init__(
        self,
        client_id: str,
        client_secret: str,
        *,
        token_url: str,
        http: HttpTransport | None,
        timeout: float,
        clock: Callable[[], float],
    ) -> None:
        self._client = AppCredentials(client_id, client_secret)
        self._client_id = client_id
        self._token_url = token_url
        self._http = http or Httpx2Transport()
        self._timeout = timeout
        self._clock = clock
        self._access_token = ""
        self._renew_at: float | None = None
        self._flight = Flight(self._fetch)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._client_id!r}, <secret>)"

    async def authorization(self) -> str:
        """See `vklive.client.credentials.TokenSource`.

        Raises:
            UnauthorizedError: when the endpoint refuses: whoever it is has to log in again.
            VkliveError: when it could not be asked; trying again may help.
        """
        if self._is_due():
            await self._flight.join()
        return f"Bearer {self._access_token}"

    async def renew(self, refused: str) -> bool:
        """See `vklive.client.credentials.RenewableTokenSource`."""
        if refused == f"Bearer {self._access_token}":
            await self._flight.join()
        return True

    async def close(self) -> None:
        """Wait for a call that is under way, so that what it brings is stored, and close what is open."""
        await self._flight.landed()
        await self._http.close()

    @abstractmethod
    def _form(self) -> Mapping[str, str]:
        """What is sent to the endpoint."""

    async def _take(self, tokens: Tokens) -> None:
        """Use new tokens."""
        self._use(tokens.access_token, life=tokens.expires_in or None)

    def _use(self, access_token: str, *, life: float | None) -> None:
        """Use an access token that lives for so many seconds; `None` until it is refused."""
        self._access_token = access_token
        self._renew_at = None if life is None else self._clock() + life - min(RENEW_BEFORE, life / 10)

    def _is_due(self) -> bool:
        """Whether the next one is to be fetched."""
        return not self._access_token or (self._renew_at is not None and self._clock() >= self._renew_at)

    async def _fetch(self) -> None:
        answer = await ask(
            self._form(), client=self._client, url=self._token_url, http=self._http, timeout=self._timeout
        )
        await self._take(tokens_of(answer))


class OAuthRefreshToken(_Renewing):
    """A user, by the refresh token that they gave.

    Each refresh gives a new pair and ends the old one: store it, or the program cannot begin again after a restart.

    Args:
        client_id: of the application.
        client_secret: of the application.
        refresh_token: the latest one.
        access_token: the one that came with it, to be used until it is refused; without it one is fetched.
        redirect_uri: of the application; documented as needed, and not always asked for.
        on_new_tokens: stores each new pair; a function or a coroutine function.
        token_url: the endpoint; by default the real one.
        http: makes the requests; by default with httpx2.
        timeout: seconds for each.
        clock: gives monotonic seconds.

    Raises:
        ConfigError: when the id, the secret or a token can be none.
    """

    is_user = True

    def __init__(  # noqa: PLR0913 - keyword-only settings, each with a default
        self,
        client_id: str,
        client_secret: str,
        *,
        refresh_token: str,
        access_token: str = "",
        redirect_uri: str = "",
        on_new_tokens: TokensHook | None = None,
        token_url: str = DEFAULT_TOKEN_URL,
        http: HttpTransport | None = None,
        timeout: float = DEFAULT_TIMEOUT,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(client_id, client_secret, token_url=token_url, http=http, timeout=timeout, clock=clock)
        check_token("refresh_token", refresh_token)
        if access_token:
            check_token("access_token", access_token)
        self._refresh_token = refresh_token
        self._access_token = access_token
        self._redirect_uri = redirect_uri
        self._on_new_tokens = on_new_tokens

    def _form(self) -> Mapping[str, str]:
        form = {"grant_type": "refresh_token", "refresh_token": self._refresh_token}
        return form | ({"redirect_uri": self._redirect_uri} if self._redirect_uri else {})

    async def _take(self, tokens: Tokens) -> None:
        # The old one is used up, whatever else happens now.
        self._refresh_token = tokens.refresh_token or self._refresh_token
        if self._on_new_tokens is not None:
            try:
                stored = self._on_new_tokens(tokens)
                if inspect.isawaitable(stored):
                    await stored
            except Exception as error:  # noqa: BLE001 - it is the program's own
                # Not its text, which may quote what it was to store.
                _log.error(
                    "on_new_tokens failed with %s: the new refresh token is used, but may not be stored",
                    type(error).__name__,
                )
        await super()._take(tokens)


class ApplicationToken(_Renewing):
    """An application, by a token for its id and secret (the grant ``client_credentials``).

    The secret itself goes to the token endpoint only, where `vklive.AppCredentials` sends it with each request.

    Args:
        client_id: of the application.
        client_secret: of the application.
        token_url: the endpoint; by default the real one.
        http: makes the requests; by default with httpx2.
        timeout: seconds for each.
        clock: gives monotonic seconds.

    Raises:
        ConfigError: when the id or the secret can be none.
    """

    is_user = False

    def __init__(
        self,
        client_id: str,
        client_secret: str,
        *,
        token_url: str = DEFAULT_TOKEN_URL,
        http: HttpTransport | None = None,
        timeout: float = DEFAULT_TIMEOUT,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(client_id, client_secret, token_url=token_url, http=http, timeout=timeout, clock=clock)

    def _form(self) -> Mapping[str, str]:
        return {"grant_type": "client_credentials"}
