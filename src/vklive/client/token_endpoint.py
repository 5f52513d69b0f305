"""The token endpoint: one form, one answer.

Source: the DevAPI's page on authorization (vk.md 1.4 to 1.7). The application's credentials go into the header and
nowhere else. The answer's life is in ``expires_in`` or, for applications, ``expire_time``, both seconds from now.
"""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from urllib.parse import urlencode

import msgspec
from msgspec import Struct

from vklive.client.credentials import AppCredentials, check_token
from vklive.client.http import HttpResponse, HttpTransport
from vklive.client.retry_after import retry_after_of
from vklive.errors import ConfigError, DevApiError, RateLimitedError, UnauthorizedError, UnavailableError

DEFAULT_TOKEN_URL = "https://api.live.vkvideo.ru/oauth/server/token"  # noqa: S105 - an address

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
        scopes: what the user allowed; empty when the endpoint did not say, which the real one often does not.
    """

    access_token: str
    refresh_token: str = ""
    expires_in: float = 0.0
    scopes: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"Tokens(<secret>, expires_in={self.expires_in!r})"


class _Answer(Struct):
    access_token: str
    refresh_token: str = ""
    expires_in: float | None = None
    expire_time: float | None = None
    # A text or a list, by what consumers of the real one have seen (vk.md 1.4).
    scope: str | list[str] | None = None


class _Refusal(Struct):
    error: str = ""
    error_description: str = ""


async def ask(
    form: Mapping[str, str],
    *,
    client: AppCredentials,
    url: str,
    http: HttpTransport,
    timeout: float,  # noqa: ASYNC109 - of this request alone
) -> HttpResponse:
    """Send a form with an application's credentials.

    Raises:
        ConnectError: there is no answer. Whether the form was taken is not known.
    """
    headers = {
        "Authorization": await client.authorization(),
        "Content-Type": "application/x-www-form-urlencoded",
        "Accept": "application/json",
    }
    body = urlencode(form).encode()
    return await http.request("POST", url, headers=headers, params={}, body=body, timeout=timeout)


def tokens_of(answer: HttpResponse) -> Tokens:
    """The tokens in an answer.

    Raises:
        UnauthorizedError: the endpoint refuses; trying again does not help.
        UnavailableError, RateLimitedError: it does not give any now; trying again may help.
    """
    if answer.status != _OK:
        raise error_of(answer)
    try:
        given = msgspec.json.decode(answer.body, type=_Answer, strict=False)
        check_token("access_token", given.access_token)
    except (msgspec.MsgspecError, ValueError, RecursionError, ConfigError):
        raise UnavailableError(_METHOD, status=answer.status, description="the answer has no tokens in it") from None
    life = given.expires_in if given.expires_in is not None else given.expire_time
    said = given.scope or ""
    return Tokens(
        access_token=given.access_token,
        refresh_token=given.refresh_token,
        expires_in=max(0.0, life or 0.0),
        scopes=tuple(part for part in re.split(r"[ ,]+", said if isinstance(said, str) else " ".join(said)) if part),
    )


def error_of(answer: HttpResponse) -> DevApiError:
    """What an answer that is no success means."""
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
