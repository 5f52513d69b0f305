"""The area ``channel`` (vk.md 2.3)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from vklive.client.api.caller import Caller
from vklive.client.api.method import Method, Params
from vklive.client.channel_name import slug_meant
from vklive.devapi.models import (
    CategoryChange,
    ChannelInfo,
    Channels,
    ChannelsRequest,
    ChannelUrl,
    Data,
    StreamChange,
    StreamCredentials,
    StreamEditRequest,
)
from vklive.devapi.scopes import Scope
from vklive.errors import ConfigError

MAX_CHANNELS_A_CALL = 100
"""Channels in one call of ``POST /v1/channels``."""

GET = Method("GET", "/v1/channel")
GET_MANY = Method("POST", "/v1/channels")
CREDENTIALS = Method("GET", "/v1/channel/credentials", Scope.CHANNEL_CREDENTIALS)
EDIT_STREAM = Method("POST", "/v1/channel/stream/edit", Scope.CHANNEL_STREAM_SETTINGS)


class ChannelsApi:
    """Channels, and what their owners may do with them. A `channel_url` is the slug or the address of a channel.

    Args:
        caller: makes the calls.
    """

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def get(
        self,
        channel_url: str,
        *,
        with_source_urls: bool = False,
        ip: str | None = None,
        user_agent: str | None = None,
    ) -> ChannelInfo:
        """A channel, its owner and what it streams now. For users and applications.

        Args:
            channel_url: which one.
            with_source_urls: whether to tell where the video is, too.
            ip: of whoever is to watch it, which the addresses are made for.
            user_agent: the same of their program.

        Raises:
            ChannelNotFoundError: when there is no such channel.
            ChannelBannedError: the platform has closed it.
        """
        params: Params = {
            "channel_url": slug_meant(channel_url),
            "with_source_urls": with_source_urls or None,
            "ip": ip,
            "user_agent": user_agent,
        }
        return await self._caller.ask(GET, Data[ChannelInfo], params=params)

    async def get_many(self, channel_urls: Sequence[str]) -> list[ChannelInfo]:
        """Several channels; those that do not exist are left out. For users and applications.

        More than `MAX_CHANNELS_A_CALL` make several calls.
        """
        wanted = [ChannelUrl(url=slug_meant(each)) for each in channel_urls]
        found: list[ChannelInfo] = []
        for at in range(0, len(wanted), MAX_CHANNELS_A_CALL):
            body = ChannelsRequest(channels=wanted[at : at + MAX_CHANNELS_A_CALL])
            found += (await self._caller.ask(GET_MANY, Data[Channels], body=body)).channels
        return found

    async def credentials(self, channel_url: str, *, slot_url: str | None = None) -> StreamCredentials:
        """Where the channel's video is sent to, and with which key, which is a secret. For the owner.

        Args:
            channel_url: which channel.
            slot_url: which of its simultaneous streams.
        """
        params: Params = {"channel_url": slug_meant(channel_url), "slot_url": slot_url}
        return await self._caller.ask(CREDENTIALS, Data[StreamCredentials], params=params)

    async def edit_stream(
        self,
        channel_url: str,
        *,
        title: str | None = None,
        category_id: str | None = None,
        planned_at: datetime | None = None,
        slot_url: str | None = None,
    ) -> None:
        """Change the stream; what is `None` stays as it is. For the owner.

        Args:
            channel_url: of which channel.
            title: what it is to be called.
            category_id: what it is to be about, see `vklive.client.api.categories`.
            planned_at: when it is to begin, with a time zone; told in whole seconds.
            slot_url: which of the channel's simultaneous streams.

        Raises:
            ConfigError: nothing is to change, or `planned_at` has no time zone.
        """
        if planned_at is not None and planned_at.tzinfo is None:
            raise ConfigError("planned_at", "it has no time zone", hint="datetime(…, tzinfo=UTC)")
        change = StreamChange(
            title=title,
            planned_at=None if planned_at is None else int(planned_at.timestamp()),
            category=None if category_id is None else CategoryChange(id=category_id),
        )
        if change == StreamChange():
            raise ConfigError("edit_stream", "nothing is to change", hint="give title, category_id or planned_at")
        params: Params = {"channel_url": slug_meant(channel_url), "slot_url": slot_url}
        await self._caller.do(EDIT_STREAM, params=params, body=StreamEditRequest(stream=change))
