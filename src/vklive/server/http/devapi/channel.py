"""``/v1/channel`` and ``/v1/channels``."""

from __future__ import annotations

from typing import Annotated

from litestar import Router, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import BodyKwarg, SkipValidation
from litestar.status_codes import HTTP_200_OK

from vklive.devapi.models import ChannelInfo, ChannelsRequest, Data
from vklive.devapi.models import Channels as ChannelList
from vklive.server.http.devapi.describing import ApiRequest, ChannelUrl, errors
from vklive.server.http.devapi.players import Ip, UserAgent, WithSourceUrls, player_of
from vklive.server.platform.channels import Channels

_Methods = NamedDependency[SkipValidation[Channels]]


@get(
    "/channel",
    summary="A channel, its owner and its streams",
    description="For users and applications. Private ws channels are named for users only.",
    responses=errors(400, 404),
)
async def channel(
    request: ApiRequest,
    methods: _Methods,
    channel_url: ChannelUrl,
    with_source_urls: WithSourceUrls = False,
    ip: Ip = "",
    user_agent: UserAgent = "",
) -> Data[ChannelInfo]:
    """``GET /v1/channel``."""
    player = player_of(with_source_urls=with_source_urls, ip=ip, user_agent=user_agent)
    return Data(await methods.one(request.user, channel_url, player=player))


@post(
    "/channels",
    summary="Several channels",
    description="For users and applications. At most 100 at once; those that do not exist are left out.",
    responses=errors(400, 413),
    status_code=HTTP_200_OK,
)
async def several_channels(
    request: ApiRequest,
    methods: _Methods,
    data: Annotated[ChannelsRequest, BodyKwarg(description="Which channels, by slug or address")],
) -> Data[ChannelList]:
    """``POST /v1/channels``."""
    return Data(await methods.several(request.user, [each.url for each in data.channels]))


def channel_area(channels: Channels) -> Router:
    """The methods that tell of channels."""
    return Router(
        path="/",
        route_handlers=[channel, several_channels],
        dependencies={"methods": Provide(lambda: channels, sync_to_thread=False)},
        tags=["channel"],
    )
