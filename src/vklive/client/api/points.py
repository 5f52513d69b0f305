"""The area ``channel_points``: what viewers have, what they want for it, and what becomes of that (vk.md 2.10)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import UnsetType

from vklive.client.api.caller import Caller
from vklive.client.api.method import Method, Params
from vklive.client.api.pages import PAGE_SIZE, Pages
from vklive.client.api.rewards import RewardsApi
from vklive.client.channel_name import slug_meant
from vklive.devapi.models import (
    ChannelPoints,
    ChatMessageToSend,
    Data,
    Demand,
    DemandId,
    Demands,
    DemandsRequest,
    Extra,
    Page,
    Reward,
    RewardActivateRequest,
    RewardActivation,
    Rewards,
    Sendable,
)
from vklive.devapi.models.points import MAX_DEMANDS
from vklive.devapi.scopes import Scope

BALANCE = Method("GET", "/v1/channel_point", Scope.CHANNEL_POINTS)
REWARDS = Method("GET", "/v1/channel_point/rewards", Scope.CHANNEL_POINTS)
ACTIVATE = Method("POST", "/v1/channel_point/reward/activate", Scope.CHANNEL_POINTS)
DEMANDS = Method("GET", "/v1/channel_point/reward/demands", Scope.CHANNEL_POINTS_REWARDS_DEMANDS)
ACCEPT = Method("POST", "/v1/channel_point/reward/demand/accept", Scope.CHANNEL_POINTS_REWARDS_DEMANDS)
REJECT = Method("POST", "/v1/channel_point/reward/demand/reject", Scope.CHANNEL_POINTS_REWARDS_DEMANDS)


class PointsApi:
    """Channel points. For users. A `channel_url` is the slug or the address of a channel.

    Args:
        caller: makes the calls.

    Attributes:
        manage: makes and changes the rewards.
    """

    def __init__(self, caller: Caller) -> None:
        self.manage = RewardsApi(caller)
        self._caller = caller

    async def balance(self, channel_url: str) -> ChannelPoints:
        """How many points of the channel the user has, and what they are called."""
        return await self._caller.ask(BALANCE, Data[ChannelPoints], params={"channel_url": slug_meant(channel_url)})

    async def rewards(self, channel_url: str) -> list[Reward]:
        """What can be had for points, as a viewer sees it."""
        return (await self._caller.ask(REWARDS, Data[Rewards], params={"channel_url": slug_meant(channel_url)})).rewards

    async def activate(
        self, channel_url: str, *, reward_id: str, message: str | Iterable[Sendable] | None = None
    ) -> None:
        """Spend points on a reward.

        Args:
            channel_url: of which channel.
            reward_id: which one.
            message: what the user writes with it, which some rewards need; see `ChatApi.send`.
        """
        told = None if message is None else ChatMessageToSend.of(message)
        await self._caller.do(
            ACTIVATE,
            params={"channel_url": slug_meant(channel_url)},
            body=RewardActivateRequest(reward=RewardActivation(id=reward_id, message=told)),
        )

    def demands(self, channel_url: str, *, reward_id: str | None = None, page_size: int = PAGE_SIZE) -> Pages[Demand]:
        """What viewers want, page by page. For the owner.

        Take all of them before you accept or reject some: that may move others to a page that was taken already.

        Args:
            channel_url: of which channel.
            reward_id: only those of one reward.
            page_size: how many are asked for at once, from 1 to 200.
        """
        slug = slug_meant(channel_url)

        async def fetch(offset: int, limit: int) -> tuple[Sequence[Demand], Extra | UnsetType]:
            params: Params = {"channel_url": slug, "reward_id": reward_id, "limit": limit, "offset": offset}
            page = await self._caller.ask_page(DEMANDS, Page[Demands], params=params)
            return page.data.demands, page.extra

        return Pages(fetch, size=page_size, key=lambda demand: demand.id)

    async def accept(self, channel_url: str, *, demands: Iterable[Demand | int]) -> None:
        """Say that the viewers have what they wanted. For the owner.

        More than `vklive.devapi.models.points.MAX_DEMANDS` make several calls, one after the other: when one fails,
        those before are done.

        Args:
            channel_url: of which channel.
            demands: which ones, or their ids.
        """
        await self._settle(ACCEPT, channel_url, demands)

    async def reject(self, channel_url: str, *, demands: Iterable[Demand | int]) -> None:
        """Say that the viewers do not get it, and have their points back; as `accept`."""
        await self._settle(REJECT, channel_url, demands)

    async def _settle(self, method: Method, channel_url: str, demands: Iterable[Demand | int]) -> None:
        params: Params = {"channel_url": slug_meant(channel_url)}
        ids = [DemandId(id=each if isinstance(each, int) else each.id) for each in demands]
        for at in range(0, len(ids), MAX_DEMANDS):
            body = DemandsRequest(demands=ids[at : at + MAX_DEMANDS])
            await self._caller.do(method, params=params, body=body)
