"""The seam between the client and HTTP: one request, one answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol
from urllib.parse import urlsplit

import httpx2
from msgspec import Struct

from vklive.errors import ConnectError


class HttpResponse(Struct, frozen=True, kw_only=True):
    """An answer.

    Attributes:
        status: of HTTP.
        headers: names in lower case.
        body: as it came, without any content encoding.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes

    def __repr__(self) -> str:
        # The body may hold a token.
        return f"HttpResponse(status={self.status}, body=<{len(self.body)} bytes>)"


class HttpTransport(Protocol):
    """Makes requests."""

    async def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        params: Mapping[str, str],
        body: bytes | None,
        timeout: float,  # noqa: ASYNC109 - of this request alone
    ) -> HttpResponse:
        """Make one request, within `timeout` seconds. Redirects are not followed: they could take a token elsewhere.

        Raises:
            ConnectError: when there is no answer.
        """
        ...

    async def close(self) -> None:
        """Close what is open. May be called again."""
        ...


class Httpx2Transport:
    """Makes requests with httpx2. Takes a proxy from the environment, as it does.

    Args:
        client: one that is set up already; it is closed with the transport.
    """

    def __init__(self, client: httpx2.AsyncClient | None = None) -> None:
        self._client = client

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
        """See `HttpTransport`."""
        if self._client is None:
            # Made here and not in the constructor, which needs no loop and reads no certificates.
            self._client = httpx2.AsyncClient()
        host = urlsplit(url).netloc.rpartition("@")[2]
        try:
            answer = await self._client.request(
                method, url, headers=dict(headers), params=dict(params), content=body, timeout=timeout
            )
        except httpx2.TimeoutException as error:
            raise ConnectError(host, phase="timeout", problem=f"no answer within {timeout:g} s") from error
        except httpx2.ConnectError as error:
            untrusted = "CERTIFICATE_VERIFY_FAILED" in str(error)
            phase = "tls" if untrusted else "tcp"
            raise ConnectError(host, phase=phase, problem=_words(error), permanent=untrusted) from error
        except (httpx2.InvalidURL, httpx2.UnsupportedProtocol) as error:
            raise ConnectError(host or url, phase="dns", problem="not an address of HTTP", permanent=True) from error
        except httpx2.HTTPError as error:
            raise ConnectError(host, phase="tcp", problem=_words(error)) from error
        headers_read = {name.lower(): value for name, value in answer.headers.items()}
        return HttpResponse(status=answer.status_code, headers=headers_read, body=answer.content)

    async def close(self) -> None:
        """See `HttpTransport`."""
        if self._client is not None:
            await self._client.aclose()
            self._client = None


def _words(error: Exception) -> str:
    return str(error) or type(error).__name__
