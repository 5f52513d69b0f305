"""The server API of a platform: by it, a platform tells of what happens there.

Everything is a ``POST`` with a JSON body, by whoever knows the API key. The address says where something happens, below
``/platform/v1/channels/{channel_url}``, and then what, in a noun and a verb:

============= ================================ =======================================================
noun          verbs                            what is told
============= ================================ =======================================================
followers     add, remove                      ``channel_follow_create``, ``channel_follow_delete``
subscriptions create, renew, change, end       ``channel_subscription_create``, ``…_renew``, ``…_change``, ``…_delete``
gifts         buy, give                        ``channel_subscription_gift_buy``, ``…_give``
streams       start, pause, resume, change,    ``channel_stream_start``, ``…_pause``, ``…_resume``,
              count, stop                      ``…_settings_change``, nothing, ``…_stop`` and ``…_record_new``
raids         start                            ``raid_start`` here, ``channel_raid_income`` there
messages      delete                           ``channel_chat_message_delete``
moderators    add, remove                      nothing
bans          add, remove                      nothing
points        grant                            nothing
============= ================================ =======================================================

Each changes the store and tells of it. ``POST /platform/v1/events`` tells of anything and changes nothing.

A success is answered with ``{"data": {…}}``, a failure as in the DevAPI, see `vklive.server.http.errors`. A request
with an ``Idempotency-Key`` is carried out once, see `vklive.server.platform.requests`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from litestar import Router
from litestar.datastructures import ResponseHeader
from litestar.di import Provide

from vklive.server.http.platform_api.chat import CHAT
from vklive.server.http.platform_api.entrance import entrance
from vklive.server.http.platform_api.events import tell_event
from vklive.server.http.platform_api.once import Once
from vklive.server.http.platform_api.people import PEOPLE
from vklive.server.http.platform_api.points import POINTS
from vklive.server.http.platform_api.streams import STREAMS
from vklive.server.http.platform_api.subscriptions import SUBSCRIPTIONS
from vklive.server.http.server_api.authentication import Door
from vklive.server.platform.acting import Acting

__all__ = ["MAX_BODY_SIZE", "platform_api"]

MAX_BODY_SIZE = 256 * 1024
"""Bytes of one request; no event is a hundredth of it."""


def platform_api(
    acting: Acting, *, key: str, is_open: Callable[[], bool], settled: Callable[[], Awaitable[None]]
) -> Router:
    """Everything under ``/platform/v1``. It needs the application's `vklive.server.http.errors.exception_handlers`.

    Args:
        acting: does what is asked for.
        key: what a caller must know. When it is empty, everybody is answered with 401.
        is_open: whether something may be done; when not, it is answered with 503.
        settled: waits until what was published in chats is in the store.
    """
    once = Once(acting, settled=settled)
    return Router(
        path="/platform/v1",
        route_handlers=[
            tell_event,
            Router(
                path="/channels/{channel_url:str}", route_handlers=[*PEOPLE, *SUBSCRIPTIONS, *STREAMS, *CHAT, *POINTS]
            ),
        ],
        dependencies={"methods": Provide(lambda: once, sync_to_thread=False)},
        guards=[entrance(Door(key=key), is_open=is_open)],
        response_headers=[ResponseHeader(name="Cache-Control", value="no-store", documentation_only=False)],
        request_max_body_size=MAX_BODY_SIZE,
        security=[{"ApiKey": []}],
        tags=["platform"],
    )
