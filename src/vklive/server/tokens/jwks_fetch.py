"""Gets a set of keys over HTTP."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import httpx2

from vklive.errors import ConnectError

MAX_ANSWER_SIZE = 1024 * 1024
"""Bytes of a set of keys; those of the big providers have a few thousand."""

_OK = 200

Fetch = Callable[[str], Awaitable[bytes]]
"""Gets the body of what is at an address. Raises `ConnectError`; it may take for ever, and be cancelled."""


async def fetch_with_httpx2(url: str) -> bytes:
    """Get it with httpx2; takes a proxy from the environment, as it does. Redirects are not followed.

    Raises:
        ConnectError: there is no answer, or another than 200, or one that is too long.
    """
    host = ""
    try:
        address = httpx2.URL(url)
        host = address.host
        # Apart from the address, which httpx2 logs.
        auth = (address.username, address.password) if address.userinfo else None
        address = address.copy_with(userinfo=b"")
        # A client for each: there is one request in an hour. Nothing compressed: what is short may unfold to gigabytes.
        async with (
            httpx2.AsyncClient(headers={"Accept-Encoding": "identity"}) as http,
            http.stream("GET", address, auth=auth, follow_redirects=False) as answer,
        ):
            if answer.status_code != _OK:
                raise ConnectError(host, phase="handshake", problem=f"it answered {answer.status_code}")
            body = bytearray()
            async for part in answer.aiter_raw():
                body += part
                if len(body) > MAX_ANSWER_SIZE:
                    problem = f"it answered with over {MAX_ANSWER_SIZE} bytes"
                    raise ConnectError(host, phase="handshake", problem=problem)
            return bytes(body)
    except (httpx2.HTTPError, httpx2.InvalidURL, ValueError) as error:
        # Its name only: its text may quote the address.
        raise ConnectError(host, phase="tcp", problem=type(error).__name__) from error
