"""The addresses of the DevAPI, an area a module; what the methods do is in `vklive.server.platform`."""

from litestar import Router

from vklive.server.http.devapi.catalog import catalog_area
from vklive.server.http.devapi.channel import channel_area
from vklive.server.http.devapi.chat import chat_area
from vklive.server.http.devapi.points import points_area
from vklive.server.http.devapi.records import records_area
from vklive.server.http.devapi.roles import roles_area
from vklive.server.http.devapi.router import CORS, devapi_router
from vklive.server.http.devapi.stream import stream_area
from vklive.server.http.devapi.users import users_area
from vklive.server.http.devapi.websocket import websocket_area
from vklive.server.platform.platform import Platform

__all__ = ["CORS", "devapi"]


def devapi(platform: Platform) -> Router:
    """Everything under ``/v1``; see `vklive.server.http.devapi.router.devapi_router`."""
    return devapi_router(
        platform.store,
        websocket_area(platform.tokens),
        catalog_area(platform.catalog),
        channel_area(platform.channels),
        chat_area(platform.chat),
        records_area(platform.records),
        roles_area(platform.roles),
        stream_area(platform.streams),
        users_area(platform.users),
        points_area(platform.points),
    )
