"""``/v1/channel_point``."""

from __future__ import annotations

from typing import Annotated

from litestar import Router, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import BodyKwarg, QueryParameter, SkipValidation
from litestar.status_codes import HTTP_200_OK

from vklive.devapi.models import (
    ChannelPoints,
    CreatedReward,
    Data,
    DemandsRequest,
    DemandStatus,
    Empty,
    Page,
    RewardActivateRequest,
    RewardAnswer,
    RewardRequest,
)
from vklive.devapi.models import Demands as DemandList
from vklive.devapi.models import Rewards as RewardList
from vklive.devapi.models.points import MAX_DEMANDS
from vklive.devapi.scopes import Scope
from vklive.server.http.authentication import user_of
from vklive.server.http.devapi.describing import SCOPE, ApiRequest, ChannelUrl, Limit, Offset, errors
from vklive.server.platform.points.balances import Balances
from vklive.server.platform.points.demands import Demands
from vklive.server.platform.points.points import Points
from vklive.server.platform.points.rewards import Rewards
from vklive.server.platform.points.rules import MAX_REWARDS

_Balances = NamedDependency[SkipValidation[Balances]]
_Rewards = NamedDependency[SkipValidation[Rewards]]
_Demands = NamedDependency[SkipValidation[Demands]]

_POINTS = {SCOPE: Scope.CHANNEL_POINTS}
_REWARDS = {SCOPE: Scope.CHANNEL_POINTS_REWARDS}
_DEMANDS = {SCOPE: Scope.CHANNEL_POINTS_REWARDS_DEMANDS}

_RewardId = Annotated[str, QueryParameter(description="The id of the reward")]
_Body = Annotated[RewardRequest, BodyKwarg(description="The reward as it is to be; what is left out has its default")]
_Settled = Annotated[DemandsRequest, BodyKwarg(description=f"Which demands, at most {MAX_DEMANDS}")]

_DEFAULT_PAGE = 100


# What somebody has.


@get(
    "/",
    summary="The points of a user in a channel",
    description="For users, with the scope `channel:points`. The owner's points are infinite.",
    responses=errors(400, 404),
    opt=_POINTS,
)
async def channel_point(request: ApiRequest, methods: _Balances, channel_url: ChannelUrl) -> Data[ChannelPoints]:
    """``GET /v1/channel_point``."""
    return Data(await methods.of(user_of(request.user), channel_url))


# Rewards.


@get(
    "/rewards",
    summary="The rewards that a channel offers",
    description="For users, with the scope `channel:points`. Those that are enabled, the cheapest first.",
    responses=errors(400, 404),
    opt=_POINTS,
)
async def rewards(methods: _Rewards, channel_url: ChannelUrl) -> Data[RewardList]:
    """``GET /v1/channel_point/rewards``."""
    return Data(await methods.on_offer(channel_url))


@get(
    "/rewards/manage_info",
    summary="All rewards of a channel",
    description="For the owner of the channel, with the scope `channel:points:rewards`. The cheapest first.",
    responses=errors(400, 404),
    opt=_REWARDS,
)
async def managed_rewards(request: ApiRequest, methods: _Rewards, channel_url: ChannelUrl) -> Data[RewardList]:
    """``GET /v1/channel_point/rewards/manage_info``."""
    return Data(await methods.managed(user_of(request.user), channel_url))


@get(
    "/reward/manage_info",
    summary="One reward of a channel",
    description="For the owner of the channel, with the scope `channel:points:rewards`.",
    responses=errors(400, 404),
    opt=_REWARDS,
)
async def managed_reward(
    request: ApiRequest, methods: _Rewards, channel_url: ChannelUrl, reward_id: _RewardId
) -> Data[RewardAnswer]:
    """``GET /v1/channel_point/reward/manage_info``."""
    return Data(await methods.one(user_of(request.user), channel_url, reward_id))


@post(
    "/reward/create",
    summary="Add a reward",
    description=(
        "For the owner of the channel, with the scope `channel:points:rewards`. "
        f"`unprocessable_entity` when the channel has {MAX_REWARDS} rewards."
    ),
    responses=errors(400, 404, 413, 422),
    status_code=HTTP_200_OK,
    opt=_REWARDS,
)
async def create_reward(
    request: ApiRequest, methods: _Rewards, channel_url: ChannelUrl, data: _Body
) -> Data[CreatedReward]:
    """``POST /v1/channel_point/reward/create``."""
    return Data(await methods.create(user_of(request.user), channel_url, data.reward))


@post(
    "/reward/edit",
    summary="Change a reward",
    description=(
        "For the owner of the channel, with the scope `channel:points:rewards`. "
        "Without `is_disabled` it stays enabled or disabled."
    ),
    responses=errors(400, 404, 413),
    status_code=HTTP_200_OK,
    opt=_REWARDS,
)
async def edit_reward(
    request: ApiRequest, methods: _Rewards, channel_url: ChannelUrl, reward_id: _RewardId, data: _Body
) -> Empty:
    """``POST /v1/channel_point/reward/edit``."""
    await methods.edit(user_of(request.user), channel_url, reward_id, data.reward)
    return Empty()


@post(
    "/reward/enable",
    summary="Let a reward be had",
    description="For the owner of the channel, with the scope `channel:points:rewards`.",
    responses=errors(400, 404),
    status_code=HTTP_200_OK,
    opt=_REWARDS,
)
async def enable_reward(request: ApiRequest, methods: _Rewards, channel_url: ChannelUrl, reward_id: _RewardId) -> Empty:
    """``POST /v1/channel_point/reward/enable``."""
    await methods.enable(user_of(request.user), channel_url, reward_id)
    return Empty()


@post(
    "/reward/disable",
    summary="Let a reward not be had",
    description="For the owner of the channel, with the scope `channel:points:rewards`.",
    responses=errors(400, 404),
    status_code=HTTP_200_OK,
    opt=_REWARDS,
)
async def disable_reward(
    request: ApiRequest, methods: _Rewards, channel_url: ChannelUrl, reward_id: _RewardId
) -> Empty:
    """``POST /v1/channel_point/reward/disable``."""
    await methods.disable(user_of(request.user), channel_url, reward_id)
    return Empty()


@post(
    "/reward/delete",
    summary="Take a reward away",
    description=(
        "For the owner of the channel, with the scope `channel:points:rewards`. "
        "`unprocessable_entity` while it is enabled or has pending demands."
    ),
    responses=errors(400, 404, 422),
    status_code=HTTP_200_OK,
    opt=_REWARDS,
)
async def delete_reward(request: ApiRequest, methods: _Rewards, channel_url: ChannelUrl, reward_id: _RewardId) -> Empty:
    """``POST /v1/channel_point/reward/delete``."""
    await methods.delete(user_of(request.user), channel_url, reward_id)
    return Empty()


# Demands.


@post(
    "/reward/activate",
    summary="Pay for a reward",
    description=(
        "For users who are not banned from the channel, with the scope `channel:points`. `unprocessable_entity` when "
        "the reward is disabled, used up or cooling down, requires a message, or costs more than the user has. "
        "`message_too_long` is among the answers with 400. The owner pays nothing."
    ),
    responses=errors(400, 404, 413, 422),
    status_code=HTTP_200_OK,
    opt=_POINTS,
)
async def activate_reward(
    request: ApiRequest,
    methods: _Demands,
    channel_url: ChannelUrl,
    data: Annotated[RewardActivateRequest, BodyKwarg(description="Which reward, and what is written with it")],
) -> Empty:
    """``POST /v1/channel_point/reward/activate``."""
    await methods.activate(user_of(request.user), channel_url, data.reward)
    return Empty()


@get(
    "/reward/demands",
    summary="The demands for rewards",
    description="For the owner of the channel, with the scope `channel:points:rewards:demands`. The newest first.",
    responses=errors(400, 404),
    opt=_DEMANDS,
)
async def demands(
    request: ApiRequest,
    methods: _Demands,
    channel_url: ChannelUrl,
    reward_id: Annotated[str | None, QueryParameter(description="Only the demands for this reward")] = None,
    limit: Limit = _DEFAULT_PAGE,
    offset: Offset = 0,
) -> Page[DemandList]:
    """``GET /v1/channel_point/reward/demands``."""
    return await methods.page(user_of(request.user), channel_url, reward_id=reward_id, offset=offset, limit=limit)


_SETTLING = (
    "For the owner of the channel, with the scope `channel:points:rewards:demands`. All or none: `not_found` when the "
    "channel has no such demand, `unprocessable_entity` when one is settled already. "
)


@post(
    "/reward/demand/accept",
    summary="Accept demands",
    description=_SETTLING + "The points are spent.",
    responses=errors(400, 404, 413, 422),
    status_code=HTTP_200_OK,
    opt=_DEMANDS,
)
async def accept_demands(request: ApiRequest, methods: _Demands, channel_url: ChannelUrl, data: _Settled) -> Empty:
    """``POST /v1/channel_point/reward/demand/accept``."""
    ids = [demand.id for demand in data.demands]
    await methods.settle(user_of(request.user), channel_url, ids, to=DemandStatus.APPROVED)
    return Empty()


@post(
    "/reward/demand/reject",
    summary="Reject demands",
    description=_SETTLING + "The points are given back.",
    responses=errors(400, 404, 413, 422),
    status_code=HTTP_200_OK,
    opt=_DEMANDS,
)
async def reject_demands(request: ApiRequest, methods: _Demands, channel_url: ChannelUrl, data: _Settled) -> Empty:
    """``POST /v1/channel_point/reward/demand/reject``."""
    ids = [demand.id for demand in data.demands]
    await methods.settle(user_of(request.user), channel_url, ids, to=DemandStatus.REJECTED)
    return Empty()


def points_area(points: Points) -> Router:
    """The methods of channel points."""
    return Router(
        path="/channel_point",
        route_handlers=[
            Router(
                path="/",
                route_handlers=[channel_point],
                dependencies={"methods": Provide(lambda: points.balances, sync_to_thread=False)},
            ),
            Router(
                path="/",
                route_handlers=[
                    rewards,
                    managed_rewards,
                    managed_reward,
                    create_reward,
                    edit_reward,
                    enable_reward,
                    disable_reward,
                    delete_reward,
                ],
                dependencies={"methods": Provide(lambda: points.rewards, sync_to_thread=False)},
            ),
            Router(
                path="/",
                route_handlers=[activate_reward, demands, accept_demands, reject_demands],
                dependencies={"methods": Provide(lambda: points.demands, sync_to_thread=False)},
            ),
        ],
        tags=["channel_points"],
    )
