"""The rewards of a channel, as its owner sees them (vk.md 2.10)."""

from __future__ import annotations

from vklive.client.api.caller import Caller
from vklive.client.api.method import Method, Params
from vklive.client.channel_name import slug_meant
from vklive.devapi.models import CreatedReward, Data, Reward, RewardAnswer, RewardBody, RewardRequest, Rewards
from vklive.devapi.scopes import Scope

_SCOPE = Scope.CHANNEL_POINTS_REWARDS

LIST = Method("GET", "/v1/channel_point/rewards/manage_info", _SCOPE)
GET = Method("GET", "/v1/channel_point/reward/manage_info", _SCOPE)
CREATE = Method("POST", "/v1/channel_point/reward/create", _SCOPE)
EDIT = Method("POST", "/v1/channel_point/reward/edit", _SCOPE)
ENABLE = Method("POST", "/v1/channel_point/reward/enable", _SCOPE)
DISABLE = Method("POST", "/v1/channel_point/reward/disable", _SCOPE)
DELETE = Method("POST", "/v1/channel_point/reward/delete", _SCOPE)


class RewardsApi:
    """Makes and changes the rewards of a channel. For its owner. A `channel_url` is a slug or an address.

    Args:
        caller: makes the calls.
    """

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def rewards(self, channel_url: str) -> list[Reward]:
        """All rewards, with everything about them."""
        return (await self._caller.ask(LIST, Data[Rewards], params={"channel_url": slug_meant(channel_url)})).rewards

    async def reward(self, channel_url: str, *, reward_id: str) -> Reward:
        """One reward.

        Raises:
            NotFoundError: when there is no such reward.
        """
        return (await self._caller.ask(GET, Data[RewardAnswer], params=_which(channel_url, reward_id))).reward

    async def create(self, channel_url: str, *, reward: RewardBody) -> str:
        """Make a reward.

        Returns:
            Its id.
        """
        params: Params = {"channel_url": slug_meant(channel_url)}
        answer = await self._caller.ask(CREATE, Data[CreatedReward], params=params, body=RewardRequest(reward=reward))
        return answer.reward.id

    async def edit(self, channel_url: str, *, reward_id: str, reward: RewardBody) -> None:
        """Make a reward as it is told here, also where that is a default."""
        await self._caller.do(EDIT, params=_which(channel_url, reward_id), body=RewardRequest(reward=reward))

    async def enable(self, channel_url: str, *, reward_id: str) -> None:
        """Let viewers have it."""
        await self._caller.do(ENABLE, params=_which(channel_url, reward_id))

    async def disable(self, channel_url: str, *, reward_id: str) -> None:
        """Let nobody have it."""
        await self._caller.do(DISABLE, params=_which(channel_url, reward_id))

    async def delete(self, channel_url: str, *, reward_id: str) -> None:
        """Delete it. The platform asks that it is disabled and that none of its demands is pending."""
        await self._caller.do(DELETE, params=_which(channel_url, reward_id))


def _which(channel_url: str, reward_id: str) -> Params:
    return {"channel_url": slug_meant(channel_url), "reward_id": reward_id}
