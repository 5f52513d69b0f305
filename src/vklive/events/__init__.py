"""What is said: the events, typed, one area a module, and the one function that reads them.

What vklive cannot read is an `UnknownEvent` that keeps its JSON; what happens to the connection is in
`vklive.events.lifecycle`.
"""

from vklive.events.base import ChannelEventData, Event, EventChannel, EventData, EventOwner, Position
from vklive.events.certainty import Certainty, Delivery
from vklive.events.chat import (
    Author,
    Badge,
    ChatMessage,
    ChatMessageDeleted,
    ChatMessageSent,
    DeletedChatMessage,
    Role,
)
from vklive.events.follows import Follow, FollowCreated, FollowDeleted
from vklive.events.gifts import GiftSubscription, GiftSubscriptionGiven, GiftSubscriptionsBought
from vklive.events.lifecycle import (
    Connected,
    Dropped,
    Gap,
    Joined,
    Left,
    Listening,
    NoAccess,
    Reconnecting,
    Refilled,
    ServerMessage,
    TokenRefreshed,
    Unsubscribed,
)
from vklive.events.markup import html_of
from vklive.events.palette import NICK_COLORS, nick_color
from vklive.events.parts import Content, Link, Mention, Part, Smile, Text, UnknownPart, plain_text
from vklive.events.points import DemandedReward, RewardDemand, RewardDemandCreated
from vklive.events.raids import Raid, RaidChannel, RaidIncome, RaidSource, RaidStarted
from vklive.events.records import RecordSource, StreamRecord, StreamRecordCreated
from vklive.events.registry import decode_payload, register, registered
from vklive.events.streams import (
    StartedStream,
    StreamCategory,
    StreamPaused,
    StreamResumed,
    StreamSettingsChanged,
    StreamStarted,
    StreamStopped,
)
from vklive.events.subscriptions import (
    Subscription,
    SubscriptionChanged,
    SubscriptionCreated,
    SubscriptionDeleted,
    SubscriptionLevel,
    SubscriptionRenewed,
)
from vklive.events.unknown import UnknownEvent
from vklive.events.users import User

__all__ = [
    "NICK_COLORS",
    "Author",
    "Badge",
    "Certainty",
    "ChannelEventData",
    "ChatMessage",
    "ChatMessageDeleted",
    "ChatMessageSent",
    "Connected",
    "Content",
    "DeletedChatMessage",
    "Delivery",
    "DemandedReward",
    "Dropped",
    "Event",
    "EventChannel",
    "EventData",
    "EventOwner",
    "Follow",
    "FollowCreated",
    "FollowDeleted",
    "Gap",
    "GiftSubscription",
    "GiftSubscriptionGiven",
    "GiftSubscriptionsBought",
    "Joined",
    "Left",
    "Link",
    "Listening",
    "Mention",
    "NoAccess",
    "Part",
    "Position",
    "Raid",
    "RaidChannel",
    "RaidIncome",
    "RaidSource",
    "RaidStarted",
    "Reconnecting",
    "RecordSource",
    "Refilled",
    "RewardDemand",
    "RewardDemandCreated",
    "Role",
    "ServerMessage",
    "Smile",
    "StartedStream",
    "StreamCategory",
    "StreamPaused",
    "StreamRecord",
    "StreamRecordCreated",
    "StreamResumed",
    "StreamSettingsChanged",
    "StreamStarted",
    "StreamStopped",
    "Subscription",
    "SubscriptionChanged",
    "SubscriptionCreated",
    "SubscriptionDeleted",
    "SubscriptionLevel",
    "SubscriptionRenewed",
    "Text",
    "TokenRefreshed",
    "UnknownEvent",
    "UnknownPart",
    "Unsubscribed",
    "User",
    "decode_payload",
    "html_of",
    "nick_color",
    "plain_text",
    "register",
    "registered",
]
