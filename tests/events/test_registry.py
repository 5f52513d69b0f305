import json
from typing import ClassVar

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vklive.events import EventData, UnknownEvent, decode_payload, register, registered


def test_every_known_payload_is_typed_by_the_class_of_its_type(any_payload):
    event_type, data = decode_payload(any_payload.encode())

    assert type(data) is registered()[event_type]
    assert data.event_type == event_type == json.loads(any_payload)["type"]


def test_what_is_written_is_read_as_the_same(any_payload):
    event_type, data = decode_payload(any_payload.encode())

    written = msgspec.json.encode({"type": event_type, "data": data})

    assert decode_payload(written) == (event_type, data)


def test_a_payload_may_be_a_piece_of_a_frame(any_payload):
    frame = msgspec.json.decode(
        b'{"pub":{"data":' + any_payload.encode() + b"}}", type=dict[str, dict[str, msgspec.Raw]]
    )

    assert decode_payload(frame["pub"]["data"]) == decode_payload(any_payload.encode())


def test_an_unknown_type_is_kept_with_its_json():
    payload = '{ "type": "stream_status",  "data": {"статус": 1e2} }'.encode()

    event_type, data = decode_payload(payload)

    assert event_type == "stream_status"
    assert isinstance(data, UnknownEvent)
    assert (data.type, data.reason, bytes(data.payload)) == ("stream_status", "unknown type", payload)


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (b"", "malformed JSON"),
        (b"{", "malformed JSON"),
        (b"\xff\xfe", "malformed JSON"),
        (b'{"type":"\xff"}', "malformed JSON"),
        (b"[]", "Expected `object`, got `array`"),
        (b'"text"', "Expected `object`, got `str`"),
        (b"null", "Expected `object`, got `null`"),
        (b"{}", "missing required field `type`"),
        (b'{"type":7,"data":{}}', "$.type"),
        (b'{"type":null}', "$.type"),
        (b'{"type":"x","data":' + b"[" * 100_000 + b"]" * 100_000 + b"}", "nested too deeply"),
    ],
)
def test_what_has_no_type_is_kept_and_told(payload, reason):
    event_type, data = decode_payload(payload)

    assert event_type == ""
    assert isinstance(data, UnknownEvent)
    assert reason in data.reason
    assert bytes(data.payload) == payload


@pytest.mark.parametrize("data", ["", ',"data":null', ',"data":[]', ',"data":{}', ',"data":{"chat_message":{}}'])
def test_a_known_type_without_its_data_is_kept(data):
    payload = ('{"type":"channel_chat_message_send"' + data + "}").encode()

    event_type, decoded = decode_payload(payload)

    assert event_type == "channel_chat_message_send"
    assert isinstance(decoded, UnknownEvent)
    assert bytes(decoded.payload) == payload


def test_a_reason_never_quotes_a_strangers_text():
    _, data = decode_payload(
        b'{"type":"channel_chat_message_delete","data":{"chat_message":{"id":"\\u001b[31msecret"}}}'
    )

    assert isinstance(data, UnknownEvent)
    assert "secret" not in data.reason


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)
_types = st.sampled_from(sorted(registered())) | st.text()


@given(st.fixed_dictionaries({}, optional={"type": _types | _json, "data": _json, "more": _json}), st.booleans())
def test_any_json_object_is_typed_or_kept_byte_for_byte(payload, indented):
    raw = json.dumps(payload, ensure_ascii=False, indent=2 if indented else None).encode()

    event_type, data = decode_payload(raw)

    assert event_type == (payload.get("type") if isinstance(payload.get("type"), str) else "")
    if isinstance(data, UnknownEvent):
        assert data.type == event_type
        assert data.reason
        assert bytes(data.payload) == raw
    else:
        assert type(data) is registered()[event_type]


@given(st.binary())
def test_any_bytes_are_typed_or_kept_byte_for_byte(raw):
    _, data = decode_payload(raw)

    assert isinstance(data, UnknownEvent)
    assert bytes(data.payload) == raw


def test_one_class_adds_an_event(monkeypatch):
    monkeypatch.setattr("vklive.events.registry._readers", {})

    @register
    class ReactionSent(EventData, frozen=True, kw_only=True):
        event_type: ClassVar[str] = "reaction"
        count: int = 0

    assert decode_payload(b'{"type":"reaction","data":{"count":"3"}}') == ("reaction", ReactionSent(count=3))


def test_a_second_class_for_a_type_is_refused(chat_message_delete):
    class Another(EventData, frozen=True, kw_only=True):
        event_type: ClassVar[str] = "channel_chat_message_delete"

    with pytest.raises(ValueError, match="is read by ChatMessageDeleted; Another cannot"):
        register(Another)
    assert not isinstance(decode_payload(chat_message_delete)[1], Another)


def test_the_same_class_may_be_registered_again():
    cls = registered()["channel_chat_message_delete"]

    assert register(cls) is cls


def test_types_of_this_package_are_refused():
    class Fake(EventData, frozen=True, kw_only=True):
        event_type: ClassVar[str] = "vklive.connected"

    with pytest.raises(ValueError, match="never come over the wire"):
        register(Fake)
