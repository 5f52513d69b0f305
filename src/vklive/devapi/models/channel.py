"""Channels, their owners and their streams (vk.md 2.3 to 2.5, [O] by example)."""

from __future__ import annotations

from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from vklive.devapi.models.base import TEXT, Model
from vklive.devapi.topics import WebSocketChannels


class ChannelCounters(Model):
    """Numbers about a channel."""

    subscribers: int = 0


class Channel(Model):
    """A streamer's channel. `url` is its slug, the last part of its address."""

    id: int
    url: str
    nick: str = ""
    nick_color: int = 0
    avatar_url: str = ""
    cover_url: str = ""
    description: str = ""
    status: str = ""
    counters: ChannelCounters | None = None
    web_socket_channels: WebSocketChannels | None = None


class ExternalProfileLink(Model):
    """Where else a streamer is to be found."""

    id: str = ""
    type: str = ""


class Owner(Model):
    """The user whom a channel belongs to."""

    id: int
    nick: str = ""
    nick_color: int = 0
    avatar_url: str = ""
    is_verified_streamer: bool = False
    external_profile_links: list[ExternalProfileLink] = []


class Category(Model):
    """What a stream is about."""

    id: str = ""
    title: str = ""
    type: str = ""
    cover_url: str = ""


class StreamCounters(Model):
    """Numbers about a stream."""

    viewers: int = 0
    views: int = 0


class StreamSlot(Model):
    """Which of a channel's simultaneous streams it is."""

    id: int = 0
    url: str = ""


class Reaction(Model):
    """How often viewers have reacted in one way; `type` is ``heart`` or another word."""

    type: str = ""
    count: int = 0


class SourceUrl(Model):
    """Where the video is; told only to those who ask with ``with_source_urls``."""

    type: str = ""
    url: str = ""


class VkVideo(Model):
    """The same stream at VK Video."""

    owner_id: str = ""
    video_id: str = ""


class Stream(Model):
    """One stream of a channel; `ended_at` is 0 while it is on."""

    id: str
    title: str = ""
    status: str = ""
    category: Category | None = None
    counters: StreamCounters | None = None
    started_at: int = 0
    ended_at: int = 0
    preview_url: str = ""
    video_id: str = ""
    slot: StreamSlot | None = None
    reactions: list[Reaction] = []
    source_urls: list[SourceUrl] | UnsetType = UNSET
    vk_video: VkVideo | None = None


class ChannelInfo(Model):
    """Answer of ``GET /v1/channel``, and one entry of ``POST /v1/channels``."""

    channel: Channel
    owner: Owner | None = None
    stream: Stream | None = None
    streams: list[Stream] = []


class StreamInfo(Model):
    """Answer of ``GET /v1/stream``."""

    channel: Channel
    owner: Owner | None = None
    stream: Stream | None = None


class ChannelUrl(Model):
    """Which channel is asked about."""

    url: str


class ChannelsRequest(Model):
    """Body of ``POST /v1/channels``."""

    channels: list[ChannelUrl]


class Channels(Model):
    """Answer of ``POST /v1/channels``: those that exist, in the order in which they were asked for."""

    channels: list[ChannelInfo] = []


class StreamCredentials(Model):
    """Answer of ``GET /v1/channel/credentials``: where a streamer's program sends the video, and with which key."""

    url: str
    token: str

    def __repr__(self) -> str:
        return f"StreamCredentials(url={self.url!r}, token=<secret>)"


class CategoryChange(Model, omit_defaults=True):
    """Which category a stream is to have; consumers send `id` alone."""

    id: str
    title: str = ""
    type: str = ""
    cover_url: str = ""


MAX_TITLE = 140
"""Characters of a title. No page gives a number; this is a line that a viewer can read at a glance."""

MAX_PLANNED_AT = 253_402_300_799
"""The last second of the year 9999."""


class StreamChange(Model, omit_defaults=True):
    """What is to change; what is `None` stays as it is. `planned_at` is in unix seconds, and 0 is no time."""

    title: Annotated[str, Meta(max_length=MAX_TITLE, pattern=TEXT)] | None = None
    planned_at: Annotated[int, Meta(ge=0, le=MAX_PLANNED_AT)] | None = None
    category: CategoryChange | None = None


class StreamEditRequest(Model, omit_defaults=True):
    """Body of ``POST /v1/channel/stream/edit``."""

    stream: StreamChange
