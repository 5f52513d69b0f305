"""Which ws channels are subscribed and how: a table of what the API may say."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vklive.client.subscriptions import (
    NO_TOKEN,
    NO_TOKENS_FOR_APPLICATIONS,
    Access,
    Phase,
    Subscription,
    decide,
    plan,
)
from vklive.devapi.topics import Topic, WebSocketChannels

ALL = WebSocketChannels(**{topic.value: f"name-of-{topic.value}" for topic in Topic})


def test_every_topic_has_its_way():
    planned, missing = plan(ALL, list(Topic))
    assert {one.topic: one.access for one in planned} == {
        Topic.CHAT: Access.BARE,
        Topic.INFO: Access.BARE,
        Topic.CHANNEL_POINTS: Access.BARE,
        Topic.PRIVATE_CHAT: Access.TOKEN_OR_BARE,
        Topic.PRIVATE_INFO: Access.TOKEN_OR_BARE,
        Topic.PRIVATE_CHANNEL_POINTS: Access.TOKEN_OR_BARE,
        Topic.LIMITED_CHAT: Access.TOKEN,
        Topic.LIMITED_PRIVATE_CHAT: Access.TOKEN,
    }
    assert missing == []


def test_a_topic_without_a_name_has_no_ws_channel():
    planned, missing = plan(WebSocketChannels(chat="c"), [Topic.CHAT, Topic.INFO])
    assert [one.ws_channel for one in planned] == ["c"]
    assert missing == [Topic.INFO]


def test_equal_names_are_subscribed_once_under_the_first_topic_and_in_the_most_open_way():
    names = WebSocketChannels(chat="same", limited_chat="same", private_chat="same")
    (one,), missing = plan(names, list(Topic))
    assert (one.topic, one.access) == (Topic.CHAT, Access.BARE)
    assert Topic.LIMITED_CHAT not in missing
    (limited,), _ = plan(names, [Topic.LIMITED_CHAT])
    assert (limited.topic, limited.access) == (Topic.LIMITED_CHAT, Access.TOKEN)


@pytest.mark.parametrize(
    ("access", "tokens", "is_user", "token", "reason"),
    [
        (Access.BARE, {}, True, "", ""),
        (Access.BARE, {}, False, "", ""),
        (Access.TOKEN, {"c": "t"}, True, "t", ""),
        (Access.TOKEN, {"other": "t"}, True, None, NO_TOKEN),
        (Access.TOKEN, {}, False, None, NO_TOKENS_FOR_APPLICATIONS),
        (Access.BARE_REFUSED, {"c": "t"}, True, "t", ""),
        (Access.BARE_REFUSED, {}, True, None, NO_TOKEN),
        (Access.TOKEN_OR_BARE, {"c": "t"}, True, "t", ""),
        (Access.TOKEN_OR_BARE, {}, True, "", ""),
        (Access.TOKEN_OR_BARE, {}, False, "", ""),
    ],
)
def test_what_is_done_with_the_tokens_that_were_given(access, tokens, is_user, token, reason):
    subscription = Subscription("c", Topic.CHAT, access)
    assert list(decide([subscription], tokens, is_user=is_user)) == [(subscription, token, reason)]


def test_only_what_was_listened_to_has_a_gap():
    listened = Subscription("c", Topic.CHAT, Access.BARE, Phase.LISTENING)
    listened.interrupt("cut")
    assert (listened.phase, listened.gap) == (Phase.WAITING, "cut")
    waiting = Subscription("c", Topic.CHAT, Access.BARE, Phase.ASKED)
    waiting.interrupt("cut")
    assert waiting.gap == ""
    listened.interrupt("again")
    assert listened.gap == "cut"


def test_what_is_denied_is_missed_from_then_on_and_asked_for_as_before_on_the_next_connection():
    for access, later in ((Access.BARE_REFUSED, Access.BARE), (Access.TOKEN, Access.TOKEN)):
        one = Subscription("c", Topic.CHAT, access, Phase.LISTENING)
        one.deny("no more")
        assert (one.phase, one.gap, one.access) == (Phase.DENIED, "no more", later)


@given(
    st.builds(WebSocketChannels, **{topic.value: st.sampled_from(["", "a", "b", "c"]) for topic in Topic}),
    st.sets(st.sampled_from(list(Topic))),
)
def test_whatever_the_api_says_each_name_is_subscribed_once_and_each_topic_is_accounted_for(names, topics):
    planned, missing = plan(names, topics)
    assert len({one.ws_channel for one in planned}) == len(planned)
    assert all(one.ws_channel for one in planned)
    have = dict(names.items())
    assert set(missing) == {topic for topic in topics if topic not in have}
    assert {one.ws_channel for one in planned} == {have[topic] for topic in topics if topic in have}
