"""The cookie of a browser, by which it is known again."""

from __future__ import annotations

from typing import Any

from litestar import Request, Response
from litestar.datastructures import Cookie

NAME = "vklive_browser"
"""It holds a random value: before somebody has signed in for the forms alone, and then for that, too."""

PATH = "/app/oauth2"

MAX_LENGTH = 128
"""Characters; ours are far shorter."""


def cookie_of(request: Request[Any, Any, Any]) -> str:
    """The value that a browser has; empty when it has none."""
    value = request.cookies.get(NAME, "")
    return value if len(value) <= MAX_LENGTH and value.isascii() else ""


def give(response: Response[str], value: str, request: Request[Any, Any, Any], *, ttl: float | None = None) -> None:
    """Let the browser keep a value: no script sees it, and no other site's form brings it.

    Args:
        response: what it comes with.
        value: the value.
        request: what is answered. Over HTTPS the cookie is for HTTPS only.
        ttl: seconds; `None` until the browser is closed.
    """
    response.set_cookie(
        Cookie(
            key=NAME,
            value=value,
            path=PATH,
            max_age=None if ttl is None else int(ttl),
            secure=request.url.scheme == "https",
            httponly=True,
            samesite="lax",
        )
    )
