"""``/v1/current_user`` and ``/v1/token``."""

from __future__ import annotations

from litestar import Router, get
from litestar.di import NamedDependency, Provide
from litestar.params import SkipValidation

from vklive.devapi.models import CurrentUser, Data, TokenInfo
from vklive.server.http.authentication import user_of
from vklive.server.http.devapi.describing import ApiRequest, errors
from vklive.server.platform.users import Users, token_info

_Methods = NamedDependency[SkipValidation[Users]]


@get(
    "/current_user",
    summary="The user who asks, and their channels",
    description="For users. `channel` is the first of `channels`, and `null` for who has none.",
    responses=errors(),
)
async def current_user(request: ApiRequest, methods: _Methods) -> Data[CurrentUser]:
    """``GET /v1/current_user``."""
    return Data(await methods.current(user_of(request.user)))


@get(
    "/token",
    summary="What the access token is that one asks with",
    description="For users and applications with an access token; `Basic` is refused. `expired_at` is 0 for never.",
    responses=errors(),
)
async def token(request: ApiRequest) -> Data[TokenInfo]:
    """``GET /v1/token``."""
    return Data(token_info(request.auth))


def users_area(users: Users) -> Router:
    """The methods that tell who somebody is."""
    return Router(
        path="/",
        route_handlers=[current_user, token],
        dependencies={"methods": Provide(lambda: users, sync_to_thread=False)},
        tags=["user"],
    )
