"""Who may call the server API: whoever knows its key.

Source: Centrifugo v4.1.5 and v5, internal/middleware/auth.go; centrifugo.md 6.1 and 6.4.
"""

from __future__ import annotations

import hmac
from typing import Any

from litestar.connection import ASGIConnection
from msgspec import Struct


class Credentials(Struct, frozen=True):
    """What a caller shows of itself; shown in no repr.

    Attributes:
        x_api_key: the header ``X-API-Key``.
        authorization: the header ``Authorization``, with the scheme ``apikey``.
        api_key: the parameter ``api_key`` of the address.
    """

    x_api_key: str = ""
    authorization: str = ""
    api_key: str = ""

    def __repr__(self) -> str:
        return "Credentials(<secret>)"

    @classmethod
    def of(cls, request: ASGIConnection[Any, Any, Any, Any]) -> Credentials:
        """Those of a request."""
        headers = request.headers
        return cls(
            headers.get("x-api-key", ""), headers.get("authorization", ""), request.query_params.get("api_key", "")
        )


class Door:
    """Lets callers in.

    Args:
        key: what they must know; when it is empty nobody knows it.
        insecure: everybody is let in.
    """

    def __init__(self, *, key: str, insecure: bool = False) -> None:
        self._key = key.encode()
        self._insecure = insecure

    def opens(self, credentials: Credentials) -> bool:
        """Whether a caller is let in. Takes the same time for every wrong key of the same length."""
        if self._insecure:
            return True
        if credentials.x_api_key:
            known = self._is_key(_bytes_of(credentials.x_api_key))
        else:
            scheme, _, given = credentials.authorization.strip().partition(" ")
            known = scheme.lower() == "apikey" and self._is_key(_bytes_of(given.strip()))
        return known or self._is_key(credentials.api_key.encode())

    def why_not(self, credentials: Credentials) -> str:
        """Why a caller is not let in, for the log."""
        if not self._key:
            return "no API key is configured, so nobody may call"
        if credentials == Credentials():
            return "it shows no key: neither X-API-Key, nor Authorization: apikey, nor ?api_key="
        return "its key is wrong"

    def _is_key(self, given: bytes) -> bool:
        # Compared even when there is no key, so that the time tells nothing.
        return hmac.compare_digest(given, self._key) and bool(self._key)


def _bytes_of(header: str) -> bytes:
    """A header as it came: HTTP's are read as Latin-1."""
    return header.encode("latin-1", "replace")
