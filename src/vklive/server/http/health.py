"""Whether the server is there, for load balancers and supervisors."""

from __future__ import annotations

from litestar import get
from litestar.handlers import HTTPRouteHandler


def health_route(path: str) -> HTTPRouteHandler:
    """``{}`` while the server runs, as Centrifugo says it."""

    @get(path, include_in_schema=False)
    async def health() -> dict[str, str]:
        return {}

    return health
