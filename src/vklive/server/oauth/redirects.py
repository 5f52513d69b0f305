"""Where a browser may be sent, and what it is given on the way.

Source: vk.md 1.3: a redirect address is compared with the registered ones character for character. Nothing is
normalised here, before or after.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import urlencode, urlsplit

MAX_LENGTH = 2048
"""Characters of a redirect address: as many as browsers and proxies take without trouble, with room for a code."""

_VISIBLE = re.compile(r"[!-~]+")


def wrong_with(redirect_uri: str) -> str:
    """What keeps an address from being registered; empty when nothing does.

    It must be absolute and of HTTP: a browser would run ``javascript:``, and nobody owns a scheme of their own.
    """
    if len(redirect_uri) > MAX_LENGTH:
        return f"it has more than {MAX_LENGTH} characters"
    if not _VISIBLE.fullmatch(redirect_uri) or any(character in redirect_uri for character in '\\"<>'):
        return "it has characters that stand in no address"
    try:
        parts = urlsplit(redirect_uri)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return "it is no address"
    if parts.scheme not in {"http", "https"} or not host:
        return "it is not of the form http://host/path or https://host/path"
    if parts.username is not None or parts.password is not None:
        return "it has a user name in it"
    if "#" in redirect_uri:
        return "it has a fragment, which is where tokens are put"
    return ""


def with_query(redirect_uri: str, parameters: Mapping[str, str]) -> str:
    """The address with more parameters behind those that it has."""
    separator = "" if redirect_uri.endswith(("?", "&")) else "&" if "?" in redirect_uri else "?"
    return redirect_uri + separator + urlencode(parameters)


def with_fragment(redirect_uri: str, parameters: Mapping[str, str]) -> str:
    """The address with a fragment, which browsers keep for themselves and for the page there."""
    return f"{redirect_uri}#{urlencode(parameters)}"
