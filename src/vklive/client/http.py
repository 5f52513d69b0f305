"""The seam between the client and HTTP: one request, one answer."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Iterator, Mapping
from typing import Protocol

import httpx2
from msgspec import Struct

from vklive.client.outgoing import address_of, check_headers
from vklive.client.proxy import parse_proxy
from vklive.errors import ConfigError, ConnectError

MAX_ANSWER_SIZE = 8 * 1024 * 1024
"""Bytes of the body of one answer. A hundred channels with everything about them are far less than one MiB."""

KEEPALIVE = 2.0
"""Seconds that a connection is kept for the next request: long enough for the requests of one beginning. When the
network fails, what was kept is dead like the WebSocket, and the first request on it would wait until its timeout."""


class HttpResponse(Struct, frozen=True, kw_only=True):
    """An answer.

    Attributes:
        status: of HTTP.
        headers: names in lower case.
        body: as it came; no content encoding is asked for.
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
    """Makes requests with httpx2.

    Args:
        client: one that is set up already; it is closed with the transport.
        proxy: the address of a proxy; `None` for the one that the environment names, empty for none at all. For a
            `client` that is set up already it says nothing.

    Raises:
        ConfigError: `proxy` is none.
    """

    def __init__(self, client: httpx2.AsyncClient | None = None, *, proxy: str | None = None) -> None:
        self._client = client
        self._proxy = parse_proxy(proxy) if proxy else None
        self._is_proxy_given = proxy is not None

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
        address = address_of(url, plain="http", secure="https")
        host = address.shown
        check_headers(headers, host=host)
        if self._client is None:
            # Made here and not in the constructor, which needs no loop and reads no certificates.
            named = None if self._proxy is None else self._proxy.url
            try:
                self._client = httpx2.AsyncClient(
                    proxy=named,
                    trust_env=not self._is_proxy_given,
                    limits=httpx2.Limits(keepalive_expiry=KEEPALIVE),
                )
            except ValueError:
                # What the environment names may hold a password, and is not repeated.
                hint = "write http://HOST:PORT or socks5://HOST:PORT"
                raise ConfigError("proxy", "the environment names one that cannot be used", hint=hint) from None
        # Nothing compressed: answers are short, and a small one that unfolds to gigabytes needs no thought.
        sent = dict(headers) | {"Accept-Encoding": "identity"}
        asked = self._client.build_request(
            method, address.url, headers=sent, params=dict(params), content=body, timeout=timeout
        )
        try:
            # The timeout of httpx2 is for each wait alone: a server that drips would never meet it.
            async with asyncio.timeout(timeout):
                answer = await self._client.send(asked, stream=True, follow_redirects=False)
                try:
                    content = await _content(answer, host)
                finally:
                    await answer.aclose()
        except (TimeoutError, httpx2.TimeoutException) as error:
            raise ConnectError(host, phase="timeout", problem=f"no answer within {timeout:g} s") from error
        except httpx2.HTTPError as error:
            raise _classified(error, host) from error
        names = {name.lower(): value for name, value in answer.headers.items()}
        return HttpResponse(status=answer.status_code, headers=names, body=content)

    async def close(self) -> None:
        """See `HttpTransport`."""
        if self._client is not None:
            await self._client.aclose()
            self._client = None


async def _content(answer: httpx2.Response, host: str) -> bytes:
    """The body, as long as it is not too long."""
    if (encoding := answer.headers.get("content-encoding", "identity").lower()) != "identity":
        raise ConnectError(host, phase="handshake", problem=f"an answer in {encoding}, which was not asked for")
    content = bytearray()
    async for part in answer.aiter_raw():
        content += part
        if len(content) > MAX_ANSWER_SIZE:
            problem = f"an answer of over {MAX_ANSWER_SIZE} bytes"
            raise ConnectError(host, phase="handshake", problem=problem)
    return bytes(content)


def _classified(error: httpx2.HTTPError, host: str) -> ConnectError:
    """The phase in which it failed is told by what is beneath the library's own error."""
    for cause in _causes(error):
        match cause:
            case ssl.SSLCertVerificationError(verify_message=message):
                problem = f"its certificate cannot be trusted: {message}"
                return ConnectError(host, phase="tls", problem=problem, permanent=True)
            case ssl.SSLError(reason=reason):
                return ConnectError(host, phase="tls", problem=reason or "TLS failed")
            case socket.gaierror(strerror=text):
                return ConnectError(host, phase="dns", problem=text or "no such host")
            case _:
                pass
    phase = next((phase for kind, phase in _PHASES.items() if isinstance(error, kind)), "handshake")
    return ConnectError(host, phase=phase, problem=str(error) or type(error).__name__)


_PHASES: dict[type[httpx2.HTTPError], str] = {httpx2.NetworkError: "tcp", httpx2.ProxyError: "proxy"}


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
