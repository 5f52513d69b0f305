"""Calls methods of the DevAPI: who asks, what an answer means, and what is asked once more."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from typing import TypeVar

import msgspec

from vklive.client.api.answers import read_answer
from vklive.client.api.method import Method, Params
from vklive.client.api.refusals import refusal_of
from vklive.client.backoff import Backoff
from vklive.client.credentials import RenewableTokenSource, TokenSource
from vklive.client.http import HttpResponse, HttpTransport
from vklive.clock import Clock
from vklive.devapi.models import Data, Model, Page
from vklive.errors import CredentialsError, RateLimitedError, SendTooFastError, VkliveError
from vklive.escaping import escape

_log = logging.getLogger("vklive.client.api")

RATE_DELAY = 1.0
"""Seconds before a call is made again after a 429 that does not tell how long to wait: from this to twice this, and
longer each time. The API states no rate; consumers keep to three requests a second."""

SEND_DELAY = 3.0
"""The same after a ``send_too_fast`` of a chat whose settings are not known: what other consumers wait (vk.md 6)."""

MAX_DELAY = 30.0
"""Seconds between two attempts, where the server does not tell."""

MIN_DELAY = 0.5
"""Seconds between two attempts, where the server tells less."""

_UNAUTHORIZED = 401

T = TypeVar("T")


class Caller:
    """Makes calls.

    A call is made again only when the answer says that it was not done: after a 401 when the credentials could be
    renewed (once), and after a 429 or ``send_too_fast`` when there is patience left. Of a call without an answer it is
    not known whether it was done; it is never repeated.

    Args:
        credentials: who calls.
        base_url: where the API is, without ``/v1``.
        http: makes the requests.
        timeout: seconds for each of them.
        clock: the wall clock, for dates in answers.
        patience: seconds after its beginning in which a call may be made again; 0 for not at all.
    """

    def __init__(
        self,
        credentials: TokenSource,
        *,
        base_url: str,
        http: HttpTransport,
        timeout: float,
        clock: Clock,
        patience: float,
    ) -> None:
        self._credentials = credentials
        self._base_url = base_url.rstrip("/").removesuffix("/v1")
        self._http = http
        self._timeout = timeout
        self._clock = clock
        self._patience = patience

    async def ask(
        self,
        method: Method,
        kind: type[Data[T]],
        *,
        params: Params | None = None,
        body: Model | None = None,
    ) -> T:
        """Call a method that answers something.

        Raises:
            DevApiError: when the answer is an error.
            ConnectError: when there is no answer.
            CredentialsError: the source of credentials failed.
        """
        answer = await self._call(method, params=params, body=body)
        return read_answer(answer, kind, method=method).data

    async def ask_page(self, method: Method, kind: type[Page[T]], *, params: Params) -> Page[T]:
        """Call a method that answers a page of a list; raises what `ask` does."""
        return read_answer(await self._call(method, params=params), kind, method=method)

    async def do(
        self,
        method: Method,
        *,
        params: Params,
        body: Model | None = None,
        pause: float | None = None,
    ) -> None:
        """Call a method that has nothing to answer; raises what `ask` does.

        Args:
            method: what to call.
            params: of the query.
            body: of the request.
            pause: seconds to wait after ``send_too_fast``, when the answer does not tell.
        """
        # What is done is done, whatever the body says.
        await self._call(method, params=params, body=body, pause=pause)

    async def _call(
        self,
        method: Method,
        *,
        params: Params | None,
        body: Model | None = None,
        pause: float | None = None,
    ) -> HttpResponse:
        query = {name: _written(value) for name, value in (params or {}).items() if value is not None}
        content = None if body is None else msgspec.json.encode(body)
        loop = asyncio.get_running_loop()
        give_up_at = loop.time() + self._patience
        rates = Backoff(minimum=RATE_DELAY, maximum=MAX_DELAY)
        sends = Backoff(minimum=SEND_DELAY, maximum=MAX_DELAY)
        while True:
            answer = await self._answer(method, query, content)
            if 200 <= answer.status < 300:  # noqa: PLR2004 - 2xx is success
                return answer
            error = refusal_of(answer, method=method, now=self._clock.wall(), pause=pause)
            if not isinstance(error, RateLimitedError | SendTooFastError):
                raise error
            backoff = sends if isinstance(error, SendTooFastError) else rates
            delay = backoff.next() if error.retry_after is None else max(error.retry_after, MIN_DELAY)
            if loop.time() + delay > give_up_at:
                raise error
            _log.info("%s; trying again in %.1f s", escape(str(error)), delay)
            await asyncio.sleep(delay)

    async def _answer(self, method: Method, query: Mapping[str, str], content: bytes | None) -> HttpResponse:
        authorization = await self._authorization()
        answer = await self._request(method, query, content, authorization=authorization)
        if answer.status == _UNAUTHORIZED and await self._renewed(authorization):
            answer = await self._request(method, query, content, authorization=await self._authorization())
        return answer

    async def _request(
        self, method: Method, query: Mapping[str, str], content: bytes | None, *, authorization: str
    ) -> HttpResponse:
        headers = {"Authorization": authorization, "Accept": "application/json"}
        if content is not None:
            headers["Content-Type"] = "application/json"
        return await self._http.request(
            method.verb,
            self._base_url + method.path,
            headers=headers,
            params=query,
            body=content,
            timeout=self._timeout,
        )

    async def _authorization(self) -> str:
        try:
            return await self._credentials.authorization()
        except VkliveError:
            raise
        except Exception as error:
            raise CredentialsError(type(self._credentials).__name__, problem=type(error).__name__) from error

    async def _renewed(self, refused: str) -> bool:
        if not isinstance(self._credentials, RenewableTokenSource):
            return False
        try:
            return await self._credentials.renew(refused)
        except VkliveError:
            raise
        except Exception as error:
            raise CredentialsError(type(self._credentials).__name__, problem=type(error).__name__) from error


def _written(value: str | int | bool) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
