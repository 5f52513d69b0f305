"""Who may call: whoever knows the API key, exactly as with the server API."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler

from vklive.devapi.errors import ApiError
from vklive.server.http.server_api.authentication import Credentials, Door
from vklive.server.refusal import RefusalError

_log = logging.getLogger("vklive.server.platform_api")

Guard = Callable[[ASGIConnection[Any, Any, Any, Any], BaseRouteHandler], None]
"""What Litestar asks before anything else."""


def entrance(door: Door, *, is_open: Callable[[], bool]) -> Guard:
    """A guard that lets in whoever the door opens for, as long as the server does not stop."""

    def enter(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
        credentials = Credentials.of(connection)
        if not door.opens(credentials):
            caller = "nowhere" if connection.client is None else connection.client.host
            _log.warning("a call from %s is answered with 401: %s", caller, door.why_not(credentials))
            raise RefusalError(ApiError.UNAUTHORIZED, "Not authorized")
        if not is_open():
            raise RefusalError(ApiError.SERVICE_UNAVAILABLE, "The server stops")

    return enter
