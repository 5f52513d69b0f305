"""Where an event is heard: the one table, from its type to topics.

Source: vk.md 3.3 and 4. For an event that nobody has shown over the WebSocket it is an inference, as its class says.
"""

from __future__ import annotations

from collections.abc import Mapping

from vklive.devapi.topics import Topic
from vklive.events import (
    ChatMessageDeleted,
    ChatMessageSent,
    EventData,
    FollowCreated,
    FollowDeleted,
    GiftSubscriptionGiven,
    GiftSubscriptionsBought,
    RaidIncome,
    RaidStarted,
    RewardDemandCreated,
    StreamPaused,
    StreamRecordCreated,
    StreamResumed,
    StreamSettingsChanged,
    StreamStarted,
    StreamStopped,
    SubscriptionChanged,
    SubscriptionCreated,
    SubscriptionDeleted,
    SubscriptionRenewed,
)
from vklive.server.names import WsChannel, build

TOPICS: Mapping[str, Topic] = {
    ChatMessageSent.event_type: Topic.CHAT,
    ChatMessageDeleted.event_type: Topic.CHAT,
    FollowCreated.event_type: Topic.INFO,
    RaidIncome.event_type: Topic.INFO,
    FollowDeleted.event_type: Topic.INFO,
    GiftSubscriptionGiven.event_type: Topic.INFO,
    GiftSubscriptionsBought.event_type: Topic.INFO,
    RaidStarted.event_type: Topic.INFO,
    StreamPaused.event_type: Topic.INFO,
    StreamRecordCreated.event_type: Topic.INFO,
    StreamResumed.event_type: Topic.INFO,
    StreamSettingsChanged.event_type: Topic.INFO,
    StreamStarted.event_type: Topic.INFO,
    StreamStopped.event_type: Topic.INFO,
    SubscriptionChanged.event_type: Topic.INFO,
    SubscriptionCreated.event_type: Topic.INFO,
    SubscriptionDeleted.event_type: Topic.INFO,
    SubscriptionRenewed.event_type: Topic.INFO,
    # Who wants what, and what they write with it, is for the owner.
    RewardDemandCreated.event_type: Topic.PRIVATE_CHANNEL_POINTS,
}
"""The topic of each type."""

OWN = {
    Topic.CHAT: Topic.PRIVATE_CHAT,
    Topic.LIMITED_CHAT: Topic.LIMITED_PRIVATE_CHAT,
    Topic.INFO: Topic.PRIVATE_INFO,
    Topic.CHANNEL_POINTS: Topic.PRIVATE_CHANNEL_POINTS,
}


def ws_channel_of(
    event: EventData, *, channel_id: int, owner_id: int, user_id: int | None = None, limited: bool = False
) -> str:
    """The name of the ws channel where an event is heard.

    Args:
        event: what has happened.
        channel_id: in which channel.
        owner_id: whose it is; what is only for the owner is heard in the owner's ws channel.
        user_id: who alone is to hear it; `None` for all whom it concerns.
        limited: it is of a limited stream.

    Raises:
        KeyError: `TOPICS` does not have its type.
    """
    topic = TOPICS[event.event_type]
    if limited and topic is Topic.CHAT:
        topic = Topic.LIMITED_CHAT
    if user_id is not None:
        topic = OWN.get(topic, topic)
    of = (user_id or owner_id) if topic.is_private else None
    return build(WsChannel(topic, channel_id, of))
