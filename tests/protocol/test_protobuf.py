"""Messages as Protobuf: the bytes that others write and read, and whatever else may come."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import UNSET, Raw, UnsetType, structs

from vklive.errors import RemoteProtocolError
from vklive.protocol import json, messages, protobuf
from vklive.protocol.formats import JSON, PROTOBUF
from vklive.protocol.messages import (
    NOTHING,
    ClientInfo,
    Command,
    ConnectRequest,
    EmulationRequest,
    HistoryRequest,
    PresenceResult,
    Publication,
    PublishRequest,
    Push,
    Reply,
    StreamPosition,
    SubscribeRequest,
    SubscribeResult,
)
from vklive.protocol.protobuf_fields import Kind, fields_of


@pytest.mark.parametrize(
    ("message", "written"),
    [
        (Command(id=1, connect=ConnectRequest()), "0408012200"),
        (Command(id=2, subscribe=SubscribeRequest(channel="a")), "0708022a030a0161"),
        (Reply(id=2, subscribe=SubscribeResult()), "0408023200"),
        (Reply(push=Push(channel="a", pub=Publication(data=Raw(b"1")))), "0a220812016122032201 31"),
        (Reply(), "00"),
    ],
)
def test_the_bytes_are_those_of_the_schema(message, written):
    """Worked by hand in centrifugo.md 2.5."""
    encode = protobuf.encode_command if isinstance(message, Command) else protobuf.encode_reply
    decode = protobuf.decode_commands if isinstance(message, Command) else protobuf.decode_replies
    frame = protobuf.join([encode(message)])
    assert frame == bytes.fromhex(written)
    assert list(decode(frame)) == [message]


def test_every_field_of_every_message_has_a_number_of_its_own():
    for message in vars(messages).values():
        if getattr(message, "__module__", "") == messages.__name__ and message is not messages.Message:
            assert {field.name for field in fields_of(message).values()} == set(message.__struct_fields__)


def test_several_commands_in_a_frame_are_given_before_the_one_that_is_bad():
    frame = protobuf.join([protobuf.encode_command(Command(id=number)) for number in (1, 2)]) + b"\x05\x08"
    decoded = protobuf.decode_commands(frame)
    assert [next(decoded).id, next(decoded).id] == [1, 2]
    with pytest.raises(RemoteProtocolError, match="ends before"):
        next(decoded)


def test_an_empty_frame_is_an_error_and_an_empty_message_a_pong():
    with pytest.raises(RemoteProtocolError, match="empty frame"):
        list(protobuf.decode_commands(b""))
    assert list(protobuf.decode_commands(b"\x00")) == [Command()]


def test_payloads_may_be_any_bytes():
    data = Raw(bytes(range(256)))
    command = Command(id=1, publish=PublishRequest(channel="a", data=data))
    (read,) = protobuf.decode_commands(protobuf.join([protobuf.encode_command(command)]))
    assert read.publish is not None
    assert bytes(read.publish.data) == bytes(data)


def test_no_payload_and_an_empty_one_are_the_same():
    assert protobuf.encode_command(Command(id=1, publish=PublishRequest(data=Raw(b"")))) == bytes.fromhex("08013a00")
    (read,) = protobuf.decode_commands(bytes.fromhex("0608013a02 1200"))
    assert read.publish is not None
    assert read.publish.data is NOTHING


@pytest.mark.parametrize("limit", [-1, -(2**31), 2**31 - 1])
def test_negative_numbers_have_ten_bytes(limit):
    command = Command(id=1, history=HistoryRequest(limit=limit, since=StreamPosition(offset=2**64 - 1)))
    written = protobuf.encode_command(command)
    assert list(protobuf.decode_commands(protobuf.join([written]))) == [command]


@pytest.mark.parametrize(
    ("message", "read"),
    [
        ("0801 0802", Command(id=2)),
        ("0880808080 10", Command(id=0)),
        ("08ffffffffffffffffff01", Command(id=2**32 - 1)),
        ("f80101 0801", Command(id=1)),
        ("f9010102030405060708 0801", Command(id=1)),
        ("fa0103616263 0801", Command(id=1)),
        ("fd0101020304 0801", Command(id=1)),
        ("2a030a0161 2a0212 00", Command(subscribe=SubscribeRequest(channel="a", token=""))),
        ("2a030a0161 2a030a0162", Command(subscribe=SubscribeRequest(channel="b"))),
        ("2200 2200", Command(connect=ConnectRequest())),
        ("22021a00", Command(connect=ConnectRequest(subs={"": SubscribeRequest()}))),
        ("22051a030a0161", Command(connect=ConnectRequest(subs={"a": SubscribeRequest()}))),
    ],
)
def test_proto3_forgives(message, read):
    content = bytes.fromhex(message)
    assert list(protobuf.decode_commands(bytes([len(content)]) + content)) == [read]


@pytest.mark.parametrize(
    ("frame", "problem"),
    [
        ("0508", "ends before"),
        ("0108", "ends within a number"),
        ("0c08ffffffffffffffffffff01", "too long"),
        ("ff" * 11, "too long"),
        ("80", "ends within a number"),
        ("020001", "no field 0"),
        ("0107", "ends within|no field|wire type"),
        ("010b", "wire type 3"),
        ("010c", "wire type 4"),
        ("020e01", "wire type 6"),
        ("0509010203 04", "ends within a number"),
        ("030d0102", "ends within a number"),
        ("052a030a01ff", "not UTF-8"),
        ("042a020a05", "ends before"),
        ("050a0161 0801", "wire type"),
        ("0622041a020001", "no field 0"),
    ],
)
def test_what_is_malformed_is_an_error_that_says_why(frame, problem):
    with pytest.raises(RemoteProtocolError, match=problem):
        list(protobuf.decode_commands(bytes.fromhex(frame)))


def test_what_is_wrong_with_a_command_shows_no_token():
    frame = protobuf.join([protobuf.encode_command(Command(id=1, connect=ConnectRequest(token="very-secret" * 3)))])
    with pytest.raises(RemoteProtocolError) as caught:
        list(protobuf.decode_commands(frame[:-2]))
    assert "secret" not in f"{caught.value} {caught.value!r} {caught.value.excerpt}"


def test_an_emulation_request_is_read():
    written = bytes.fromhex("0a016e 120173 1a020001")
    assert protobuf.decode_emulation_request(written) == EmulationRequest(node="n", session="s", data=Raw(b"\x00\x01"))
    with pytest.raises(RemoteProtocolError):
        protobuf.decode_emulation_request(b"\x0a")


# Both formats say the same.

TEXTS = st.text(st.characters(codec="utf-8"), max_size=5)
PAYLOADS = st.sampled_from([b"1", b'"x"', b'{"a":[1,2]}', b"null"]).map(Raw)


def of(message: Any) -> st.SearchStrategy[Any]:
    """Any message of this kind; what is absent is as if it had been read."""
    values: dict[str, st.SearchStrategy[Any]] = {}
    for field in fields_of(message).values():
        values[field.name] = _values(field.kind, field.bits, field.message)
    required = {} if message not in {PresenceResult, messages.HistoryResult} else values
    optional = {} if required else values
    return st.fixed_dictionaries(required, optional=optional).map(lambda found: message(**found))


def _values(kind: Kind, bits: int, message: Any) -> st.SearchStrategy[Any]:
    inner = of(message) if message is not None else None
    match kind:
        case Kind.UINT:
            # JSON libraries stop at 64 bits with a sign.
            return st.integers(1, 2 ** min(bits, 63) - 1)
        case Kind.INT32:
            return st.integers(-(2**31), 2**31 - 1).filter(bool)
        case Kind.BOOL:
            return st.just(value=True)
        case Kind.TEXT:
            return TEXTS.filter(bool)
        case Kind.BYTES:
            return PAYLOADS
        case Kind.TEXT_BY_TEXT:
            return st.dictionaries(TEXTS, TEXTS, min_size=1, max_size=2)
    assert inner is not None
    match kind:
        case Kind.MESSAGE:
            return inner
        case Kind.MESSAGES:
            return st.lists(inner, min_size=1, max_size=2)
        case _:
            return st.dictionaries(TEXTS, inner, min_size=1, max_size=2)


@given(of(Command))
def test_a_command_is_read_as_it_was_written_in_both_formats(command):
    assert list(PROTOBUF.decode_commands(PROTOBUF.join([protobuf.encode_command(command)]))) == [command]
    assert list(JSON.decode_commands(json.encode_command(command))) == [command]


@given(of(Reply))
def test_a_reply_is_read_as_it_was_written_in_both_formats(reply):
    in_protobuf = list(protobuf.decode_replies(PROTOBUF.join([PROTOBUF.encode_reply(reply)])))
    in_json = list(json.decode_replies(JSON.encode_reply(reply)))
    assert in_protobuf == in_json == [reply]


def test_information_that_is_not_there_is_not_written():
    info = ClientInfo(user="", client="", conn_info=UNSET)
    written = protobuf.encode_reply(Reply(push=Push(join=messages.Join(info=info))))
    (read,) = protobuf.decode_replies(protobuf.join([written]))
    assert read.push is not None
    assert read.push.join is not None
    assert read.push.join.info is not None
    assert isinstance(read.push.join.info.conn_info, UnsetType)


# Whatever else comes.


@settings(max_examples=10_000)
@given(st.binary(max_size=60))
def test_any_bytes_are_commands_or_an_error(frame):
    for form in (PROTOBUF, JSON):
        with contextlib.suppress(RemoteProtocolError):
            for command in form.decode_commands(frame):
                assert isinstance(command, Command)


@settings(max_examples=2_000)
@given(of(Command), st.data())
def test_a_command_with_any_byte_changed_is_a_command_or_an_error(command, data):
    for form, encode in ((PROTOBUF, protobuf.encode_command), (JSON, json.encode_command)):
        frame = bytearray(form.join([encode(command)]))
        at = data.draw(st.integers(0, len(frame) - 1))
        frame[at] = data.draw(st.integers(0, 255))
        with contextlib.suppress(RemoteProtocolError):
            list(form.decode_commands(bytes(frame)))


@given(of(Command))
def test_a_command_that_is_cut_off_is_an_error(command):
    frame = protobuf.join([protobuf.encode_command(command)])
    for end in range(1, len(frame)):
        with pytest.raises(RemoteProtocolError):
            list(protobuf.decode_commands(frame[:end]))


def test_fields_are_those_of_their_annotations():
    kinds = {field.name: field.kind for field in fields_of(HistoryRequest).values()}
    assert kinds == {"channel": Kind.TEXT, "limit": Kind.INT32, "since": Kind.MESSAGE, "reverse": Kind.BOOL}
    assert structs.asdict(Command())["id"] is None
