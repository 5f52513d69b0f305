import json
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vklive.events import ChatMessageSent, RewardDemandCreated, UnknownEvent, decode_payload


def chat_message(**changes: object) -> bytes:
    message = {"id": 1, "created_at": 2, "author": {"id": 3, "nick": "ася"}, "parts": [{"text": {"content": "ку"}}]}
    return json.dumps({"type": "channel_chat_message_send", "data": {"chat_message": message | changes}}).encode()


def message_of(payload: bytes) -> ChatMessageSent:
    _, data = decode_payload(payload)
    assert isinstance(data, ChatMessageSent), data
    return data


def test_integers_may_come_as_strings():
    message = message_of(chat_message(id="700123", created_at="1780000000", author={"id": "9"})).chat_message

    assert (message.id, message.created_at, message.author.id) == (700123, 1780000000, 9)


def test_ids_that_are_strings_may_come_as_integers():
    _, data = decode_payload(
        b'{"type":"channel_points_reward_demand_create","data":{"demand":{"id":"7","reward":{"id":12}}}}'
    )

    assert isinstance(data, RewardDemandCreated)
    assert (data.demand.id, data.demand.reward.id) == (7, "12")


@pytest.mark.parametrize("field", ["created_at", "is_private", "parts"])
def test_null_counts_as_absent(field):
    without = json.loads(chat_message())
    without["data"]["chat_message"].pop(field, None)

    assert message_of(chat_message(**{field: None})) == message_of(json.dumps(without).encode())


def test_null_counts_as_absent_far_inside():
    author = {
        "id": 3,
        "nick": "ася",
        "avatar_url": None,
        "nick_color": None,
        "roles": None,
        "badges": [None, {"id": None}],
    }

    message = message_of(chat_message(author=author)).chat_message

    assert (message.author.avatar_url, message.author.nick_color, message.author.roles) == ("", 0, ())
    assert [badge.id for badge in message.author.badges] == [""]
    assert message.text == "ку"


def test_unknown_fields_are_ignored_everywhere():
    plain = message_of(chat_message())
    odd = message_of(chat_message(reply_to={"id": 5}, author={"id": 3, "nick": "ася", "level": [1]}))

    assert odd == plain


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"id": None}, "`id`"),
        ({"id": "seven"}, "$.chat_message.id"),
        ({"author": [1]}, "$.chat_message.author"),
        ({"author": {"id": 3, "nick": {"first": "a"}}}, "$.chat_message.author.nick"),
        ({"parts": "text"}, "$.chat_message.parts"),
        ({"parts": ["text"]}, "$.chat_message.parts[0]"),
        ({"created_at": 1.5}, "$.chat_message.created_at"),
    ],
)
def test_what_does_not_fit_is_told_with_its_place_and_kept(changes, reason):
    payload = chat_message(**changes)

    event_type, data = decode_payload(payload)

    assert event_type == "channel_chat_message_send"
    assert isinstance(data, UnknownEvent)
    assert reason in data.reason
    assert bytes(data.payload) == payload


_anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
_fields = st.sampled_from(["id", "author", "parts", "created_at", "is_private"])


@given(st.dictionaries(_fields, _anything, max_size=3))
def test_a_message_with_wrong_fields_is_read_or_kept(changes):
    payload = chat_message(**cast("dict[str, object]", changes))

    event_type, data = decode_payload(payload)

    assert event_type == "channel_chat_message_send"
    if isinstance(data, UnknownEvent):
        assert bytes(data.payload) == payload
    else:
        assert isinstance(data, ChatMessageSent)
