"""What a user may allow an application to do in their name (vk.md 1.9)."""

from __future__ import annotations

from enum import StrEnum


class Scope(StrEnum):
    """A permission. Methods that read what everybody may know, and the pub/sub, need none."""

    CHANNEL_CREDENTIALS = "channel:credentials"
    """Read where the channel's video is sent to, and with which key."""
    CHANNEL_STREAM_SETTINGS = "channel:stream:settings"
    """Change title, category and planned time of the stream."""
    CHANNEL_ROLES = "channel:roles"
    """See and give the channel's roles."""
    CHANNEL_POINTS = "channel:points"
    """See channel points and spend them on rewards."""
    CHANNEL_POINTS_REWARDS = "channel:points:rewards"
    """Create, change and delete the channel's rewards."""
    CHANNEL_POINTS_REWARDS_DEMANDS = "channel:points:rewards:demands"
    """See the demands for rewards, and accept and reject them."""
    CHAT_SETTINGS = "chat:settings"
    """Read and change the settings of the chat."""
    CHAT_MESSAGE_SEND = "chat:message:send"
    """Write in chats."""
