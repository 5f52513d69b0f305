"""The addresses of the server API.

Source: Centrifugo v4.1.5 and v5, main.go and internal/middleware; centrifugo.md 6.1 and 6.4. Both styles are served, as
they have no address in common.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from litestar import Request, Response, Router, post
from litestar.datastructures import State
from litestar.exceptions import HTTPException
from litestar.handlers import HTTPRouteHandler

from vklive.server.http.server_api import v4, v5
from vklive.server.http.server_api.authentication import Credentials, Door
from vklive.server.http.server_api.encoding import UndecodableBodyError
from vklive.server.http.server_api.methods import ServerApi
from vklive.server.http.server_api.params import METHODS
from vklive.server.node import Node, Phase

_log = logging.getLogger("vklive.server.api")

MAX_BODY_SIZE = 16 * 1024 * 1024
"""Bytes of one request; a longer one is answered with 413. Centrifugo has no limit, and memory does."""

ERROR_MODE = "x-centrifugo-error-mode"
"""The header with which a caller says that it wants errors told by the HTTP status: its value is then ``transport``."""

_Request = Request[None, None, State]


def server_api_router(
    node: Node, *, key: str, insecure: bool = False, prefix: str = "/api", name: Callable[[], str]
) -> Router:
    """The server API at `prefix` (all methods, v4 style) and below it (one method each, v5 style).

    Args:
        node: what is called.
        key: what a caller must know. When it is empty, everybody is answered with 401.
        insecure: everybody may call, whatever they know.
        prefix: where it is, with a slash at the start.
        name: what the node is called, asked when somebody wants to know.
    """
    api = ServerApi(node, name=name)
    door = Door(key=key, insecure=insecure)

    async def enter(request: _Request) -> Response[bytes] | None:
        credentials = Credentials.of(request)
        if not door.opens(credentials):
            _log.warning("a call from %s is answered with 401: %s", _caller(request), door.why_not(credentials))
            return Response(b"", status_code=401)
        if node.phase is not Phase.RUNNING:
            return Response(b"", status_code=503)
        return None

    @post("/", status_code=200)
    async def all_methods(request: _Request) -> Response[bytes]:
        return _json(await v4.replies(api, await request.body()))

    @post("/batch", status_code=200)
    async def batch(request: _Request) -> Response[bytes]:
        return _json(await v5.batch(api, await request.body()))

    def one_method(method: str) -> HTTPRouteHandler:
        @post(f"/{method}", status_code=200)
        async def call(request: _Request) -> Response[bytes]:
            by_status = request.headers.get(ERROR_MODE, "") == "transport"
            answer = await v5.call(api, method, await request.body(), errors_as_statuses=by_status)
            return _json(answer.body, status=answer.status)

        return call

    return Router(
        path=prefix,
        route_handlers=[all_methods, batch, *map(one_method, METHODS)],
        before_request=enter,
        exception_handlers={UndecodableBodyError: _undecodable, 413: _too_long},
        include_in_schema=False,
        request_max_body_size=MAX_BODY_SIZE,
    )


def _json(body: bytes, *, status: int = 200) -> Response[bytes]:
    return Response(body, status_code=status, media_type="application/json")


def _undecodable(request: _Request, error: UndecodableBodyError) -> Response[bytes]:
    _log.warning("a call of %s is answered with 400: %s", request.url.path, error)
    return Response(b"Bad Request", status_code=400, media_type="text/plain")


def _too_long(request: _Request, _: HTTPException) -> Response[bytes]:
    _log.warning("a call of %s is answered with 413: more than %d bytes", request.url.path, MAX_BODY_SIZE)
    return Response(b"Request Entity Too Large", status_code=413, media_type="text/plain")


def _caller(request: _Request) -> str:
    return "nowhere" if request.client is None else request.client.host
