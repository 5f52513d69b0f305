"""Whether the server is there, for load balancers and supervisors."""

from __future__ import annotations

from litestar import get


@get("/health", include_in_schema=False)
async def health() -> dict[str, str]:
    """``{}`` while the server runs, as Centrifugo says it."""
    return {}
