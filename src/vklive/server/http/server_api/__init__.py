"""Centrifugo's HTTP API, for those who publish.

`routes` has the addresses, `v4` and `v5` the two styles of calling, `methods` what is done.
"""

from __future__ import annotations

from vklive.server.http.server_api.routes import MAX_BODY_SIZE, server_api_router

__all__ = ["MAX_BODY_SIZE", "server_api_router"]
