import json
from typing import ClassVar, cast

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vklive.events import (
    ChatMessageSent,
    EventData,
    Part,
    RewardDemandCreated,
    Smile,
    UnknownEvent,
    decode_payload,
    register,
    registered,
)


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


def demand(**fields: object) -> RewardDemandCreated:
    payload = {"type": "channel_points_reward_demand_create", "data": {"demand": {"id": 1} | fields}}
    _, data = decode_payload(json.dumps(payload).encode())
    assert isinstance(data, RewardDemandCreated), data
    return data


def test_what_was_written_with_a_demand_may_be_a_plain_text_instead_of_parts():
    assert demand(message_parts="play jazz").demand.text == "play jazz"
    assert demand(message="play jazz").demand.text == "play jazz"
    assert demand(message="x", message_parts=[{"text": {"content": "play jazz"}}]).demand.text == "play jazz"


def test_a_demand_may_have_its_time_as_text_and_numbers_for_the_ids_of_smiles():
    read = demand(created_at="1780000100", message_parts=[{"smile": {"id": 17, "name": "kek"}}]).demand

    assert read.created_at == 1780000100
    assert read.message_parts == (Part(smile=Smile(id="17", name="kek")),)


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
        ({"parts": 7}, "$.chat_message.parts"),
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


def _unions(wanted: msgspec.inspect.Type, seen: set[type]) -> list[msgspec.inspect.UnionType]:
    match wanted:
        case msgspec.inspect.StructType(cls=cls, fields=fields) if cls not in seen:
            seen.add(cls)
            return [union for field in fields for union in _unions(field.type, seen)]
        case msgspec.inspect.VarTupleType(item_type=item):
            return _unions(item, seen)
        case msgspec.inspect.UnionType(types=types):
            return [wanted, *(union for each in types for union in _unions(each, seen))]
        case _:
            return []


@pytest.mark.parametrize("cls", registered().values())
def test_the_only_unions_of_our_own_events_are_this_or_nothing(cls):
    for union in _unions(msgspec.inspect.type_info(cls), set()):
        assert len(union.types) == 2
        assert any(isinstance(each, msgspec.inspect.NoneType) for each in union.types)


class Vote(msgspec.Struct, frozen=True, kw_only=True):
    by: str
    given: int | str = 0
    answers: list["Vote"] = []


class Poll(msgspec.Struct, frozen=True, kw_only=True):
    question: str
    votes: list[Vote] = []
    said: tuple[Part, ...] = ()


def test_a_class_of_ones_own_with_structs_of_ones_own_is_read_as_liberally(monkeypatch):
    monkeypatch.setattr("vklive.events.registry._readers", {})

    @register
    class PollStarted(EventData, frozen=True, kw_only=True):
        event_type: ClassVar[str] = "poll_start"
        poll: Poll

    payload = (
        b'{"type":"poll_start","data":{"new":1,"poll":{"question":7,"votes":'
        b'[{"by":1,"given":5,"answers":[{"by":2,"given":"yes","more":null}]}],"said":[{"dance":{}}]}}}'
    )
    event_type, data = decode_payload(payload)

    assert event_type == "poll_start"
    assert isinstance(data, PollStarted), data
    assert (data.poll.question, data.poll.said[0].unknown is not None) == ("7", True)
    # Which of a union of their own is meant, we do not guess.
    assert data.poll.votes == [Vote(by="1", given=5, answers=[Vote(by="2", given="yes")])]


def test_a_tagged_union_of_ones_own_keeps_its_tag(monkeypatch):
    monkeypatch.setattr("vklive.events.registry._readers", {})

    class Won(msgspec.Struct, frozen=True, tag="won"):
        by: str = ""

    class Lost(msgspec.Struct, frozen=True, tag="lost"):
        to: str = ""

    @register
    class GameEnded(EventData, frozen=True, kw_only=True):
        event_type: ClassVar[str] = "game_end"
        name: str
        end: Won | Lost

    _, data = decode_payload(b'{"type":"game_end","data":{"name":1,"end":{"type":"lost","to":"Ann"}}}')

    assert data == GameEnded(name="1", end=Lost(to="Ann"))


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
