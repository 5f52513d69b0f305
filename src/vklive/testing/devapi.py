"""The server's own DevAPI, asked without a network, and told to fail."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any, TypeAlias, cast

import httpx2
import msgspec
from litestar import Litestar
from msgspec import Struct

from vklive.client.http import HttpResponse, Httpx2Transport
from vklive.errors import ConnectError
from vklive.server.http.devapi import devapi
from vklive.server.http.errors import (
    exception_handlers,  # pyright: ignore[reportUnknownVariableType] (Litestar: Response[Any])
)
from vklive.server.platform.platform import Platform

_Receive: TypeAlias = Callable[[], Awaitable[MutableMapping[str, Any]]]
_Send: TypeAlias = Callable[[MutableMapping[str, Any]], Awaitable[None]]

URL = "http://devapi.test"


class Asked(Struct, frozen=True, kw_only=True):
    """A request that a program made.

    Attributes:
        method: of HTTP.
        path: as ``/v1/channel``.
        params: of the query.
        body: as it was sent.
    """

    method: str
    path: str
    params: Mapping[str, str]
    body: bytes


class FakeDevApi:
    """A `vklive.client.http.HttpTransport` behind which the DevAPI of `vklive.server` answers.

    Args:
        platform: what it answers for.
        settle: called before each answer: what the test has said is true from then on.

    Attributes:
        asked: every request that was made, also those that failed.
    """

    def __init__(self, platform: Platform, *, settle: Callable[[], Awaitable[None]]) -> None:
        app = Litestar(
            route_handlers=[devapi(platform)],
            exception_handlers=exception_handlers,
            openapi_config=None,
            logging_config=None,
        )
        self._settle = settle
        self.asked: list[Asked] = []
        self._faults: dict[str, list[HttpResponse | ConnectError]] = {}
        # The two describe the same standard in types of their own.
        asgi = cast("Callable[[MutableMapping[str, Any], _Receive, _Send], Awaitable[None]]", app)
        self._http = Httpx2Transport(httpx2.AsyncClient(transport=httpx2.ASGITransport(asgi)))

    def fail(self, path: str, *, status: int | None, times: int, retry_after: float | None) -> None:
        """See `vklive.testing.fake_server.FakeServer.fail`."""
        fault: HttpResponse | ConnectError
        if status is None:
            fault = ConnectError("devapi.test", phase="tcp", problem="Connection refused")
        else:
            headers = {} if retry_after is None else {"retry-after": f"{retry_after:g}"}
            body = {"error": "a_test", "error_description": "the test said so"}
            fault = HttpResponse(status=status, headers=headers, body=msgspec.json.encode(body))
        self._faults.setdefault(path, []).extend([fault] * times)

    async def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        params: Mapping[str, str],
        body: bytes | None,
        timeout: float,  # noqa: ASYNC109 - see HttpTransport
    ) -> HttpResponse:
        """See `vklive.client.http.HttpTransport`."""
        path = httpx2.URL(url).path
        self.asked.append(Asked(method=method, path=path, params=dict(params), body=body or b""))
        if faults := self._faults.get(path):
            fault = faults.pop(0)
            if isinstance(fault, ConnectError):
                raise fault
            return fault
        await self._settle()
        return await self._http.request(method, url, headers=headers, params=params, body=body, timeout=timeout)

    async def close(self) -> None:
        """Nothing: several clients may come and go."""
