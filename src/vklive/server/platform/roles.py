"""The roles that a channel gives its viewers (vk.md 2.11).

No page says who may see and give them. Here it is the owner.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from vklive.devapi.errors import ApiError
from vklive.devapi.models import ChannelRole, ChannelRoles
from vklive.server.directory import User
from vklive.server.platform.acting import Acting
from vklive.server.platform.channels import Channels
from vklive.server.refusal import RefusalError
from vklive.server.store import roles
from vklive.server.store.channels import hold_channel
from vklive.server.store.database import Database
from vklive.server.store.tables import ChannelRoleRow

MAX_ROLES = 100
"""Roles that one call of ``POST /v1/channel_roles/user/set`` may name. No page gives a number."""


class Roles:
    """Sees and gives roles, for the owner of a channel. What is not done is raised as a `RefusalError`.

    Args:
        database: knows them.
        channels: finds channels.
        acting: how they are given.
    """

    def __init__(self, database: Database, channels: Channels, acting: Acting) -> None:
        self._database = database
        self._channels = channels
        self._acting = acting

    async def of_channel(self, owner: User, channel_url: str) -> ChannelRoles:
        """All roles of a channel, by id."""
        channel = await self._channels.owned(owner, channel_url)
        async with self._database.reading() as session:
            return _shown(await roles.roles_of_channel(session, channel.id))

    async def of_user(self, owner: User, channel_url: str, user_id: int) -> ChannelRoles:
        """The roles of a channel that a user has, by id; none for whom nobody knows."""
        channel = await self._channels.owned(owner, channel_url)
        async with self._database.reading() as session:
            return _shown(await roles.roles_of_user(session, channel.id, user_id))

    async def give(self, owner: User, channel_url: str, user_id: int, role_ids: Sequence[str]) -> None:
        """Let a user have these roles of a channel, and no others of it. One that is named twice is given once."""
        wanted = list(dict.fromkeys(role_ids))
        if len(wanted) > MAX_ROLES:
            raise RefusalError(ApiError.INVALID_PARAM, f"roles: {len(wanted)} of them, at most {MAX_ROLES}")
        channel = await self._channels.owned(owner, channel_url)
        async with self._acting() as act:
            # Held, so that two who replace the same list do so one after the other.
            await hold_channel(act.session, channel.id)
            known = {row.id for row in await roles.roles_of_channel(act.session, channel.id)}
            if not known.issuperset(wanted):
                raise RefusalError(ApiError.NOT_FOUND, "roles: the channel has no such role")
            if not await roles.is_user(act.session, user_id):
                raise RefusalError(ApiError.NOT_FOUND, f"There is no user {user_id}")
            await roles.give(act.session, channel.id, user_id, wanted)


def _shown(found: Iterable[ChannelRoleRow]) -> ChannelRoles:
    return ChannelRoles(
        [
            ChannelRole(
                id=row.id,
                name=row.name,
                small_url=row.small_url,
                medium_url=row.medium_url,
                large_url=row.large_url,
            )
            for row in found
        ]
    )
