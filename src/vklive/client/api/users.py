"""The areas ``current_user`` and ``token``: who asks (vk.md 2.7)."""

from __future__ import annotations

from msgspec import structs

from vklive.client.api.caller import Caller
from vklive.client.api.method import Method
from vklive.devapi.channel_url import slug_of
from vklive.devapi.models import ChannelUrl, CurrentUser, Data, TokenInfo

CURRENT = Method("GET", "/v1/current_user")
TOKEN = Method("GET", "/v1/token")


class UserApi:
    """Whose token it is, and how long it is good for.

    Args:
        caller: makes the calls.
    """

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def current(self) -> CurrentUser:
        """The user of the access token, and their channels by slug. For users only."""
        found = await self._caller.ask(CURRENT, Data[CurrentUser])
        # The API writes a slug or a whole address, and no other method takes the latter.
        channel = None if found.channel is None else _by_slug(found.channel)
        return structs.replace(found, channel=channel, channels=[_by_slug(each) for each in found.channels])

    async def token(self) -> TokenInfo:
        """What the access token is. For tokens of users and applications, not for an application's id and secret."""
        return await self._caller.ask(TOKEN, Data[TokenInfo])


def _by_slug(channel: ChannelUrl) -> ChannelUrl:
    return ChannelUrl(url=slug_of(channel.url) or channel.url)
