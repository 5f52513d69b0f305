"""Credentials that renew themselves: of a user who gave a refresh token, and of an application.

Source: the DevAPI's page on authorization (vk.md 1.4 to 1.6). The answer's life is in ``expires_in`` or, for
applications, ``expire_time``, both seconds from now.
"""

from __future__ import annotations

import inspect
import logging
import time
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Mapping
from typing import TypeAlias
from urllib.parse import urlencode

import msgspec
from msgspec import Struct

from vklive.client.credentials import AppCredentials, check_token
from vklive.client.flight import Flight
from vklive.client.http import HttpResponse, HttpTransport, Httpx2Transport
from vklive.client.retry_after import retry_after_of
from vklive.errors import ConfigError, DevApiError, RateLimitedError, UnauthorizedError, UnavailableError

_log = logging.getLogger("vklive.client.oauth")

DEFAULT_TOKEN_URL = "https://api.live.vkvideo.ru/oauth/server/token"  # noqa: S105 - an address

RENEW_BEFORE = 60.0
"""Seconds before the end of an access token at which a new one is fetched; of a short-lived one a tenth of its life."""

DEFAULT_TIMEOUT = 10.0
"""Seconds for a call of the token endpoint. Long, as giving up may cost a refresh token that is used already."""

_METHOD = "POST oauth token"
_OK, _TOO_MANY, _SERVERS_FAULT = 200, 429, 500
_REFUSED = (400, 401, 403)


class Tokens(Struct, frozen=True, kw_only=True):
    """What the token endpoint gave, to be stored.

    Attributes:
        access_token: for the DevAPI.
        refresh_token: for the next pair, once; empty where there is none.
        expires_in: seconds that the access token lives; 0 when the endpoint did not say.
    """

    access_token: str
    refresh_token: str = ""
    expires_in: float = 0.0

    def __repr__(self) -> str:
        return f"Tokens(<secret>, expires_in={self.expires_in!r})"


TokensHook: TypeAlias = Callable[[Tokens], Awaitable[None] | None]
"""Stores a new pair. It is called before the new access token is used; its mistakes are logged and change nothing."""


class _Answer(Struct):
    access_token: str
    refresh_token: str = ""
    expires_in: float | None = None
    expire_time: float | None = None


class _Refusal(Struct):
    error: str = ""
    error_description: str = ""


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
        if not self._access_token or (self._renew_at is not None and self._clock() >= self._renew_at):
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
        self._access_token = tokens.access_token
        life = tokens.expires_in
        self._renew_at = self._clock() + life - min(RENEW_BEFORE, life / 10) if life else None

    async def _fetch(self) -> None:
        headers = {
            "Authorization": await self._client.authorization(),
            "Content-Type": "application/x-www-form-urlencoded",
            "Accept": "application/json",
        }
        body = urlencode(self._form()).encode()
        answer = await self._http.request(
            "POST", self._token_url, headers=headers, params={}, body=body, timeout=self._timeout
        )
        await self._take(_tokens_of(answer))


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


def _tokens_of(answer: HttpResponse) -> Tokens:
    if answer.status != _OK:
        raise _error(answer)
    try:
        given = msgspec.json.decode(answer.body, type=_Answer, strict=False)
        check_token("access_token", given.access_token)
    except (msgspec.MsgspecError, ValueError, RecursionError, ConfigError):
        raise UnavailableError(_METHOD, status=answer.status, description="the answer has no tokens in it") from None
    life = given.expires_in if given.expires_in is not None else given.expire_time
    return Tokens(access_token=given.access_token, refresh_token=given.refresh_token, expires_in=max(0.0, life or 0.0))


def _error(answer: HttpResponse) -> DevApiError:
    try:
        said = msgspec.json.decode(answer.body, type=_Refusal)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        said = _Refusal()
    status, code, description = answer.status, said.error, said.error_description
    if status == _TOO_MANY or status >= _SERVERS_FAULT:
        kind = RateLimitedError if status == _TOO_MANY else UnavailableError
        wait = retry_after_of(answer.headers, now=time.time())
        return kind(_METHOD, status=status, code=code, description=description, retry_after=wait)
    refusal = UnauthorizedError if status in _REFUSED else DevApiError
    return refusal(_METHOD, status=status, code=code, description=description)
