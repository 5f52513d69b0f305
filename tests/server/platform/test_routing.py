"""Where our server publishes an event."""

import pytest

from vklive.devapi.topics import Topic
from vklive.events import registered
from vklive.server.names import parse
from vklive.server.platform.routing import TOPICS, ws_channel_of
from vklive.testing.factories import chat_message, chat_message_deleted, follow, reward_demand


def test_every_event_that_a_class_knows_has_a_topic_and_it_is_one_of_its_class():
    assert set(TOPICS) == set(registered())
    for event_type, topic in TOPICS.items():
        assert topic == registered()[event_type].topics[0]


@pytest.mark.parametrize(
    ("event", "of", "name"),
    [
        (chat_message("hi"), {}, "api-channel-chat:42"),
        (chat_message("hi"), {"user_id": 9}, "api-channel-chat:42#9"),
        (chat_message("hi"), {"limited": True}, "api-channel-limited-chat:42"),
        (chat_message("hi"), {"limited": True, "user_id": 9}, "api-channel-limited-chat:42#9"),
        (chat_message_deleted(1), {"limited": True}, "api-channel-limited-chat:42"),
        (follow("Ann"), {}, "api-channel-info:42"),
        (follow("Ann"), {"limited": True}, "api-channel-info:42"),
        (reward_demand("Ann", "song"), {}, "api-channel-points:42#7"),
        (reward_demand("Ann", "song"), {"user_id": 9}, "api-channel-points:42#9"),
    ],
)
def test_an_event_is_heard_in_the_ws_channel_of_its_topic(event, of, name):
    assert ws_channel_of(event, channel_id=42, owner_id=7, **of) == name


@pytest.mark.parametrize("limited", [False, True])
@pytest.mark.parametrize("user_id", [None, 9])
@pytest.mark.parametrize("event", [chat_message("hi"), reward_demand("Ann", "song")])
def test_it_is_one_of_the_topics_that_its_class_names(event, user_id, limited):
    ws_channel = parse(ws_channel_of(event, channel_id=42, owner_id=7, user_id=user_id, limited=limited))

    assert ws_channel is not None
    assert ws_channel.topic in {Topic(topic) for topic in event.topics}
