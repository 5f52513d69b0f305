"""What happens to a stream.

Source: the DevAPI's WebHooks, whose types one author wrote down in 2024. That the WebSocket tells of it under the
same name is an inference by analogy with follows and demands, where the two agree.
"""

from __future__ import annotations

from typing import ClassVar

from msgspec import Struct

from vklive.events.base import ChannelEventData
from vklive.events.certainty import Certainty, Delivery
from vklive.events.registry import register


class StreamCategory(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """What a stream is about; `type` is ``game``, ``irl`` or another word."""

    id: str = ""
    type: str = ""
    title: str = ""


class StartedStream(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A stream of the channel.

    Attributes:
        id: a UUID, the same as in ``GET /v1/channel``.
        started_at: unix seconds; 0 when not told.
        ended_at: unix seconds; 0 while it is on.
    """

    id: str
    title: str = ""
    category: StreamCategory = StreamCategory()
    video_id: str = ""
    started_at: int = 0
    ended_at: int = 0
    preview_url: str = ""


@register
class StreamStarted(ChannelEventData, frozen=True, kw_only=True):
    """The channel went live. Topic ``info``.

    Inferred: the shape is that of the WebHook of this name; nobody has shown it over the WebSocket.
    Source: vk.md 4.2.
    """

    event_type: ClassVar[str] = "channel_stream_start"
    topics: ClassVar[tuple[str, ...]] = ("info",)
    certainty: ClassVar[Certainty] = Certainty.INFERRED
    heard_in: ClassVar[tuple[Delivery, ...]] = (Delivery.WEBHOOK,)

    stream: StartedStream


@register
class StreamPaused(ChannelEventData, frozen=True, kw_only=True):
    """The stream has stopped for a while, and the channel is still live. Topic ``info``.

    Inferred: the shape is that of the WebHook of this name; nobody has shown it over the WebSocket.
    Source: vk.md 4.2.
    """

    event_type: ClassVar[str] = "channel_stream_pause"
    topics: ClassVar[tuple[str, ...]] = ("info",)
    certainty: ClassVar[Certainty] = Certainty.INFERRED
    heard_in: ClassVar[tuple[Delivery, ...]] = (Delivery.WEBHOOK,)

    stream: StartedStream


@register
class StreamResumed(ChannelEventData, frozen=True, kw_only=True):
    """A stream that was paused goes on. Topic ``info``.

    Inferred: the shape is that of the WebHook of this name; nobody has shown it over the WebSocket.
    Source: vk.md 4.2.
    """

    event_type: ClassVar[str] = "channel_stream_resume"
    topics: ClassVar[tuple[str, ...]] = ("info",)
    certainty: ClassVar[Certainty] = Certainty.INFERRED
    heard_in: ClassVar[tuple[Delivery, ...]] = (Delivery.WEBHOOK,)

    stream: StartedStream


@register
class StreamStopped(ChannelEventData, frozen=True, kw_only=True):
    """A stream has ended; `ended_at` of the stream says when. Topic ``info``.

    Inferred: the shape is that of the WebHook of this name; nobody has shown it over the WebSocket.
    Source: vk.md 4.2.
    """

    event_type: ClassVar[str] = "channel_stream_stop"
    topics: ClassVar[tuple[str, ...]] = ("info",)
    certainty: ClassVar[Certainty] = Certainty.INFERRED
    heard_in: ClassVar[tuple[Delivery, ...]] = (Delivery.WEBHOOK,)

    stream: StartedStream


@register
class StreamSettingsChanged(ChannelEventData, frozen=True, kw_only=True):
    """Title or category of a stream are others now. Topic ``info``.

    Inferred: the shape is that of the WebHook of this name; nobody has shown it over the WebSocket.
    Source: vk.md 4.2.
    """

    event_type: ClassVar[str] = "channel_stream_settings_change"
    topics: ClassVar[tuple[str, ...]] = ("info",)
    certainty: ClassVar[Certainty] = Certainty.INFERRED
    heard_in: ClassVar[tuple[Delivery, ...]] = (Delivery.WEBHOOK,)

    stream: StartedStream
