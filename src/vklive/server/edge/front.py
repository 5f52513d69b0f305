"""Which application answers a request: one of ours, by the address, or the one that does all the rest."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import cast

from vklive.server.edge.emulation import Emulation, Sessions
from vklive.server.edge.exchange import App, Receive, Scope, Send
from vklive.server.edge.handshake import Origins
from vklive.server.edge.streams import EmulatedStreaming, UnidirectionalStreaming
from vklive.server.node import Node
from vklive.server.settings import TransportSettings


class Front:
    """An ASGI application in front of another.

    The streams stand beside it and not in it, as their rules for web pages and for errors are their own.

    Args:
        endpoints: by their addresses, which must be met exactly.
        rest: answers everything else.
    """

    def __init__(self, endpoints: Mapping[str, App], rest: Callable[..., Awaitable[None]]) -> None:
        self._endpoints = endpoints
        self._rest = rest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Have a request answered."""
        endpoint = self._endpoints.get(cast("str", scope["path"])) if scope["type"] == "http" else None
        await (endpoint or self._rest)(scope, receive, send)


def stream_endpoints(node: Node, origins: Origins, transports: TransportSettings, *, limit: int) -> dict[str, App]:
    """The addresses of the transports over HTTP that are offered. They need `vklive.server.edge.http.HttpProtocol`.

    Args:
        node: the pub/sub behind them.
        origins: which web pages may read what they answer.
        transports: which are offered, and where.
        limit: bytes of what a client may say at once.
    """
    sessions = Sessions()
    endpoints: dict[str, App] = {}
    if transports.http_stream:
        endpoints[transports.http_stream_path] = EmulatedStreaming(node, origins, sessions, events=False, limit=limit)
    if transports.sse:
        endpoints[transports.sse_path] = EmulatedStreaming(node, origins, sessions, events=True, limit=limit)
    if endpoints:
        endpoints[transports.emulation_path] = Emulation(node, origins, sessions, limit=limit)
    if transports.uni_http_stream:
        endpoints[transports.uni_http_stream_path] = UnidirectionalStreaming(node, origins, events=False, limit=limit)
    if transports.uni_sse:
        endpoints[transports.uni_sse_path] = UnidirectionalStreaming(node, origins, events=True, limit=limit)
    return endpoints
