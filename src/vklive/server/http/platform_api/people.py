"""Who follows a channel, who keeps order there, and who is banned from it."""

from __future__ import annotations

from typing import Annotated

from litestar import post
from litestar.params import BodyKwarg
from litestar.status_codes import HTTP_200_OK

from vklive.devapi.models import Data
from vklive.events import Follow
from vklive.server.http.platform_api.describing import (
    ChannelUrl,
    IdempotencyKey,
    Methods,
    PlatformApiRequest,
    Whom,
    errors,
)
from vklive.server.platform import follows, moderation
from vklive.server.platform.moderation import Standing


@post(
    "/followers/add",
    summary="A user follows the channel",
    description="Tells `channel_follow_create`. Who follows already goes on to, and nothing is told.",
    responses=errors(),
    status_code=HTTP_200_OK,
)
async def follow(
    request: PlatformApiRequest,
    methods: Methods,
    channel_url: ChannelUrl,
    data: Annotated[Whom, BodyKwarg(description="Who")],
    key: IdempotencyKey = None,
) -> Data[Follow]:
    """``POST /platform/v1/channels/{channel_url}/followers/add``."""
    return await methods(
        request, Follow, lambda act: follows.follow(act, channel_url, data.user_id), key=key, in_chat=True
    )


@post(
    "/followers/remove",
    summary="A user follows the channel no more",
    description="Tells `channel_follow_delete`. Who does not follow goes on not to, and nothing is told.",
    responses=errors(),
    status_code=HTTP_200_OK,
)
async def unfollow(
    request: PlatformApiRequest,
    methods: Methods,
    channel_url: ChannelUrl,
    data: Annotated[Whom, BodyKwarg(description="Who")],
    key: IdempotencyKey = None,
) -> Data[Follow]:
    """``POST /platform/v1/channels/{channel_url}/followers/remove``."""
    return await methods(request, Follow, lambda act: follows.unfollow(act, channel_url, data.user_id), key=key)


@post(
    "/moderators/add",
    summary="A user becomes a moderator",
    description="Tells nothing.",
    responses=errors(),
    status_code=HTTP_200_OK,
)
async def appoint(
    request: PlatformApiRequest,
    methods: Methods,
    channel_url: ChannelUrl,
    data: Annotated[Whom, BodyKwarg(description="Who")],
    key: IdempotencyKey = None,
) -> Data[Standing]:
    """``POST /platform/v1/channels/{channel_url}/moderators/add``."""
    return await methods(request, Standing, lambda act: moderation.appoint(act, channel_url, data.user_id), key=key)


@post(
    "/moderators/remove",
    summary="A moderator is one no more",
    description="Tells nothing. What the user may not hear any more ends at once.",
    responses=errors(),
    status_code=HTTP_200_OK,
)
async def dismiss(
    request: PlatformApiRequest,
    methods: Methods,
    channel_url: ChannelUrl,
    data: Annotated[Whom, BodyKwarg(description="Who")],
    key: IdempotencyKey = None,
) -> Data[Standing]:
    """``POST /platform/v1/channels/{channel_url}/moderators/remove``."""
    return await methods(request, Standing, lambda act: moderation.dismiss(act, channel_url, data.user_id), key=key)


@post(
    "/bans/add",
    summary="A user is banned from the channel",
    description="Tells nothing. What is limited the user hears no more, from now on.",
    responses=errors(),
    status_code=HTTP_200_OK,
)
async def ban(
    request: PlatformApiRequest,
    methods: Methods,
    channel_url: ChannelUrl,
    data: Annotated[Whom, BodyKwarg(description="Who")],
    key: IdempotencyKey = None,
) -> Data[Standing]:
    """``POST /platform/v1/channels/{channel_url}/bans/add``."""
    return await methods(request, Standing, lambda act: moderation.ban(act, channel_url, data.user_id), key=key)


@post(
    "/bans/remove",
    summary="A ban ends",
    description="Tells nothing. The user is again what they were.",
    responses=errors(),
    status_code=HTTP_200_OK,
)
async def unban(
    request: PlatformApiRequest,
    methods: Methods,
    channel_url: ChannelUrl,
    data: Annotated[Whom, BodyKwarg(description="Who")],
    key: IdempotencyKey = None,
) -> Data[Standing]:
    """``POST /platform/v1/channels/{channel_url}/bans/remove``."""
    return await methods(request, Standing, lambda act: moderation.unban(act, channel_url, data.user_id), key=key)


PEOPLE = (follow, unfollow, appoint, dismiss, ban, unban)
"""The methods."""
