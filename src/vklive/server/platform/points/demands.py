"""Demands: a viewer pays for a reward, and the owner accepts or rejects that."""

from __future__ import annotations

from collections.abc import Collection

import msgspec

from vklive.devapi.errors import ApiError
from vklive.devapi.models import Demands as DemandList
from vklive.devapi.models import DemandStatus, Page, RewardActivation
from vklive.events import RewardDemandCreated, plain_text
from vklive.server.directory import User
from vklive.server.platform.acting import Acting
from vklive.server.platform.channels import Channels
from vklive.server.platform.chat.archive import Archive
from vklive.server.platform.chat.bot import tell_redemption
from vklive.server.platform.chat.parts import contents_of
from vklive.server.platform.chat.saying import resolved
from vklive.server.platform.paging import cut
from vklive.server.platform.places import facts, held_person
from vklive.server.platform.points import presentation
from vklive.server.platform.points.balances import balance_of
from vklive.server.platform.points.rules import check_settling, price_of
from vklive.server.refusal import RefusalError
from vklive.server.store import members
from vklive.server.store import points as store
from vklive.server.store.database import Database
from vklive.server.store.tables import DemandRow, MembershipRow


class Demands:
    """What is wanted. What it does not do is raised as a `RefusalError`.

    Args:
        channels: finds channels.
        database: asks it.
        acting: changes it.
        archive: what others have published in chats, whose numbers the bot's messages are not given again.
    """

    def __init__(self, channels: Channels, database: Database, acting: Acting, archive: Archive) -> None:
        self._channels = channels
        self._database = database
        self._acting = acting
        self._archive = archive

    async def activate(self, user: User, channel_url: str, wish: RewardActivation) -> None:
        """Pay for a reward, see `price_of`.

        The owner of the channel, and nobody else, is told of the demand and of what is written with it. The chat hears
        from the platform's bot who has got which reward (vk.md 4.1.1).
        """
        channel = await self._channels.find(channel_url)
        contents = [] if wish.message is None else contents_of(wish.message.parts)
        await self._archive.settled()
        async with self._acting() as act:
            session = act.session
            reward = await store.reward(session, wish.id, channel_id=channel.id, hold=True)
            if reward is None:
                raise RefusalError(ApiError.NOT_FOUND, "The channel has no such reward")
            buyer = await held_person(act, user.id)
            membership = await session.get(MembershipRow, (user.id, channel.id))
            message = await resolved(session, contents)
            price = price_of(
                presentation.reward(reward),
                uses=await store.uses(session, reward.id, user_id=user.id),
                balance=await balance_of(session, user.id, channel),
                is_banned=membership is not None and membership.banned,
                has_message=bool(plain_text(message).strip()),
                now=act.now,
            )
            if price:
                await store.add_points(session, -price, channel_id=channel.id, user_id=user.id)
            row = DemandRow(
                channel_id=channel.id,
                reward_id=reward.id,
                user_id=user.id,
                status=DemandStatus.PENDING,
                price=price,
                message=msgspec.json.encode(message).decode(),
                created_at=act.now,
            )
            session.add(row)
            await session.flush()
            told, in_full = presentation.new_demand(row, buyer, reward)
            act.announce(facts(channel), RewardDemandCreated(demand=told), certain=RewardDemandCreated(demand=in_full))
            await tell_redemption(
                act, facts(channel), user_id=user.id, nick=buyer.nick, reward=reward.name, price=price
            )

    async def page(
        self, user: User, channel_url: str, *, reward_id: str | None = None, offset: int = 0, limit: int
    ) -> Page[DemandList]:
        """Some of a channel's demands, for its owner: settled or not, the newest first.

        Demands that are made while somebody reads page after page move the later ones, so that some come twice.

        Args:
            user: who asks.
            channel_url: in which channel.
            reward_id: for which reward alone, also one that is deleted; `None` or nothing for any.
            offset: how many of the newest are left out.
            limit: how many at most, from 1 to `vklive.server.platform.paging.MAX_LIMIT`.
        """
        channel = await self._channels.owned(user, channel_url)
        async with self._database.reading() as session:
            found = await store.demands(
                session, channel.id, reward_id=reward_id or None, offset=offset, limit=limit + 1
            )
        part, extra = cut(found, offset=offset, limit=limit)
        return Page(DemandList([presentation.demand(row, buyer) for row, buyer in part]), extra)

    async def settle(self, user: User, channel_url: str, ids: Collection[int], *, to: DemandStatus) -> None:
        """Accept or reject demands, for the owner: all of them or, when one cannot be, none.

        Who made a demand that is rejected gets back what was paid for it; for one that is accepted, nothing more
        happens to the points.

        Args:
            user: who asks.
            channel_url: in which channel.
            ids: of which demands; one that is named twice is settled once.
            to: approved or rejected.
        """
        channel = await self._channels.owned(user, channel_url)
        wanted = frozenset(ids)
        async with self._acting() as act:
            session = act.session
            found = await store.hold_demands(session, wanted, channel_id=channel.id)
            check_settling(wanted, {row.id: DemandStatus(row.status) for row in found}, to=to)
            if to is DemandStatus.REJECTED:
                await members.hold_users(session, {row.user_id for row in found})
            for row in found:
                row.status = to
                if to is DemandStatus.REJECTED and row.price:
                    await store.add_points(session, row.price, channel_id=channel.id, user_id=row.user_id)
