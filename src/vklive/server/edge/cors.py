"""What browsers want to be told before web pages may read an answer.

Source: Centrifugo v4.1.5, internal/middleware/cors.go; centrifugo.md 8.4.
"""

from __future__ import annotations

from vklive.server.edge.exchange import Exchange, Header
from vklive.server.edge.handshake import Origins


def cors_headers(exchange: Exchange, origins: Origins) -> list[Header]:
    """The headers for a request. A page of an origin that is not allowed gets none, and its browser keeps the answer.

    Nothing is refused here. Who sends no origin is told that an empty one is allowed, as by Centrifugo.
    """
    origin = exchange.header(b"origin")
    if not origins.allow(origin):
        return []
    headers = [(b"access-control-allow-origin", origin.encode("latin-1"))]
    wanted = exchange.header(b"access-control-request-headers")
    if wanted and wanted != "null":
        headers.append((b"access-control-allow-headers", wanted.encode("latin-1")))
    return [*headers, (b"access-control-allow-credentials", b"true")]
