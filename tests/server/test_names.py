"""Names of ws channels are read as strictly as they are built."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vklive.devapi.topics import Topic
from vklive.server.names import MAX_ID, WsChannel, build, parse

ids = st.integers(1, MAX_ID)
shared = st.builds(WsChannel, st.sampled_from([topic for topic in Topic if not topic.is_private]), ids)
private = st.builds(WsChannel, st.sampled_from([topic for topic in Topic if topic.is_private]), ids, ids)


@given(shared | private)
def test_what_is_built_reads_as_what_it_was_built_from(ws_channel):
    assert parse(build(ws_channel)) == ws_channel


@given(st.text() | st.from_regex(r"api-channel-(chat|info|points|limited-chat):[0-9#,]*", fullmatch=True))
def test_whatever_is_read_is_built_the_same(name):
    ws_channel = parse(name)
    assert ws_channel is None or build(ws_channel) == name


@pytest.mark.parametrize(
    ("topic", "user_id", "name"),
    [
        (Topic.CHAT, None, "api-channel-chat:42"),
        (Topic.PRIVATE_CHAT, 7, "api-channel-chat:42#7"),
        (Topic.INFO, None, "api-channel-info:42"),
        (Topic.PRIVATE_INFO, 7, "api-channel-info:42#7"),
        (Topic.CHANNEL_POINTS, None, "api-channel-points:42"),
        (Topic.PRIVATE_CHANNEL_POINTS, 7, "api-channel-points:42#7"),
        (Topic.LIMITED_CHAT, None, "api-channel-limited-chat:42"),
        (Topic.LIMITED_PRIVATE_CHAT, 7, "api-channel-limited-chat:42#7"),
    ],
)
def test_every_topic_has_its_name(topic, user_id, name):
    assert build(WsChannel(topic, 42, user_id)) == name
    assert parse(name) == WsChannel(topic, 42, user_id)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "api-channel-chat",
        "api-channel-chat:",
        "api-channel-chat:0",
        "api-channel-chat:042",
        "api-channel-chat:-42",
        "api-channel-chat:+42",
        "api-channel-chat:42 ",
        "api-channel-chat:42\n",
        " api-channel-chat:42",
        "api-channel-chat:42#",
        "api-channel-chat:42#07",
        "api-channel-chat:42#7,8",
        "api-channel-chat:42#7#8",
        "api-channel-chat:42:43",
        "api-channel-chat:streamer",
        "api-channel-chat:\u0664\u0662",
        "api-channel-chat:\uff14\uff12",
        "\u0430pi-channel-chat:42",
        "API-channel-chat:42",
        "$api-channel-chat:42",
        "channel-chat:42",
        "api-channel-private-chat:42",
        f"api-channel-chat:{MAX_ID + 1}",
        f"api-channel-chat:42#{MAX_ID + 1}",
        "api-channel-chat:" + "9" * 200,
    ],
)
def test_whatever_is_not_exactly_a_name_is_none(name):
    assert parse(name) is None


@pytest.mark.parametrize(
    "wrong",
    [
        WsChannel(Topic.CHAT, 42, 7),
        WsChannel(Topic.PRIVATE_CHAT, 42),
        WsChannel(Topic.CHAT, 0),
        WsChannel(Topic.PRIVATE_CHAT, 42, MAX_ID + 1),
    ],
)
def test_what_has_no_name_is_refused(wrong):
    with pytest.raises(ValueError, match=r"user|id"):
        build(wrong)
