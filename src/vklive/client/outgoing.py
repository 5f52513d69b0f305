"""What is wrong with a request before anything of it is sent.

The libraries below would say it in errors of their own, which repeat what they do not like: a token with a line break
in it would be found in the log. So addresses and headers are looked at here, and what is said repeats no value.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import urlsplit, urlunsplit

from msgspec import Struct

from vklive.errors import ConnectError

_HEADER_VALUE = re.compile(r"(?:[!-~](?:[\t -~]*[!-~])?)?")


class Address(Struct, frozen=True):
    """Where a request goes.

    Attributes:
        url: without user information and fragment.
        host: without port.
        port: the scheme's own when the URL names none.
        secure: whether TLS is spoken.
        shown: host and port as they were written, for errors.
    """

    url: str
    host: str
    port: int
    secure: bool
    shown: str


def address_of(url: str, *, plain: str, secure: str) -> Address:
    """Read a URL.

    Args:
        url: of the request.
        plain: the scheme without TLS, ``ws`` or ``http``.
        secure: the one with TLS.

    Raises:
        ConnectError: permanent, when it is none of these schemes or no URL.
    """
    shown = url.partition("://")[2].partition("/")[0].partition("?")[0].rpartition("@")[2]
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
        host.encode("idna")
    except ValueError:
        host, port, parts = "", None, urlsplit("")
    if not host or parts.scheme not in {plain, secure} or port == 0:
        problem = f"its address is not of the form {plain}://host:port/ or {secure}://host:port/"
        raise ConnectError(shown or "the server", phase="dns", problem=problem, permanent=True)
    return Address(
        url=urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, parts.query, "")),
        host=host,
        port=port or (443 if parts.scheme == secure else 80),
        secure=parts.scheme == secure,
        shown=shown,
    )


def check_headers(headers: Mapping[str, str], *, host: str) -> None:
    """See to it that every value may be sent: visible ASCII, with spaces at most inside.

    Raises:
        ConnectError: permanent, and without the value, which may be a secret.
    """
    for name, value in headers.items():
        if not _HEADER_VALUE.fullmatch(value):
            problem = f"the value of the header {name} has characters that none may have"
            raise ConnectError(host, phase="handshake", problem=problem, permanent=True)
