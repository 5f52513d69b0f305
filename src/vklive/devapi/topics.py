"""The ws channels of a channel, by topic.

A *topic* says which ws channel of a streamer's channel is meant; the *name* of the ws channel is opaque to a
consumer and comes from the API (``web_socket_channels``), never from a pattern.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

from msgspec import Struct


class Topic(StrEnum):
    """The keys of ``web_socket_channels``."""

    CHAT = "chat"
    """Chat messages and deletions, for everybody."""
    PRIVATE_CHAT = "private_chat"
    """Messages that only the user who asks may see."""
    INFO = "info"
    """What happens to the channel: follows, raids, the stream."""
    PRIVATE_INFO = "private_info"
    """The same, only for the user who asks."""
    CHANNEL_POINTS = "channel_points"
    """Rewards and their demands, for everybody."""
    PRIVATE_CHANNEL_POINTS = "private_channel_points"
    """The same, only for the user who asks."""
    LIMITED_CHAT = "limited_chat"
    """Chat of a stream that not everybody may hear; needs a subscription token."""
    LIMITED_PRIVATE_CHAT = "limited_private_chat"
    """Private messages of such a stream; needs a subscription token."""

    @property
    def is_limited(self) -> bool:
        """Whether a subscription token is always needed."""
        return self.value.startswith("limited_")

    @property
    def is_private(self) -> bool:
        """Whether the ws channel belongs to the user who asks."""
        return "private_" in self.value


class WebSocketChannels(Struct, omit_defaults=True, kw_only=True):
    """Names of ws channels by topic. Any may be empty (no such ws channel), and two may be equal."""

    chat: str = ""
    private_chat: str = ""
    info: str = ""
    private_info: str = ""
    channel_points: str = ""
    private_channel_points: str = ""
    limited_chat: str = ""
    limited_private_chat: str = ""

    def items(self) -> Iterator[tuple[Topic, str]]:
        """The topics that have a ws channel, with its name."""
        for topic in Topic:
            name = getattr(self, topic.value)
            if name:
                yield topic, name
