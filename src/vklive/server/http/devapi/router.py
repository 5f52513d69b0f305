"""The routes of the DevAPI, with what its OpenAPI page says about them."""

from __future__ import annotations

from typing import Annotated, Any

from litestar import Request, Router, get, post
from litestar.config.cors import CORSConfig
from litestar.connection import ASGIConnection
from litestar.datastructures import ResponseHeader
from litestar.di import NamedDependency, Provide
from litestar.handlers import BaseRouteHandler
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import BodyKwarg, QueryParameter, SkipValidation
from litestar.status_codes import HTTP_200_OK

from vklive.devapi.models import (
    ChannelInfo,
    Channels,
    ChannelsRequest,
    ChatMessages,
    Data,
    ErrorBody,
    SubscriptionTokens,
    WebSocketToken,
)
from vklive.server.chat_log import MAX_MESSAGES, ChatLog
from vklive.server.directory import Directory, Viewer
from vklive.server.http.authentication import authenticate, user_of
from vklive.server.http.devapi import DevApi
from vklive.server.settings import DevApiSettings
from vklive.server.tokens import Issuer

MAX_BODY_SIZE = 256 * 1024
"""Bytes of one request: a hundred channels of a thousand characters each, and more."""

CORS = CORSConfig(allow_origins=["*"], allow_methods=["GET", "POST"], allow_headers=["Authorization", "Content-Type"])
"""Any web page may call the DevAPI, as with VK (vk.md 1.2): who calls is said by a header and never by a cookie."""

_Request = Request[Viewer, Any, Any]
_Connection = ASGIConnection[Any, Any, Any, Any]
_Methods = NamedDependency[SkipValidation[DevApi]]


def devapi_router(directory: Directory, issuer: Issuer, settings: DevApiSettings, *, chats: ChatLog) -> Router:
    """Everything under ``/v1``. It needs the application's `vklive.server.http.errors.exception_handlers`.

    Args:
        directory: knows users, applications, channels and memberships.
        issuer: signs the tokens that are asked for.
        settings: limits.
        chats: what was said in chats.
    """
    methods = DevApi(directory, issuer, chats, max_subscription_tokens=settings.max_subscription_tokens)

    async def authenticated(connection: _Connection, _: BaseRouteHandler) -> None:
        # A guard, since guards come first: whoever is nobody learns nothing about parameters.
        connection.scope["user"] = await authenticate(connection.headers.get("authorization", ""), directory)

    def provide_methods() -> DevApi:
        return methods

    return Router(
        path="/v1",
        route_handlers=[websocket_token, subscription_token, channel, channels, chat_messages],
        guards=[authenticated],
        dependencies={"methods": Provide(provide_methods, sync_to_thread=False)},
        response_headers=[ResponseHeader(name="Cache-Control", value="no-store", documentation_only=False)],
        request_max_body_size=MAX_BODY_SIZE,
        security=[{"Bearer": []}, {"Basic": []}],
    )


def _errors(*more: int) -> dict[int, ResponseSpec]:
    return {
        status: ResponseSpec(ErrorBody, generate_examples=False, description=_ERRORS[status])
        for status in sorted({401, 403, 500, 503, *more})
    }


_ERRORS = {
    400: "`invalid_param`, `missing_param`",
    401: "`unauthorized`: the header is missing, or its credentials are wrong or have expired",
    403: "`forbidden`: the method is not for whoever asks; `channel_banned`",
    404: "`channel_not_found`",
    413: "`invalid_param`: the body is too large",
    500: "`internal_server_error`",
    503: "`service_unavailable`: try again later",
}


@get(
    "/websocket/token",
    summary="A token to connect to the pub/sub with",
    description="For users and applications. It opens `/connection/websocket` until it expires.",
    responses=_errors(),
    tags=["websocket"],
)
async def websocket_token(request: _Request, methods: _Methods) -> Data[WebSocketToken]:
    """``GET /v1/websocket/token``."""
    return Data(methods.websocket_token(request.user))


@get(
    "/websocket/subscription_token",
    summary="Tokens to subscribe to ws channels with",
    description="For users. A requested ws channel that is missing from the answer is one that this user may not hear.",
    responses=_errors(400),
    tags=["websocket"],
)
async def subscription_token(
    request: _Request,
    methods: _Methods,
    names: Annotated[
        list[str] | None, QueryParameter(name="channels", description="Names of ws channels, separated by commas")
    ] = None,
) -> Data[SubscriptionTokens]:
    """``GET /v1/websocket/subscription_token``."""
    requested = [name for part in names or () for name in part.split(",") if name]
    return Data(await methods.subscription_tokens(user_of(request.user), requested))


@get(
    "/channel",
    summary="A channel, its owner and its streams",
    description="For users and applications. Private ws channels are named for users only.",
    responses=_errors(400, 404),
    tags=["channel"],
)
async def channel(
    request: _Request,
    methods: _Methods,
    channel_url: Annotated[str, QueryParameter(description="The slug of the channel, or its address")],
) -> Data[ChannelInfo]:
    """``GET /v1/channel``."""
    return Data(await methods.channel(request.user, channel_url))


@post(
    "/channels",
    summary="Several channels",
    description="For users and applications. At most 100 at once; those that do not exist are left out.",
    responses=_errors(400, 413),
    status_code=HTTP_200_OK,
    tags=["channel"],
)
async def channels(
    request: _Request,
    methods: _Methods,
    data: Annotated[ChannelsRequest, BodyKwarg(description="Which channels, by slug or address")],
) -> Data[Channels]:
    """``POST /v1/channels``."""
    return Data(await methods.channels(request.user, [each.url for each in data.channels]))


@get(
    "/chat/messages",
    summary="The newest messages of a chat",
    description=f"For users and applications; at most {MAX_MESSAGES}. A user's own private messages are among them.",
    responses=_errors(400, 404),
    tags=["chat"],
)
async def chat_messages(
    request: _Request,
    methods: _Methods,
    channel_url: Annotated[str, QueryParameter(description="The slug of the channel, or its address")],
    limit: Annotated[int, QueryParameter(description=f"How many, from 1 to {MAX_MESSAGES}")],
) -> Data[ChatMessages]:
    """``GET /v1/chat/messages``."""
    return Data(await methods.chat_messages(request.user, channel_url, limit=limit))
