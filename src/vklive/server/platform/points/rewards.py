"""The rewards of a channel: what viewers see of them, and how the owner looks after them."""

from __future__ import annotations

import uuid

from sqlalchemy.ext.asyncio import AsyncSession

from vklive.devapi.errors import ApiError
from vklive.devapi.models import CreatedReward, RewardAnswer, RewardBody, RewardId
from vklive.devapi.models import Rewards as RewardList
from vklive.server.directory import ChannelRecord, User
from vklive.server.platform.acting import Acting
from vklive.server.platform.channels import Channels
from vklive.server.platform.points import presentation
from vklive.server.platform.points.rules import check_deletion, check_room_for_reward
from vklive.server.refusal import RefusalError
from vklive.server.store import points as store
from vklive.server.store.channels import hold_channel
from vklive.server.store.database import Database
from vklive.server.store.tables import RewardRow


class Rewards:
    """What is to be had. What it does not do is raised as a `RefusalError`.

    All but `on_offer` is for the owner of the channel alone.

    Args:
        channels: finds channels.
        database: asks it.
        acting: changes it.
    """

    def __init__(self, channels: Channels, database: Database, acting: Acting) -> None:
        self._channels = channels
        self._database = database
        self._acting = acting

    async def on_offer(self, channel_url: str) -> RewardList:
        """The rewards that can be had now or later: those that are enabled, the cheapest first, then by name."""
        channel = await self._channels.find(channel_url)
        async with self._database.reading() as session:
            rows = await store.rewards(session, channel.id)
        return RewardList(rewards=[presentation.reward(row) for row in rows if not row.is_disabled])

    async def managed(self, user: User, channel_url: str) -> RewardList:
        """All rewards, in the same order."""
        channel = await self._channels.owned(user, channel_url)
        async with self._database.reading() as session:
            rows = await store.rewards(session, channel.id)
        return RewardList(rewards=[presentation.reward(row) for row in rows])

    async def one(self, user: User, channel_url: str, reward_id: str) -> RewardAnswer:
        """One reward."""
        channel = await self._channels.owned(user, channel_url)
        async with self._database.reading() as session:
            row = await store.reward(session, reward_id, channel_id=channel.id)
        return RewardAnswer(reward=presentation.reward(_there(row)))

    async def create(self, user: User, channel_url: str, body: RewardBody) -> CreatedReward:
        """A new reward, which can be had at once if it is not disabled."""
        channel = await self._channels.owned(user, channel_url)
        async with self._acting() as act:
            await hold_channel(act.session, channel.id)
            check_room_for_reward(await store.count_rewards(act.session, channel.id))
            row = RewardRow(id=str(uuid.uuid4()), channel_id=channel.id, is_disabled=False, created_at=act.now)
            store.write_reward(row, body)
            act.session.add(row)
        return CreatedReward(reward=RewardId(id=row.id))

    async def edit(self, user: User, channel_url: str, reward_id: str, body: RewardBody) -> None:
        """Let a reward be as `body` says. Demands that are there keep what was paid for them; limits count them."""
        channel = await self._channels.owned(user, channel_url)
        async with self._acting() as act:
            store.write_reward(await _held(act.session, reward_id, channel), body)

    async def enable(self, user: User, channel_url: str, reward_id: str) -> None:
        """Let a reward be had. One that is enabled stays so."""
        await self._switch(user, channel_url, reward_id, is_disabled=False)

    async def disable(self, user: User, channel_url: str, reward_id: str) -> None:
        """Let nobody have a reward until it is enabled. One that is disabled stays so; its demands are not touched."""
        await self._switch(user, channel_url, reward_id, is_disabled=True)

    async def delete(self, user: User, channel_url: str, reward_id: str) -> None:
        """Take a reward away for ever; its demands stay in the list. See `check_deletion` for what comes first."""
        channel = await self._channels.owned(user, channel_url)
        async with self._acting() as act:
            row = await _held(act.session, reward_id, channel)
            check_deletion(
                is_disabled=row.is_disabled, has_pending=await store.has_pending_demands(act.session, row.id)
            )
            row.deleted_at = act.now

    async def _switch(self, user: User, channel_url: str, reward_id: str, *, is_disabled: bool) -> None:
        channel = await self._channels.owned(user, channel_url)
        async with self._acting() as act:
            (await _held(act.session, reward_id, channel)).is_disabled = is_disabled


async def _held(session: AsyncSession, reward_id: str, channel: ChannelRecord) -> RewardRow:
    return _there(await store.reward(session, reward_id, channel_id=channel.id, hold=True))


def _there(row: RewardRow | None) -> RewardRow:
    if row is None:
        raise RefusalError(ApiError.NOT_FOUND, "The channel has no such reward")
    return row
