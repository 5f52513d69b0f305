"""The names of VK's ws channels: built here, and read back strictly.

Source: vk.md 3.3. ``api-channel-chat:42`` is the chat of channel 42, ``api-channel-chat:42#7`` what only user 7 may
hear of it. Whatever is not exactly a name that `build` gives is no name: nothing may be said or granted about it.
"""

from __future__ import annotations

import re

from msgspec import Struct

from vklive.devapi.topics import Topic

MAX_ID = 2**63 - 1
"""The largest id of a channel or a user: what a database calls BIGINT."""

PREFIXES = {
    Topic.CHAT: "api-channel-chat",
    Topic.INFO: "api-channel-info",
    Topic.CHANNEL_POINTS: "api-channel-points",
    Topic.LIMITED_CHAT: "api-channel-limited-chat",
}
"""The topics that belong to a channel as a whole, and what their names begin with."""

_OWN = {
    Topic.CHAT: Topic.PRIVATE_CHAT,
    Topic.INFO: Topic.PRIVATE_INFO,
    Topic.CHANNEL_POINTS: Topic.PRIVATE_CHANNEL_POINTS,
    Topic.LIMITED_CHAT: Topic.LIMITED_PRIVATE_CHAT,
}
_SHARED = {own: shared for shared, own in _OWN.items()}
_TOPICS = {prefix: topic for topic, prefix in PREFIXES.items()}
_NAME = re.compile(r"([a-z-]+):([1-9][0-9]{0,18})(?:#([1-9][0-9]{0,18}))?", re.ASCII)


class WsChannel(Struct, frozen=True):
    """Which ws channel is meant.

    Attributes:
        topic: what is said in it.
        channel_id: the channel that it belongs to.
        user_id: the user that it belongs to; `None` exactly when the topic is not private.
    """

    topic: Topic
    channel_id: int
    user_id: int | None = None


def build(ws_channel: WsChannel) -> str:
    """The name of a ws channel.

    Raises:
        ValueError: an id is not from 1 to `MAX_ID`, or the user is missing or too much.
    """
    own = ws_channel.user_id is not None
    if own != ws_channel.topic.is_private:
        raise ValueError(f"{ws_channel.topic} is " + ("not of one user" if own else "of one user, and none is named"))
    for number in (ws_channel.channel_id, ws_channel.user_id):
        if number is not None and not 1 <= number <= MAX_ID:
            raise ValueError(f"{number} is no id")
    name = f"{PREFIXES[_SHARED.get(ws_channel.topic, ws_channel.topic)]}:{ws_channel.channel_id}"
    return f"{name}#{ws_channel.user_id}" if own else name


def parse(name: str) -> WsChannel | None:
    """The ws channel of a name; `None` when `build` gives no such name."""
    found = _NAME.fullmatch(name)
    if found is None or found[1] not in _TOPICS:
        return None
    topic = _TOPICS[found[1]]
    channel_id, user_id = int(found[2]), None if found[3] is None else int(found[3])
    if max(channel_id, user_id or 0) > MAX_ID:
        return None
    return WsChannel(topic if user_id is None else _OWN[topic], channel_id, user_id)
