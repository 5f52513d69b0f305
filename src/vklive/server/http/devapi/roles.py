"""``/v1/channel_roles``."""

from __future__ import annotations

from typing import Annotated

from litestar import Router, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import BodyKwarg, SkipValidation
from litestar.status_codes import HTTP_200_OK

from vklive.devapi.models import ChannelRoles, ChannelRolesRequest, Data, Empty
from vklive.devapi.scopes import Scope
from vklive.server.http.authentication import user_of
from vklive.server.http.devapi.describing import SCOPE, ApiRequest, ChannelUrl, UserId, errors
from vklive.server.platform.roles import MAX_ROLES, Roles

_Methods = NamedDependency[SkipValidation[Roles]]


@get(
    "/",
    summary="The roles that a channel has made up",
    description="For the owner of the channel.",
    responses=errors(400, 404),
)
async def channel_roles(request: ApiRequest, methods: _Methods, channel_url: ChannelUrl) -> Data[ChannelRoles]:
    """``GET /v1/channel_roles``."""
    return Data(await methods.of_channel(user_of(request.user), channel_url))


@get(
    "/user",
    summary="The roles of a channel that a user has",
    description="For the owner of the channel.",
    responses=errors(400, 404),
)
async def roles_of_user(
    request: ApiRequest, methods: _Methods, channel_url: ChannelUrl, user_id: UserId
) -> Data[ChannelRoles]:
    """``GET /v1/channel_roles/user``."""
    return Data(await methods.of_user(user_of(request.user), channel_url, user_id))


@post(
    "/user/set",
    summary="Say which roles of a channel a user has",
    description=f"For the owner of the channel. The user has these roles then and no others; at most {MAX_ROLES}.",
    responses=errors(400, 404, 413),
    status_code=HTTP_200_OK,
)
async def set_roles_of_user(
    request: ApiRequest,
    methods: _Methods,
    data: Annotated[ChannelRolesRequest, BodyKwarg(description="All the roles that the user is to have")],
    channel_url: ChannelUrl,
    user_id: UserId,
) -> Empty:
    """``POST /v1/channel_roles/user/set``."""
    await methods.give(user_of(request.user), channel_url, user_id, [role.id for role in data.roles])
    return Empty()


def roles_area(roles: Roles) -> Router:
    """The methods of the roles, all of which need the scope ``channel:roles``."""
    return Router(
        path="/channel_roles",
        route_handlers=[channel_roles, roles_of_user, set_roles_of_user],
        dependencies={"methods": Provide(lambda: roles, sync_to_thread=False)},
        opt={SCOPE: Scope.CHANNEL_ROLES},
        tags=["channel_roles"],
    )
