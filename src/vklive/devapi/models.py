"""The models of the DevAPI that both halves speak: what a method answers, wrapped in ``data``.

Source: the DevAPI's pages "method/websocket", "method/channel" and "errors". Reading is liberal: all that the
documentation does not call required has a default, `null` counts as absent, unknown fields are ignored.
Times are unix seconds, as on the wire; ids of channels and users are integers, of streams strings.
"""

from __future__ import annotations

from typing import Generic, TypeVar

from msgspec import Raw, Struct

from vklive.devapi.topics import WebSocketChannels

T = TypeVar("T")


class Model(Struct, kw_only=True, omit_defaults=False):
    """The base of all models."""


class Data(Model, Generic[T]):
    """Every successful answer: the payload under ``data``."""

    data: T


class ErrorBody(Model):
    """Every failed answer (``v1HttpError``)."""

    error: str
    error_description: str = ""


class WebSocketToken(Model):
    """Answer of ``GET /v1/websocket/token``."""

    token: str

    def __repr__(self) -> str:
        return "WebSocketToken(token=<secret>)"


class ChannelToken(Model):
    """A subscription token and the ws channel that it opens."""

    channel: str
    token: str

    def __repr__(self) -> str:
        return f"ChannelToken(channel={self.channel!r}, token=<secret>)"


class SubscriptionTokens(Model):
    """Answer of ``GET /v1/websocket/subscription_token``: what is missing is not to be had by this user."""

    channel_tokens: list[ChannelToken] = []


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


class ChannelInfo(Model):
    """Answer of ``GET /v1/channel``, and one entry of ``POST /v1/channels``."""

    channel: Channel
    owner: Owner | None = None
    stream: Stream | None = None
    streams: list[Stream] = []


class ChannelUrl(Model):
    """Which channel is asked about."""

    url: str


class ChannelsRequest(Model):
    """Body of ``POST /v1/channels``."""

    channels: list[ChannelUrl]


class Channels(Model):
    """Answer of ``POST /v1/channels``: those that exist, in the order in which they were asked for."""

    channels: list[ChannelInfo] = []


class ChatMessages(Model):
    """Answer of ``GET /v1/chat/messages``: the newest ones, each as events tell it (`vklive.events.ChatMessage`)."""

    chat_messages: list[Raw] = []
