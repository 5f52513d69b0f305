"""The code flow: a user allows an application something in a browser, and the application gets tokens.

Source: the DevAPI's page on authorization (vk.md 1.3, 1.4, 1.7).
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Collection
from contextlib import asynccontextmanager
from urllib.parse import urlencode

from vklive.client.credentials import AppCredentials
from vklive.client.http import HttpTransport, Httpx2Transport
from vklive.client.token_endpoint import DEFAULT_TIMEOUT, DEFAULT_TOKEN_URL, Tokens, ask, error_of, tokens_of

DEFAULT_AUTH_URL = "https://auth.live.vkvideo.ru/app/oauth2/authorize"
DEFAULT_REVOKE_URL = "https://api.live.vkvideo.ru/oauth/server/revoke"

_OK = 200


def authorization_url(
    client_id: str,
    *,
    redirect_uri: str,
    state: str,
    scopes: Collection[str] = (),
    auth_url: str = DEFAULT_AUTH_URL,
) -> str:
    """Where the user's browser is to go, to come back to `redirect_uri` with a ``code`` and the same ``state``.

    Args:
        client_id: of the application.
        redirect_uri: exactly as it is registered: it is compared character for character.
        state: something that nobody can guess. What comes back with another one is not an answer to this.
        scopes: what the application wants to do, see `vklive.Scope`.
        auth_url: the authorize page; by default the real one.
    """
    parameters = {"client_id": client_id, "redirect_uri": redirect_uri, "response_type": "code"}
    # Separated by commas, and written as they are: the page does not ask for more.
    more = {"scope": ",".join(scopes)} if scopes else {}
    separator = "&" if "?" in auth_url else "?"
    return auth_url + separator + urlencode(parameters | more | {"state": state}, safe=":,")


async def exchange_code(
    client_id: str,
    client_secret: str,
    *,
    code: str,
    redirect_uri: str,
    token_url: str = DEFAULT_TOKEN_URL,
    http: HttpTransport | None = None,
    timeout: float = DEFAULT_TIMEOUT,  # noqa: ASYNC109 - of this request alone
) -> Tokens:
    """The tokens for a code, once; give them to `vklive.OAuthRefreshToken`.

    Args:
        client_id: of the application.
        client_secret: of the application.
        code: as it came back with the user's browser. It is good for a minute or so.
        redirect_uri: the same as in `authorization_url`.
        token_url: the endpoint; by default the real one.
        http: makes the request; by default with httpx2, closed afterwards. One that is given stays open.
        timeout: seconds.

    Raises:
        ConfigError: when the id or the secret can be none.
        UnauthorizedError: when the endpoint refuses: the user has to be asked again.
        VkliveError: when it could not be asked.
    """
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri}
    client = AppCredentials(client_id, client_secret)
    async with _opened(http) as transport:
        return tokens_of(await ask(form, client=client, url=token_url, http=transport, timeout=timeout))


async def revoke_token(
    client_id: str,
    client_secret: str,
    *,
    refresh_token: str,
    revoke_url: str = DEFAULT_REVOKE_URL,
    http: HttpTransport | None = None,
    timeout: float = DEFAULT_TIMEOUT,  # noqa: ASYNC109 - of this request alone
) -> None:
    """End a refresh token. One that has ended already is no error.

    Args:
        client_id: of the application.
        client_secret: of the application.
        refresh_token: which.
        revoke_url: the endpoint; by default the real one.
        http: makes the request; by default with httpx2, closed afterwards. One that is given stays open.
        timeout: seconds.

    Raises:
        ConfigError: when the id or the secret can be none.
        UnauthorizedError: when the endpoint refuses the application.
        VkliveError: when it could not be asked.
    """
    form = {"token": refresh_token, "token_type_hint": "refresh_token"}
    client = AppCredentials(client_id, client_secret)
    async with _opened(http) as transport:
        answer = await ask(form, client=client, url=revoke_url, http=transport, timeout=timeout)
    if answer.status != _OK:
        raise error_of(answer)


@asynccontextmanager
async def _opened(http: HttpTransport | None) -> AsyncGenerator[HttpTransport]:
    if http is not None:
        yield http
        return
    own = Httpx2Transport()
    try:
        yield own
    finally:
        await own.close()
