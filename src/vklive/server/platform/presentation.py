"""What the DevAPI says about a channel, from what the directory knows about it (vk.md 2.4)."""

from __future__ import annotations

from vklive.devapi.models import (
    Category,
    Channel,
    ChannelCounters,
    ChannelInfo,
    Owner,
    Stream,
    StreamCounters,
    StreamSlot,
)
from vklive.server.access import web_socket_channels
from vklive.server.directory import ChannelRecord, StreamRecord, Viewer

STREAM_STATUS = "started"
"""The status of a stream that is on; no other stream is shown."""


def channel_info(channel: ChannelRecord, viewer: Viewer) -> ChannelInfo:
    """The channel as `viewer` sees it: the names of private ws channels are those of the viewer.

    `stream` is the first of `streams`, which are those that are on, and `null` when none is.
    """
    owner = channel.owner
    streams = [_stream(record) for record in channel.streams]
    return ChannelInfo(
        channel=Channel(
            id=channel.id,
            url=channel.url,
            nick=channel.nick,
            nick_color=owner.nick_color,
            avatar_url=owner.avatar_url,
            cover_url=channel.cover_url,
            description=channel.description,
            status=channel.status,
            counters=ChannelCounters(subscribers=channel.followers),
            web_socket_channels=web_socket_channels(channel, viewer),
        ),
        owner=Owner(
            id=owner.id,
            nick=owner.nick,
            nick_color=owner.nick_color,
            avatar_url=owner.avatar_url,
            is_verified_streamer=owner.is_verified_streamer,
        ),
        stream=streams[0] if streams else None,
        streams=streams,
    )


def _stream(record: StreamRecord) -> Stream:
    category = record.category
    return Stream(
        id=record.id,
        title=record.title,
        status=STREAM_STATUS,
        category=Category(id=category.id, title=category.title, type=category.type, cover_url=category.cover_url),
        counters=StreamCounters(viewers=record.viewers, views=record.views),
        started_at=int(record.started_at.timestamp()),
        ended_at=0,
        preview_url=record.preview_url,
        video_id=record.video_id,
        slot=StreamSlot(id=record.slot_id, url=record.slot_url),
    )
