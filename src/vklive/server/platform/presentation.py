"""What the DevAPI says about a channel, from what the directory knows about it (vk.md 2.4)."""

from __future__ import annotations

from msgspec import UNSET

from vklive.devapi.models import (
    Category,
    Channel,
    ChannelCounters,
    ChannelInfo,
    Owner,
    Stream,
    StreamCounters,
    StreamInfo,
    StreamSlot,
)
from vklive.server.access import web_socket_channels
from vklive.server.directory import CategoryRecord, ChannelRecord, StreamRecord, Viewer
from vklive.server.platform.times import unix
from vklive.server.source_urls import Player, SourceUrls

STATUS_ON = "started"
"""The status of a stream that is on."""

STATUS_ENDED = "ended"
"""The status of one that has ended. Inferred: nobody has shown the status of such a stream."""


class StreamPresentation:
    """How streams are told of.

    Args:
        sources: where their video is.
        player: for whom; `None` when nobody has asked where, and then it is not told.
    """

    def __init__(self, sources: SourceUrls, player: Player | None = None) -> None:
        self._sources = sources
        self._player = player

    def stream(self, record: StreamRecord, *, channel_url: str) -> Stream:
        """One stream."""
        urls = (
            UNSET if self._player is None else self._sources.of(record.id, channel_url=channel_url, player=self._player)
        )
        return Stream(
            id=record.id,
            title=record.title,
            status=STATUS_ON if record.ended_at is None else STATUS_ENDED,
            category=category(record.category),
            counters=StreamCounters(viewers=record.viewers, views=record.views),
            started_at=unix(record.started_at),
            ended_at=unix(record.ended_at),
            preview_url=record.preview_url,
            video_id=record.video_id,
            slot=StreamSlot(id=record.slot_id, url=record.slot_url),
            source_urls=urls,
        )

    def channel(self, channel: ChannelRecord, viewer: Viewer, *, first: StreamRecord | None = None) -> ChannelInfo:
        """A channel with its owner and its streams, as `viewer` sees it.

        `streams` are those that are on; `stream` is `first`, or the first of them, and `null` when none is.
        """
        streams = [self.stream(record, channel_url=channel.url) for record in channel.streams]
        chosen = None if first is None else self.stream(first, channel_url=channel.url)
        return ChannelInfo(
            channel=channel_only(channel, viewer),
            owner=owner(channel),
            stream=chosen or (streams[0] if streams else None),
            streams=streams,
        )

    def one_stream(self, channel: ChannelRecord, viewer: Viewer, record: StreamRecord) -> StreamInfo:
        """A stream of a channel, with the channel and its owner, as `viewer` sees it."""
        return StreamInfo(
            channel=channel_only(channel, viewer),
            owner=owner(channel),
            stream=self.stream(record, channel_url=channel.url),
        )


def channel_only(channel: ChannelRecord, viewer: Viewer) -> Channel:
    """The channel as `viewer` sees it: the names of private ws channels are those of the viewer."""
    return Channel(
        id=channel.id,
        url=channel.url,
        nick=channel.nick,
        nick_color=channel.owner.nick_color,
        avatar_url=channel.owner.avatar_url,
        cover_url=channel.cover_url,
        description=channel.description,
        status=channel.status,
        counters=ChannelCounters(subscribers=channel.followers),
        web_socket_channels=web_socket_channels(channel, viewer),
    )


def owner(channel: ChannelRecord) -> Owner:
    """Whose channel it is."""
    user = channel.owner
    return Owner(
        id=user.id,
        nick=user.nick,
        nick_color=user.nick_color,
        avatar_url=user.avatar_url,
        is_verified_streamer=user.is_verified_streamer,
    )


def category(record: CategoryRecord) -> Category:
    """What a stream is about."""
    return Category(id=record.id, title=record.title, type=record.type, cover_url=record.cover_url)
