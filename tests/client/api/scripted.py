"""HTTP that answers what the test wrote down, one answer after the other, and remembers what it was asked and when."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import msgspec
from msgspec import Struct

from vklive.client.credentials import AccessToken, TokenSource
from vklive.client.devapi import DevApi
from vklive.client.http import HttpResponse
from vklive.errors import ConnectError
from vklive.testing.clock import VirtualClock

LOST = ConnectError("api.test", phase="timeout", problem="no answer within 5 s")
DONE = HttpResponse(status=200, headers={}, body=b"{}")
SECRET = "a-very-secret-token"

Answer: TypeAlias = "HttpResponse | ConnectError | Callable[[Asked], HttpResponse]"


class Asked(Struct, frozen=True, kw_only=True):
    """A request, and when it was made in the time of the loop."""

    method: str
    path: str
    params: Mapping[str, str]
    body: Any
    authorization: str
    at: float


class Http:
    """See the module. With `route`, answers depend on what is asked; `answers` come first."""

    def __init__(self, *answers: Answer, route: Callable[[Asked], HttpResponse] | None = None) -> None:
        self.answers = list(answers)
        self.asked: list[Asked] = []
        self._route = route

    async def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        params: Mapping[str, str],
        body: bytes | None,
        timeout: float,
    ) -> HttpResponse:
        asked = Asked(
            method=method,
            path=url.removeprefix("http://api.test"),
            params=dict(params),
            body=None if body is None else msgspec.json.decode(body),
            authorization=headers["Authorization"],
            at=asyncio.get_running_loop().time(),
        )
        self.asked.append(asked)
        await asyncio.sleep(0)
        given = self.answers.pop(0) if self.answers or self._route is None else self._route(asked)
        if isinstance(given, ConnectError):
            raise given
        return given if isinstance(given, HttpResponse) else given(asked)

    async def close(self) -> None: ...

    @property
    def times(self) -> list[float]:
        return [each.at for each in self.asked]


def data(**fields: Any) -> HttpResponse:
    return HttpResponse(status=200, headers={}, body=msgspec.json.encode({"data": fields}))


def page(extra: Any = None, **fields: Any) -> HttpResponse:
    content = {"data": fields} | ({} if extra is None else {"extra": extra})
    return HttpResponse(status=200, headers={}, body=msgspec.json.encode(content))


def refused(status: int, code: str, *, retry_after: str | None = None) -> HttpResponse:
    headers = {} if retry_after is None else {"retry-after": retry_after}
    body = {"error": code, "error_description": "as the test says"}
    return HttpResponse(status=status, headers=headers, body=msgspec.json.encode(body))


def api_over(http: Http, *, credentials: TokenSource | None = None, **settings: Any) -> DevApi:
    who = credentials or AccessToken(SECRET)
    return DevApi(who, base_url="http://api.test", http=http, clock=VirtualClock(), **settings)
