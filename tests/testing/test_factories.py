"""Events from the few words that a test cares about."""

from __future__ import annotations

import msgspec
import pytest

from vklive.devapi.topics import Topic
from vklive.events import EventData, Listening, decode_payload
from vklive.testing import factories
from vklive.testing.factories import (
    chat_message,
    chat_message_deleted,
    follow,
    follow_ended,
    gift,
    gifts_bought,
    raid,
    raid_started,
    reward_demand,
    stream_started,
    stream_stopped,
    subscription,
    usual_topic,
)

MADE: list[tuple[EventData, Topic]] = [
    (chat_message("hi"), Topic.CHAT),
    (chat_message_deleted(7), Topic.CHAT),
    (follow("Ann"), Topic.INFO),
    (follow_ended("Ann"), Topic.INFO),
    (gift("Ann", by="Bob"), Topic.INFO),
    (gifts_bought("Bob", 5), Topic.INFO),
    (raid("Eve", 42), Topic.INFO),
    (raid_started("Eve", 42), Topic.INFO),
    (reward_demand("Ann", "song", text="jazz"), Topic.PRIVATE_CHANNEL_POINTS),
    (stream_started("Jazz"), Topic.INFO),
    (stream_stopped("Jazz"), Topic.INFO),
    (subscription("Ann"), Topic.INFO),
]


def test_every_factory_is_tried_here():
    made = {name for name, each in vars(factories).items() if callable(each) and each.__module__ == factories.__name__}

    assert len(MADE) == len({name for name in made if not name.startswith("_")} - {"usual_topic"})


@pytest.mark.parametrize(("event", "topic"), MADE)
def test_what_a_factory_makes_is_what_is_read_from_the_wire(event, topic):
    payload = msgspec.json.encode({"type": event.event_type, "data": event})

    assert decode_payload(payload) == (event.event_type, event)
    assert usual_topic(event) is topic


def test_what_never_comes_over_the_wire_has_no_usual_topic():
    with pytest.raises(ValueError, match="Listening has no usual topic"):
        usual_topic(Listening(topic="chat", ws_channel="x"))


def test_each_user_and_message_is_another_one():
    assert chat_message("a").chat_message.id < chat_message("b").chat_message.id
    assert follow("Ann").follow.follower.id != follow("Ann").follow.follower.id


def test_who_gives_may_have_no_name():
    assert gift("Ann", by="").gift.is_anonymous
    assert gift("Ann", by="").gift.donator is None
    assert gifts_bought("", 2).gift_subscription.donator is None
    assert gifts_bought("Bob", 2).gift_subscription.amount == 398


def test_a_stream_that_stops_is_the_one_that_started():
    assert stream_stopped("Jazz").stream.id == stream_started("Jazz").stream.id
    assert (
        stream_stopped("Jazz", duration=60).stream.ended_at - stream_stopped("Jazz", duration=60).stream.started_at
        == 60
    )
