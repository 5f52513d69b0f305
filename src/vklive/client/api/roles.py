"""The area ``channel_roles`` (vk.md 2.11)."""

from __future__ import annotations

from collections.abc import Iterable

from vklive.client.api.caller import Caller
from vklive.client.api.method import Method, Params
from vklive.client.channel_name import slug_meant
from vklive.devapi.models import ChannelRole, ChannelRoles, ChannelRolesRequest, Data, RoleId
from vklive.devapi.scopes import Scope

ALL = Method("GET", "/v1/channel_roles", Scope.CHANNEL_ROLES)
OF = Method("GET", "/v1/channel_roles/user", Scope.CHANNEL_ROLES)
SET = Method("POST", "/v1/channel_roles/user/set", Scope.CHANNEL_ROLES)


class RolesApi:
    """The roles that a channel has made up and gives its viewers. A `channel_url` is a slug or an address.

    Args:
        caller: makes the calls.
    """

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def all(self, channel_url: str) -> list[ChannelRole]:
        """The roles that there are."""
        return (await self._caller.ask(ALL, Data[ChannelRoles], params={"channel_url": slug_meant(channel_url)})).roles

    async def of(self, channel_url: str, *, user_id: int) -> list[ChannelRole]:
        """The roles that a user has."""
        params: Params = {"channel_url": slug_meant(channel_url), "user_id": user_id}
        return (await self._caller.ask(OF, Data[ChannelRoles], params=params)).roles

    async def set(self, channel_url: str, *, user_id: int, roles: Iterable[ChannelRole | str]) -> None:
        """Give a user these roles and no others.

        Args:
            channel_url: in which channel.
            user_id: whom.
            roles: all that the user is to have, or their ids; none takes all away.
        """
        params: Params = {"channel_url": slug_meant(channel_url), "user_id": user_id}
        ids = [RoleId(id=each if isinstance(each, str) else each.id) for each in roles]
        await self._caller.do(SET, params=params, body=ChannelRolesRequest(roles=ids))
