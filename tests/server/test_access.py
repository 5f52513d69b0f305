"""Who may hear what: the table, for every topic and everybody."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vklive.devapi.topics import Topic, WebSocketChannels
from vklive.server.access import AUDIENCES, Access, access, subject, vk_namespaces, web_socket_channels
from vklive.server.directory import Application, ChannelRecord, Membership, Role, User
from vklive.server.names import WsChannel
from vklive.server.namespaces import Namespace

OWNER, OTHER_OWNER = User(id=1, nick="owner"), User(id=2, nick="another channel's owner")
CHANNEL = ChannelRecord(id=42, url="streamer", owner=OWNER, nick="streamer")

# Everybody, with what they are to the channel.
APPLICATION = (Application(id=7, name="bot"), None)
OWNER_ = (OWNER, None)
OTHER_OWNER_ = (OTHER_OWNER, None)
VIEWER = (User(id=11, nick="viewer"), None)
FOLLOWER = (User(id=12, nick="follower"), Membership(user_id=12, channel_id=42, role=Role.FOLLOWER))
SUBSCRIBER = (User(id=13, nick="subscriber"), Membership(user_id=13, channel_id=42, role=Role.PAID_SUBSCRIBER))
MODERATOR = (User(id=14, nick="moderator"), Membership(user_id=14, channel_id=42, role=Role.MODERATOR))
BANNED = (User(id=15, nick="banned"), Membership(user_id=15, channel_id=42, banned=True))
BANNED_SUBSCRIBER = (
    User(id=16, nick="banned subscriber"),
    Membership(user_id=16, channel_id=42, role=Role.PAID_SUBSCRIBER, banned=True),
)
USERS = [OWNER_, OTHER_OWNER_, VIEWER, FOLLOWER, SUBSCRIBER, MODERATOR, BANNED, BANNED_SUBSCRIBER]
EVERYBODY = [APPLICATION, *USERS]
LIMITED = [OWNER_, SUBSCRIBER, MODERATOR]

TABLE: dict[Topic, tuple[list[Any], Access]] = {
    Topic.CHAT: (EVERYBODY, Access.OPEN),
    Topic.INFO: (EVERYBODY, Access.OPEN),
    Topic.CHANNEL_POINTS: (EVERYBODY, Access.OPEN),
    Topic.PRIVATE_CHAT: (USERS, Access.PRIVATE_OWN),
    Topic.PRIVATE_INFO: (USERS, Access.PRIVATE_OWN),
    Topic.PRIVATE_CHANNEL_POINTS: (USERS, Access.PRIVATE_OWN),
    Topic.LIMITED_CHAT: (LIMITED, Access.LIMITED_GRANTED),
    Topic.LIMITED_PRIVATE_CHAT: (LIMITED, Access.PRIVATE_OWN),
}


def name(somebody) -> str:
    return somebody[0].nick if isinstance(somebody[0], User) else "application"


@pytest.mark.parametrize("somebody", EVERYBODY, ids=name)
@pytest.mark.parametrize("topic", list(Topic))
def test_the_table(topic, somebody):
    viewer, membership = somebody
    allowed, how = TABLE[topic]
    own = WsChannel(topic, 42, viewer.id if topic.is_private else None)

    assert access(own, viewer, channel=CHANNEL, membership=membership) is (
        how if somebody in allowed else Access.DENIED
    )


@pytest.mark.parametrize("somebody", EVERYBODY, ids=name)
@pytest.mark.parametrize("topic", [topic for topic in Topic if topic.is_private])
def test_nobody_hears_what_is_private_to_another(topic, somebody):
    viewer, membership = somebody
    others = WsChannel(topic, 42, 999)

    assert access(others, viewer, channel=CHANNEL, membership=membership) is Access.DENIED


@pytest.mark.parametrize("somebody", EVERYBODY, ids=name)
@pytest.mark.parametrize("topic", list(Topic))
def test_of_a_banned_channel_nobody_hears_anything(topic, somebody):
    viewer, membership = somebody
    banned = msgspec.structs.replace(CHANNEL, banned=True)
    own = WsChannel(topic, 42, viewer.id if topic.is_private else None)

    assert access(own, viewer, channel=banned, membership=membership) is Access.DENIED


@pytest.mark.parametrize("topic", list(Topic))
def test_a_right_in_one_channel_is_none_in_another(topic):
    viewer, membership = SUBSCRIBER
    elsewhere = ChannelRecord(id=43, url="elsewhere", owner=OTHER_OWNER, nick="elsewhere")
    own = WsChannel(topic, 43, viewer.id if topic.is_private else None)

    granted = access(own, viewer, channel=elsewhere, membership=membership).granted
    wrong_channel = access(own, viewer, channel=CHANNEL, membership=membership)

    assert granted is not topic.is_limited
    assert wrong_channel is Access.DENIED


def test_another_users_membership_helps_nobody():
    limited = WsChannel(Topic.LIMITED_CHAT, 42)

    assert access(limited, VIEWER[0], channel=CHANNEL, membership=SUBSCRIBER[1]) is Access.DENIED


def test_an_application_with_the_number_of_a_user_is_not_that_user():
    same_number = Application(id=OWNER.id, name="bot")

    for topic in (Topic.PRIVATE_CHAT, Topic.LIMITED_PRIVATE_CHAT):
        assert access(WsChannel(topic, 42, OWNER.id), same_number, channel=CHANNEL, membership=None) is Access.DENIED
    assert access(WsChannel(Topic.LIMITED_CHAT, 42), same_number, channel=CHANNEL, membership=None) is Access.DENIED
    assert subject(same_number) != subject(OWNER)


def test_an_owner_who_is_banned_from_their_own_channel_is_banned():
    banned = Membership(user_id=OWNER.id, channel_id=42, role=Role.MODERATOR, banned=True)

    assert access(WsChannel(Topic.LIMITED_CHAT, 42), OWNER, channel=CHANNEL, membership=banned) is Access.DENIED


def test_a_topic_without_a_rule_is_heard_by_nobody(monkeypatch):
    monkeypatch.setattr("vklive.server.access.AUDIENCES", {})

    for topic in Topic:
        own = WsChannel(topic, 42, OWNER.id if topic.is_private else None)
        assert access(own, OWNER, channel=CHANNEL, membership=None) is Access.DENIED


def test_every_topic_has_a_rule():
    assert set(AUDIENCES) == set(Topic)


def test_a_user_is_told_all_eight_names():
    assert web_socket_channels(CHANNEL, VIEWER[0]) == WebSocketChannels(
        chat="api-channel-chat:42",
        private_chat="api-channel-chat:42#11",
        info="api-channel-info:42",
        private_info="api-channel-info:42#11",
        channel_points="api-channel-points:42",
        private_channel_points="api-channel-points:42#11",
        limited_chat="api-channel-limited-chat:42",
        limited_private_chat="api-channel-limited-chat:42#11",
    )


def test_an_application_is_told_no_private_name():
    assert web_socket_channels(CHANNEL, APPLICATION[0]) == WebSocketChannels(
        chat="api-channel-chat:42",
        info="api-channel-info:42",
        channel_points="api-channel-points:42",
        limited_chat="api-channel-limited-chat:42",
    )


def test_without_a_token_the_pub_sub_lets_users_hear_what_is_open_and_their_own():
    def open_to_users(name: str) -> Namespace:
        return Namespace(name=name, allow_subscribe_for_client=True, allow_user_limited_channels=True)

    assert list(vk_namespaces()) == [
        open_to_users("api-channel-chat"),
        open_to_users("api-channel-info"),
        open_to_users("api-channel-points"),
        Namespace(name="api-channel-limited-chat"),
    ]


@given(st.integers(1))
def test_no_user_has_the_subject_of_an_application(number):
    assert subject(User(id=number, nick="")) == str(number)
    assert subject(Application(id=number, name="")) == f"app-{number}"
