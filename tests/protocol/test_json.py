"""JSON on the wire: one message a line, payloads untouched, everything else safe to put into a page."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Raw

from vklive.errors import InappropriatePayloadError, RemoteProtocolError
from vklive.protocol.json import decode_commands, decode_replies, encode_command, encode_reply, join
from vklive.protocol.messages import (
    ClientInfo,
    Command,
    ConnectRequest,
    ConnectResult,
    HistoryResult,
    Join,
    PresenceResult,
    PresenceStatsResult,
    Publication,
    Push,
    Reply,
    SubscribeRequest,
    SubscribeResult,
    UnsubscribeResult,
)

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXT, lambda inner: st.lists(inner, max_size=3), max_leaves=5
)


def test_zero_values_are_left_out_and_empty_results_are_not():
    assert encode_reply(Reply(id=3, unsubscribe=UnsubscribeResult())) == b'{"id":3,"unsubscribe":{}}'
    assert encode_reply(Reply(id=3, subscribe=SubscribeResult())) == b'{"id":3,"subscribe":{}}'
    assert encode_reply(Reply()) == b"{}"


def test_what_is_always_there_is_there_when_it_is_empty():
    assert encode_reply(Reply(id=1, history=HistoryResult())) == (
        b'{"id":1,"history":{"publications":[],"epoch":"","offset":0}}'
    )
    assert encode_reply(Reply(id=1, presence_stats=PresenceStatsResult())) == (
        b'{"id":1,"presence_stats":{"num_clients":0,"num_users":0}}'
    )
    info = encode_reply(Reply(push=Push(channel="a", pub=Publication(data=Raw(b"1"), info=ClientInfo()))))
    assert info == b'{"push":{"channel":"a","pub":{"data":1,"info":{"user":"","client":""}}}}'


@given(TEXT, JSON, st.dictionaries(TEXT, TEXT, max_size=3))
def test_strings_are_escaped_payloads_are_not_and_both_mean_what_they_meant(channel, value, tags):
    payload = json.dumps(value, ensure_ascii=False).encode()
    reply = Reply(push=Push(channel=channel, pub=Publication(data=Raw(payload), tags=tags or None)))
    encoded = encode_reply(reply)
    assert b"\n" not in encoded
    at = encoded.index(b'"data":') + len(b'"data":')
    assert encoded[at : at + len(payload)] == payload
    outside = encoded[:at] + encoded[at + len(payload) :]
    for forbidden in (b"<", b">", b"&", "\u2028".encode(), "\u2029".encode()):
        assert forbidden not in outside
    read = json.loads(encoded)["push"]
    assert read.get("channel", "") == channel
    assert read["pub"]["data"] == value
    assert read["pub"].get("tags", {}) == tags


@pytest.mark.parametrize(
    "frame", [b"", b"\n", b'{"id":1}\n\n', b'{"id":1}\n\n{"id":2}', b"[1]", b'{"id":"1"}', b"\xff"]
)
def test_a_frame_with_an_empty_or_unreadable_line_is_an_error_after_the_lines_before_it(frame):
    read = []
    with pytest.raises(RemoteProtocolError):
        for command in decode_commands(frame):
            read.append(command.id)
    assert read == ([1] if frame.startswith(b'{"id":1}\n') else [])


def test_one_newline_at_the_end_is_fine():
    assert [command.id for command in decode_commands(b'{"id":1}\n{"id":2}\n')] == [1, 2]


def test_null_is_the_same_as_nothing_and_unknown_keys_are_ignored():
    (command,) = decode_commands(b'{"id":1,"connect":null,"what":{},"subscribe":{"channel":null,"token":null}}')
    assert command.connect is None
    assert command.subscribe == SubscribeRequest()


def test_a_reply_that_cannot_be_read_is_an_error_in_its_place():
    first, bad, last = decode_replies(b'{"id":1}\n{"id":}\n{"id":3}')
    assert isinstance(bad, RemoteProtocolError)
    assert bad.excerpt == '{"id":}'
    assert [reply.id for reply in (first, last) if isinstance(reply, Reply)] == [1, 3]


def test_nesting_without_end_is_an_error_and_no_crash():
    (bad,) = decode_replies(b'{"push":{"channel":"a","pub":{"data":' + b"[" * 100_000)
    assert isinstance(bad, RemoteProtocolError)
    with pytest.raises(RemoteProtocolError):
        list(decode_commands(b'{"id":1,"publish":{"data":' + b"[" * 100_000))


@given(st.integers(1, 2**32 - 1), TEXT, TEXT)
def test_commands_survive_the_way_there(number, channel, token):
    command = Command(id=number, subscribe=SubscribeRequest(channel=channel, token=token))
    assert list(decode_commands(encode_command(command))) == [command]


@given(st.lists(st.sampled_from([b'{"id":1}', b"{}", b'{"id":2,"rpc":{}}']), min_size=1, max_size=30))
def test_what_is_joined_comes_apart_again(lines):
    assert len(list(decode_replies(join(lines)))) == len(lines)


@given(st.binary(max_size=60))
def test_any_bytes_are_commands_or_a_clear_error(frame):
    try:
        list(decode_commands(frame))
    except RemoteProtocolError as error:
        assert str(error)


def test_a_payload_is_brought_into_one_line_and_otherwise_left_alone():
    payload = Raw(b'{\n "a" :\t"<\\n>"\n}')
    reply = Reply(push=Push(channel="c", pub=Publication(data=payload)))
    assert encode_reply(reply) == b'{"push":{"channel":"c","pub":{"data":{ "a" :\t"<\\n>"}}}}'


@pytest.mark.parametrize(
    "payload", [b"\x00\xff", b'"\xff"', b"{a}", b"1 2", b'{"a":1}}', b'"\x01"', b'1,"offset":9', b"\xef\xbb\xbf1"]
)
def test_a_payload_that_is_not_json_by_itself_is_not_written(payload):
    info = ClientInfo(user="1", client="c", conn_info=Raw(payload))
    publication = Publication(data=Raw(payload))
    for reply in (
        Reply(push=Push(channel="c", pub=publication)),
        Reply(push=Push(channel="c", join=Join(info=info))),
        Reply(id=1, subscribe=SubscribeResult(publications=[publication])),
        Reply(id=1, subscribe=SubscribeResult(data=Raw(payload))),
        Reply(id=1, connect=ConnectResult(subs={"c": SubscribeResult(data=Raw(payload))})),
        Reply(id=1, history=HistoryResult(publications=[publication])),
        Reply(id=1, presence=PresenceResult(presence={"c": info})),
    ):
        with pytest.raises(InappropriatePayloadError):
            encode_reply(reply)


def test_a_token_is_in_no_repr():
    request = ConnectRequest(token="very-secret", name="bot")
    assert repr(Command(id=1, connect=request)) == "Command(id=1, connect=ConnectRequest(token=<secret>, name='bot'))"


@pytest.mark.parametrize(
    "frame",
    [
        b'{"id":1,"connect":{"token":"eyJhbGciOiJ.very-secret.x","data":{"t":"\\ud83d"}}}',
        b'{"id":"1","connect":{"token":"very-secret"}}',
        b'{"connect":{"token":"very-secret"',
    ],
)
def test_what_is_wrong_with_a_command_shows_no_token(frame):
    with pytest.raises(RemoteProtocolError) as caught:
        list(decode_commands(frame))
    assert "secret" not in f"{caught.value} {caught.value!r} {caught.value.excerpt}"
