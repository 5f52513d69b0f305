"""Events as a person would read them: one line each.

``12:03:04  chat            viewer_one (moderator): @streamer, hi``

Everything that a stranger may have written goes through `vklive.escaping.escape`, in one place: `sentence`.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import tzinfo
from functools import singledispatch

from rich.text import Text

from vklive.escaping import escape
from vklive.events.base import Event, EventData
from vklive.events.chat import Author, ChatMessageDeleted, ChatMessageSent
from vklive.events.follows import FollowCreated, FollowDeleted
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
from vklive.events.parts import Link, Part, plain_text
from vklive.events.points import RewardDemandCreated
from vklive.events.raids import RaidIncome, RaidStarted
from vklive.events.records import StreamRecordCreated
from vklive.events.streams import (
    StartedStream,
    StreamPaused,
    StreamResumed,
    StreamSettingsChanged,
    StreamStarted,
    StreamStopped,
)
from vklive.events.subscriptions import (
    SubscriptionChanged,
    SubscriptionCreated,
    SubscriptionDeleted,
    SubscriptionLevel,
    SubscriptionRenewed,
)
from vklive.events.unknown import UnknownEvent
from vklive.events.users import User

Span = tuple[str, str]
"""A piece of a line and its style, in the words of rich."""

TOPIC_WIDTH = 22
"""Columns for the topic; the longest is ``private_channel_points``."""

JSON_SHOWN = 200
"""Characters of a payload that are shown when there is no sentence for it."""

_PLAIN = ""
_DIM = "dim"
_GOOD = "green"
_BAD = "yellow"


def line(event: Event, *, timezone: tzinfo | None = None) -> Text:
    """One event as one line.

    Args:
        event: any event, also one that nobody knows.
        timezone: whose time of day is shown; ``None`` is this machine's.
    """
    time = event.received_at.astimezone(timezone).strftime("%H:%M:%S")
    head = f"{time}  {escape(event.topic):<{TOPIC_WIDTH}}  "
    return Text.assemble((head, _DIM)).append_text(sentence(event))


def sentence(event: Event) -> Text:
    """The same without the time and the topic, for those who show them in a way of their own."""
    spans = _sentence(event.data) or _payload(event)
    return Text.assemble(*((escape(text), style) for text, style in spans))


def _payload(event: Event) -> list[Span]:
    """What is shown when there is no sentence for an event: its type, and the start of its JSON."""
    text = event.raw.decode("utf-8", "replace")
    shown = text if len(text) <= JSON_SHOWN else text[:JSON_SHOWN] + "…"
    match event.data:
        case UnknownEvent(reason=reason):
            return [(event.type or "no type", "bold"), (f" {shown} ({reason})", _DIM)]
        case _:
            return [(event.type, "bold"), (f" {shown}", _DIM)]


@singledispatch
def _sentence(data: EventData) -> list[Span]:
    """The sentence for an event, by the class of its data; empty when there is none."""
    del data
    return []


@_sentence.register
def _(data: ChatMessageSent) -> list[Span]:
    message = data.chat_message
    private = [(" (only you see this)", _DIM)] if message.is_private else []
    return [_nick(message.author), *_standing(message.author), *private, (": ", _PLAIN), *_said(message.parts)]


@_sentence.register
def _(data: ChatMessageDeleted) -> list[Span]:
    return [(f"message {data.chat_message.id} was deleted", _DIM)]


@_sentence.register
def _(data: RewardDemandCreated) -> list[Span]:
    demand = data.demand
    reward = demand.reward.name or f"reward {demand.reward.id}"
    price = f" for {demand.reward.price} points" if demand.reward.price else ""
    message = [(": ", _PLAIN), *_said(demand.message_parts)] if demand.message_parts else []
    return [_nick(demand.user), (f" asks for {reward}{price}", _PLAIN), *message]


@_sentence.register
def _(data: FollowCreated) -> list[Span]:
    return [_nick(data.follow.follower), (" follows the channel", _PLAIN)]


@_sentence.register
def _(data: FollowDeleted) -> list[Span]:
    return [_nick(data.follow.follower), (" follows the channel no more", _PLAIN)]


@_sentence.register
def _(data: SubscriptionCreated) -> list[Span]:
    return [_nick(data.subscription.subscriber), (f" subscribes{_level(data.subscription.level)}", _PLAIN)]


@_sentence.register
def _(data: SubscriptionRenewed) -> list[Span]:
    return [_nick(data.subscription.subscriber), (f" goes on to subscribe{_level(data.subscription.level)}", _PLAIN)]


@_sentence.register
def _(data: SubscriptionChanged) -> list[Span]:
    return [_nick(data.subscription.subscriber), (f" now subscribes{_level(data.subscription.level)}", _PLAIN)]


@_sentence.register
def _(data: SubscriptionDeleted) -> list[Span]:
    return [_nick(data.subscription.subscriber), (" subscribes no more", _PLAIN)]


@_sentence.register
def _(data: GiftSubscriptionsBought) -> list[Span]:
    gift = data.gift_subscription
    return [_donator(gift), (f" has bought {gift.count} subscriptions for others{_level(gift.level)}", _PLAIN)]


@_sentence.register
def _(data: GiftSubscriptionGiven) -> list[Span]:
    gift = data.gift
    return [_nick(gift.subscriber or User()), (" was given a subscription by ", _PLAIN), _donator(gift)]


@_sentence.register
def _(data: RaidStarted) -> list[Span]:
    return [(f"the channel goes on a raid with {data.raid.raiders_count} viewers", _PLAIN)]


@_sentence.register
def _(data: RaidIncome) -> list[Span]:
    return [_nick(data.raid.source.owner), (f" comes with {data.raid.raiders_count} viewers", _PLAIN)]


@_sentence.register
def _(data: StreamStarted) -> list[Span]:
    return [("the stream is on: ", _GOOD), _title(data.stream)]


@_sentence.register
def _(data: StreamPaused) -> list[Span]:
    return [("the stream is paused: ", _BAD), _title(data.stream)]


@_sentence.register
def _(data: StreamResumed) -> list[Span]:
    return [("the stream goes on: ", _GOOD), _title(data.stream)]


@_sentence.register
def _(data: StreamSettingsChanged) -> list[Span]:
    return [("the stream is now: ", _PLAIN), _title(data.stream)]


@_sentence.register
def _(data: StreamStopped) -> list[Span]:
    return [("the stream has ended: ", _BAD), _title(data.stream)]


@_sentence.register
def _(data: StreamRecordCreated) -> list[Span]:
    return [("there is a record: ", _PLAIN), (data.stream_record.title, _PLAIN)]


@_sentence.register
def _(data: Connected) -> list[Span]:
    return [("connected" if data.attempt == 1 else f"connected, attempt {data.attempt}", _GOOD)]


@_sentence.register
def _(data: Reconnecting) -> list[Span]:
    return [(f"no connection: {data.cause}; trying again in {data.delay:.1f} s", _BAD)]


@_sentence.register
def _(data: Listening) -> list[Span]:
    del data
    return [("listening", _GOOD)]


@_sentence.register
def _(data: NoAccess) -> list[Span]:
    return [(f"no access: {data.reason}", _BAD)]


@_sentence.register
def _(data: Gap) -> list[Span]:
    return [(f"some events may be missing here: {data.reason}", _BAD)]


@_sentence.register
def _(data: Refilled) -> list[Span]:
    rest = "" if data.complete else "; older ones cannot be had"
    return [(f"messages that were missed: {data.count}{rest}", _GOOD if data.complete else _BAD)]


@_sentence.register
def _(data: TokenRefreshed) -> list[Span]:
    return [(f"a new {data.kind} token" + (f" for {data.ws_channel}" if data.ws_channel else ""), _DIM)]


@_sentence.register
def _(data: Unsubscribed) -> list[Span]:
    return [(f"the server ended the subscription: {data.reason} (code {data.code})", _BAD)]


@_sentence.register
def _(data: Joined) -> list[Span]:
    return [(f"{data.user_id or 'somebody'} listens too", _DIM)]


@_sentence.register
def _(data: Left) -> list[Span]:
    return [(f"{data.user_id or 'somebody'} listens no more", _DIM)]


@_sentence.register
def _(data: ServerMessage) -> list[Span]:
    return [(f"the server says: {bytes(data.payload).decode(errors='replace')}", _PLAIN)]


@_sentence.register
def _(data: Dropped) -> list[Span]:
    return [(f"{data.count} events came too fast and were dropped ({data.policy})", _BAD)]


def _nick(user: User) -> Span:
    return user.nick or (f"user {user.id}" if user.id else "somebody"), f"bold {user.color}"


def _donator(gift: GiftSubscription) -> Span:
    return ("somebody", _PLAIN) if gift.is_anonymous or gift.donator is None else _nick(gift.donator)


def _level(level: SubscriptionLevel) -> str:
    return f" ({level.name})" if level.name else ""


def _title(stream: StartedStream) -> Span:
    return stream.title + (f" ({stream.category.title})" if stream.category.title else ""), _PLAIN


def _standing(author: Author) -> Iterable[Span]:
    if author.is_owner:
        return [(" (owner)", _DIM)]
    return [(" (moderator)", _DIM)] if author.is_moderator else []


def _said(parts: Iterable[Part]) -> Iterable[Span]:
    for part in parts:
        yield plain_text([part]), _PLAIN
        # Where a link leads is shown too: its text may claim another place.
        match part.content:
            case Link(content=content, url=url) if content and url != content:
                yield f" <{url}>", _DIM
            case _:
                pass
