"""Everything under ``/v1``: who asks, what they may ask, and where it is answered."""

from __future__ import annotations

from typing import Any

from litestar import Router
from litestar.config.cors import CORSConfig
from litestar.connection import ASGIConnection
from litestar.datastructures import ResponseHeader
from litestar.handlers import BaseRouteHandler

from vklive.server.directory import Directory
from vklive.server.http.authentication import allow, authenticate
from vklive.server.http.devapi.describing import SCOPE

MAX_BODY_SIZE = 256 * 1024
"""Bytes of one request: a hundred channels of a thousand characters each, and more."""

CORS = CORSConfig(allow_origins=["*"], allow_methods=["GET", "POST"], allow_headers=["Authorization", "Content-Type"])
"""Any web page may call the DevAPI, as with VK (vk.md 1.2): who calls is said by a header and never by a cookie."""

_Connection = ASGIConnection[Any, Any, Any, Any]


def devapi_router(directory: Directory, *areas: Router) -> Router:
    """Everything under ``/v1``. It needs the application's `vklive.server.http.errors.exception_handlers`.

    Args:
        directory: knows whose credentials are whose.
        areas: the methods, see the other modules of this package.
    """

    async def authenticated(connection: _Connection, handler: BaseRouteHandler) -> None:
        # A guard, since guards come first: whoever is nobody learns nothing about parameters.
        bearer = await authenticate(connection.headers.get("authorization", ""), directory)
        connection.scope["user"] = bearer.viewer
        connection.scope["auth"] = bearer
        if (scope := handler.opt.get(SCOPE)) is not None:
            allow(bearer, scope)

    return Router(
        path="/v1",
        route_handlers=areas,
        guards=[authenticated],
        response_headers=[ResponseHeader(name="Cache-Control", value="no-store", documentation_only=False)],
        request_max_body_size=MAX_BODY_SIZE,
        security=[{"Bearer": []}, {"Basic": []}],
    )
