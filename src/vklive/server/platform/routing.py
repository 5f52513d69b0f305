"""Where our server publishes an event: the one table, from its type to topics.

It is made from what the classes say, so that an event is added by one class. Source: vk.md 3.3 and 4. For an event that
nobody has shown over the WebSocket it is an inference, as its class says.
"""

from __future__ import annotations

from collections.abc import Mapping

from vklive.devapi.topics import Topic
from vklive.events import EventData, registered
from vklive.server.names import WsChannel, build

TOPICS: Mapping[str, Topic] = {
    event_type: Topic(cls.topics[0]) for event_type, cls in registered().items() if cls.topics
}
"""The topic of each type: the usual one, which its class names first."""

OWN = {
    Topic.CHAT: Topic.PRIVATE_CHAT,
    Topic.LIMITED_CHAT: Topic.LIMITED_PRIVATE_CHAT,
    Topic.INFO: Topic.PRIVATE_INFO,
    Topic.CHANNEL_POINTS: Topic.PRIVATE_CHANNEL_POINTS,
}


LIMITED = {
    Topic.CHAT: Topic.LIMITED_CHAT,
    Topic.PRIVATE_CHAT: Topic.LIMITED_PRIVATE_CHAT,
}
"""Where something of a limited stream is heard instead. What is not here is told to all, also of a limited stream."""


def ws_channel_of(
    event: EventData,
    *,
    channel_id: int,
    owner_id: int,
    user_id: int | None = None,
    limited: bool = False,
    topic: Topic | None = None,
) -> str:
    """The name of the ws channel where an event is heard.

    Args:
        event: what has happened.
        channel_id: in which channel.
        owner_id: whose it is; what is only for the owner is heard in the owner's ws channel.
        user_id: who alone is to hear it; `None` for all whom it concerns.
        limited: it is of a limited stream.
        topic: instead of that of its type in `TOPICS`.

    Raises:
        KeyError: `TOPICS` does not have its type, and no topic is given.
    """
    topic = topic or TOPICS[event.event_type]
    if limited:
        topic = LIMITED.get(topic, topic)
    if user_id is not None:
        topic = OWN.get(topic, topic)
    of = (user_id or owner_id) if topic.is_private else None
    return build(WsChannel(topic, channel_id, of))
