"""What people have been given: channel points."""

from __future__ import annotations

from typing import Annotated

from litestar import post
from litestar.params import BodyKwarg
from litestar.status_codes import HTTP_200_OK
from msgspec import Meta

from vklive.devapi.models import Data, PointBalance
from vklive.devapi.models.points import MAX_POINTS
from vklive.server.http.platform_api.describing import (
    ChannelUrl,
    IdempotencyKey,
    Methods,
    PlatformApiRequest,
    Whom,
    errors,
)
from vklive.server.platform.points.balances import grant


class GrantBody(Whom):
    """How many points, and to whom."""

    amount: Annotated[int, Meta(ge=1, le=MAX_POINTS)]


@post(
    "/points/grant",
    summary="A user gets channel points",
    description="Tells nothing. The answer says how many there are then.",
    responses=errors(),
    status_code=HTTP_200_OK,
)
async def grant_points(
    request: PlatformApiRequest,
    methods: Methods,
    channel_url: ChannelUrl,
    data: Annotated[GrantBody, BodyKwarg(description="How many, and to whom")],
    key: IdempotencyKey = None,
) -> Data[PointBalance]:
    """``POST /platform/v1/channels/{channel_url}/points/grant``."""
    return await methods(
        request, PointBalance, lambda act: grant(act, channel_url, data.user_id, amount=data.amount), key=key
    )


POINTS = (grant_points,)
"""The methods."""
