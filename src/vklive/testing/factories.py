"""Events as the platform would send them, from the few words that a test cares about.

What a factory gives is the class that a program is given for it. `vklive.testing.fake_server.FakeServer.publish` sends
it over the wire, so that a program under test reads it from JSON as it does in the world.
"""

from __future__ import annotations

from itertools import count

from vklive.devapi.topics import Topic
from vklive.events import (
    Author,
    ChatMessage,
    ChatMessageDeleted,
    ChatMessageSent,
    DeletedChatMessage,
    DemandedReward,
    EventData,
    Follow,
    FollowCreated,
    FollowDeleted,
    GiftSubscription,
    GiftSubscriptionGiven,
    GiftSubscriptionsBought,
    Part,
    Raid,
    RaidChannel,
    RaidIncome,
    RaidSource,
    RaidStarted,
    RewardDemand,
    RewardDemandCreated,
    StartedStream,
    StreamStarted,
    StreamStopped,
    Subscription,
    SubscriptionCreated,
    SubscriptionLevel,
    Text,
    User,
)
from vklive.server.platform.routing import TOPICS
from vklive.testing.clock import EPOCH

_DAY = 86_400
_STREAM_ID = "5f2c0d3e-0000-4000-8000-000000000001"

_ids = count(1001)
"""Of messages, demands and users that a test gives no number: each has its own, and they grow as those of VK do."""


def usual_topic(event: EventData) -> Topic:
    """The topic on which the platform sends an event, as `vklive.server.platform.routing` has it.

    Raises:
        ValueError: nobody knows; say it.
    """
    try:
        return TOPICS[event.event_type]
    except KeyError:
        raise ValueError(f"{type(event).__name__} has no usual topic; say on which one it is published") from None


def chat_message(
    text: str,
    *,
    author: str = "viewer",
    author_id: int | None = None,
    message_id: int | None = None,
    is_moderator: bool = False,
    is_owner: bool = False,
    is_private: bool = False,
) -> ChatMessageSent:
    """Somebody writes in the chat.

    Args:
        text: what.
        author: the nick of who writes.
        author_id: the number of that user; by default a new one.
        message_id: by default a new one, higher than those before.
        is_moderator: whether who writes is one.
        is_owner: whether who writes owns the channel.
        is_private: whether only the listening user is meant to see it; then publish it on ``private_chat``.
    """
    return ChatMessageSent(
        chat_message=ChatMessage(
            id=next(_ids) if message_id is None else message_id,
            author=Author(id=_id(author_id), nick=author, is_moderator=is_moderator, is_owner=is_owner),
            created_at=int(EPOCH),
            is_private=is_private,
            parts=(Part(text=Text(content=text)),),
        )
    )


def chat_message_deleted(message_id: int) -> ChatMessageDeleted:
    """A message is taken out of the chat."""
    return ChatMessageDeleted(chat_message=DeletedChatMessage(id=message_id))


def follow(nick: str, *, user_id: int | None = None) -> FollowCreated:
    """Somebody begins to follow the channel."""
    return FollowCreated(follow=Follow(follower=User(id=_id(user_id), nick=nick), started_at=int(EPOCH)))


def follow_ended(nick: str, *, user_id: int | None = None) -> FollowDeleted:
    """Somebody follows the channel no more; they began to a day ago."""
    follower = User(id=_id(user_id), nick=nick)
    return FollowDeleted(follow=Follow(follower=follower, started_at=int(EPOCH) - _DAY, ended_at=int(EPOCH)))


def raid(nick: str, raiders: int, *, channel_url: str = "") -> RaidIncome:
    """Another streamer's viewers arrive.

    Args:
        nick: the streamer's.
        raiders: how many come.
        channel_url: the slug of the channel that they come from; by default the nick in lower case.
    """
    return RaidIncome(raid=_raid(nick, raiders, channel_url))


def raid_started(nick: str, raiders: int, *, channel_url: str = "") -> RaidStarted:
    """The channel sends its viewers to another one.

    Args:
        nick: the streamer's who sends them.
        raiders: how many go.
        channel_url: the slug of the channel that they come from; by default the nick in lower case.
    """
    return RaidStarted(raid=_raid(nick, raiders, channel_url))


def reward_demand(
    nick: str, reward: str, *, text: str = "", price: int = 100, demand_id: int | None = None
) -> RewardDemandCreated:
    """A viewer asks for a reward for channel points.

    Args:
        nick: the viewer's.
        reward: the reward's name; its id is the same, so that a test can tell rewards apart.
        text: what the viewer wrote with it.
        price: in channel points.
        demand_id: by default a new one.
    """
    return RewardDemandCreated(
        demand=RewardDemand(
            id=_id(demand_id),
            user=User(id=_id(None), nick=nick),
            reward=DemandedReward(id=reward, name=reward, price=price),
            status="pending",
            message_parts=(Part(text=Text(content=text)),) if text else (),
            created_at=int(EPOCH),
        )
    )


def stream_started(title: str, *, stream_id: str = _STREAM_ID) -> StreamStarted:
    """The channel goes live."""
    return StreamStarted(stream=StartedStream(id=stream_id, title=title, started_at=int(EPOCH)))


def stream_stopped(title: str, *, stream_id: str = _STREAM_ID, duration: int = 3600) -> StreamStopped:
    """The stream is over.

    Args:
        title: its last one.
        stream_id: by default that of `stream_started`.
        duration: seconds that it took.
    """
    started_at = int(EPOCH) - duration
    return StreamStopped(stream=StartedStream(id=stream_id, title=title, started_at=started_at, ended_at=int(EPOCH)))


def subscription(nick: str, *, level: str = "friend", price: int = 199, days: int = 30) -> SubscriptionCreated:
    """Somebody subscribes for the first time.

    Args:
        nick: theirs.
        level: the level's name; its id is the same, so that a test can tell levels apart.
        price: in roubles; what was paid.
        days: for how long.
    """
    return SubscriptionCreated(
        subscription=Subscription(
            subscriber=User(id=_id(None), nick=nick),
            level=_level(level, price),
            amount=price,
            days_duration=days,
            kind="first_subscription",
            started_at=int(EPOCH),
            ended_at=int(EPOCH) + days * _DAY,
        )
    )


def gifts_bought(nick: str, count: int, *, level: str = "friend", price: int = 199) -> GiftSubscriptionsBought:
    """Somebody buys subscriptions for others.

    Args:
        nick: who buys; empty for somebody who does not want to be named.
        count: how many.
        level: see `subscription`.
        price: of one.
    """
    return GiftSubscriptionsBought(
        gift_subscription=GiftSubscription(
            is_anonymous=not nick,
            donator=_donator(nick),
            level=_level(level, price),
            count=count,
            amount=count * price,
            bought_at=int(EPOCH),
        )
    )


def gift(to: str, *, by: str, level: str = "friend", price: int = 199, days: int = 30) -> GiftSubscriptionGiven:
    """Somebody is given a subscription.

    Args:
        to: the nick of who gets it.
        by: the nick of who gives it; empty for somebody who does not want to be named.
        level: see `subscription`.
        price: see `subscription`.
        days: for how long.
    """
    return GiftSubscriptionGiven(
        gift_subscription=GiftSubscription(
            is_anonymous=not by,
            donator=_donator(by),
            subscriber=User(id=_id(None), nick=to),
            level=_level(level, price),
            bought_at=int(EPOCH),
            given_at=int(EPOCH),
            started_at=int(EPOCH),
            ended_at=int(EPOCH) + days * _DAY,
        )
    )


def _raid(nick: str, raiders: int, channel_url: str) -> Raid:
    source = RaidSource(owner=User(id=_id(None), nick=nick), channel=RaidChannel(url=channel_url or nick.lower()))
    return Raid(source=source, raiders_count=raiders, started_at=int(EPOCH))


def _level(name: str, price: int) -> SubscriptionLevel:
    return SubscriptionLevel(id=name, name=name, price=price)


def _donator(nick: str) -> User | None:
    return User(id=_id(None), nick=nick) if nick else None


def _id(given: int | None) -> int:
    return next(_ids) if given is None else given
