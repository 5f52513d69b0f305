"""``/v1/websocket``."""

from __future__ import annotations

from typing import Annotated

from litestar import Router, get
from litestar.di import NamedDependency, Provide
from litestar.params import QueryParameter, SkipValidation

from vklive.devapi.models import Data, SubscriptionTokens, WebSocketToken
from vklive.server.http.authentication import user_of
from vklive.server.http.devapi.describing import ApiRequest, errors
from vklive.server.platform.websocket import WebSocketTokens

_Methods = NamedDependency[SkipValidation[WebSocketTokens]]


@get(
    "/token",
    summary="A token to connect to the pub/sub with",
    description="For users and applications. It opens `/connection/websocket` until it expires.",
    responses=errors(),
)
async def websocket_token(request: ApiRequest, methods: _Methods) -> Data[WebSocketToken]:
    """``GET /v1/websocket/token``."""
    return Data(methods.connection(request.user))


@get(
    "/subscription_token",
    summary="Tokens to subscribe to ws channels with",
    description="For users. A requested ws channel that is missing from the answer is one that this user may not hear.",
    responses=errors(400),
)
async def subscription_token(
    request: ApiRequest,
    methods: _Methods,
    names: Annotated[
        list[str] | None,
        QueryParameter(
            name="channels",
            description="Names of ws channels, separated by commas",
            # It is one text (vk.md 2.2); who gives it several times is understood, too.
            schema_extra={"type": "string", "one_of": None},
        ),
    ] = None,
) -> Data[SubscriptionTokens]:
    """``GET /v1/websocket/subscription_token``."""
    requested = [name for part in names or () for name in part.split(",") if name]
    return Data(await methods.subscriptions(user_of(request.user), requested))


def websocket_area(tokens: WebSocketTokens) -> Router:
    """The methods that give tokens for the pub/sub."""
    return Router(
        path="/websocket",
        route_handlers=[websocket_token, subscription_token],
        dependencies={"methods": Provide(lambda: tokens, sync_to_thread=False)},
        tags=["websocket"],
    )
