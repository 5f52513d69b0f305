"""A stream, and what its streamer says about it (vk.md 2.3, 2.5)."""

from __future__ import annotations

from urllib.parse import quote

from vklive.devapi.errors import ApiError
from vklive.devapi.models import StreamChange, StreamCredentials, StreamInfo
from vklive.events import StreamSettingsChanged
from vklive.server.directory import User, Viewer
from vklive.server.platform import stream_settings
from vklive.server.platform.acting import Acting
from vklive.server.platform.channels import Channels
from vklive.server.platform.places import facts
from vklive.server.platform.presentation import StreamPresentation
from vklive.server.refusal import RefusalError
from vklive.server.source_urls import Player, SourceUrls
from vklive.server.store import catalog, channels, rows
from vklive.server.store.database import Database
from vklive.server.store.hashing import new_token


class Streams:
    """Tells of streams and lets their owners change them. What is not done is raised as a `RefusalError`.

    Args:
        database: knows them.
        finder: finds channels.
        acting: how they are changed.
        sources: where their video is.
        rtmp_url: where streamers' programs send it to.
    """

    def __init__(
        self, database: Database, finder: Channels, acting: Acting, *, sources: SourceUrls, rtmp_url: str
    ) -> None:
        self._database = database
        self._channels = finder
        self._acting = acting
        self._sources = sources
        self._rtmp_url = rtmp_url

    async def one(self, viewer: Viewer, stream_id: str, *, player: Player | None = None) -> StreamInfo:
        """A stream of a channel that is not banned, whether it is on or has ended.

        Args:
            viewer: who asks.
            stream_id: which.
            player: for whom the addresses of the video are; `None` when they are not asked for.
        """
        async with self._database.reading() as session:
            found = await channels.stream(session, stream_id)
        if found is None:
            raise RefusalError(ApiError.NOT_FOUND, "There is no such stream")
        channel = await self._channels.of_id(found.channel_id)
        return StreamPresentation(self._sources, player).one_stream(channel, viewer, rows.stream(found))

    async def credentials(self, owner: User, channel_url: str, *, slot_url: str = "") -> StreamCredentials:
        """Where the owner's program sends the video of a channel, and with which key.

        The key is made when it is first asked for, and stays. It is stored as it is, since it has to be shown again.

        Args:
            owner: who asks.
            channel_url: of which channel.
            slot_url: of which slot, in which the channel has had a stream before; empty for the first. By what the key
                ends with, one tells which it is.
        """
        channel = await self._channels.owned(owner, channel_url)
        async with self._acting() as act:
            row = await channels.hold_channel(act.session, channel.id)
            if row is None:
                raise RefusalError(ApiError.CHANNEL_NOT_FOUND, "There is no such channel")
            if slot_url and not await channels.has_slot(act.session, channel.id, slot_url=slot_url):
                raise RefusalError(ApiError.NOT_FOUND, "The channel has no such slot")
            row.stream_key = row.stream_key or new_token()
            key = row.stream_key
        return StreamCredentials(
            url=self._rtmp_url, token=f"{key}?slot={quote(slot_url, safe='')}" if slot_url else key
        )

    async def edit(self, owner: User, channel_url: str, change: StreamChange, *, slot_url: str = "") -> None:
        """Change title and category of the stream that is on, or, when none is, of the next one.

        When the stream that is on is another one then, `StreamSettingsChanged` is announced. `planned_at` is always of
        the next one.

        Args:
            owner: who asks.
            channel_url: of which channel.
            change: what is to change. Of the category, only its id counts: the rest is known here.
            slot_url: the slot of a stream that is on; empty for the first one that is, or for the next one.
        """
        stream_settings.check(change)
        channel = await self._channels.owned(owner, channel_url)
        async with self._acting() as act:
            row = await channels.hold_channel(act.session, channel.id)
            if row is None:
                raise RefusalError(ApiError.CHANNEL_NOT_FOUND, "There is no such channel")
            category = None
            if change.category is not None:
                category = await catalog.category(act.session, change.category.id)
                if category is None:
                    raise RefusalError(ApiError.INVALID_PARAM, "stream.category.id: there is no such category")
            stream = await channels.hold_stream_on(act.session, channel.id, slot_url=slot_url)
            if stream is None and slot_url:
                raise RefusalError(ApiError.NOT_FOUND, "No stream is on in this slot")
            stream_settings.plan(row, change, category, with_title=stream is None)
            if stream is not None and stream_settings.apply(stream, change, category):
                act.announce(
                    facts(row),
                    StreamSettingsChanged(stream=stream_settings.told(stream)),
                    limited=stream.limited,
                )
