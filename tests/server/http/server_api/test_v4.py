"""Commands in one body, as Centrifugo v4 has them."""

from __future__ import annotations

import json
import logging

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vklive.server.http.server_api.encoding import UndecodableBodyError
from vklive.server.http.server_api.params import METHODS
from vklive.server.http.server_api.v4 import Command, commands, replies

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
BLANK = st.text(" \t\r\n", max_size=3)
NUMBERS = st.integers(0, 2**32 - 1)


@pytest.mark.parametrize("separator", ["\n", " \n\t ", "", "\r\n\n"])
async def test_commands_are_carried_out_in_order_whatever_is_between_them(api, connect, separator):
    peer = await connect("42", "rec:a")
    body = separator.join(
        json.dumps({"id": number, "method": "publish", "params": {"channel": "rec:a", "data": number}})
        for number in (1, 2, 3)
    )
    lines = (await replies(api, body.encode() + separator.encode())).split(b"\n")
    assert [json.loads(line)["id"] for line in lines] == [1, 2, 3]
    assert [json.loads(line)["result"]["offset"] for line in lines] == [1, 2, 3]
    await connect("7")
    assert [push["pub"]["data"] for push in peer.pushes] == [1, 2, 3]


@pytest.mark.parametrize("method", ["history", "HISTORY", "History", 6])
async def test_a_method_may_be_named_in_any_case_or_numbered(api, method):
    body = json.dumps({"id": 5, "method": method, "params": {"channel": "pub:a"}}).encode()
    assert await replies(api, body) == b'{"id":5,"error":{"code":108,"message":"not available"}}'


@pytest.mark.parametrize(
    ("body", "reply"),
    [
        (b'{"params":{"channel":"pub:a","data":1}}', b'{"result":{}}'),
        (b'{"id":null,"method":0,"params":{"channel":"pub:a","data":1},"more":[]}', b'{"result":{}}'),
        (b'{"id":0,"method":"info","params":"anything"', None),
        (b"null", b'{"error":{"code":107,"message":"bad request"}}'),
        (b"{}", b'{"error":{"code":107,"message":"bad request"}}'),
        (b'{"method":"publish"}', b'{"error":{"code":107,"message":"bad request"}}'),
        (b'{"method":"publish","params":[]}', b'{"error":{"code":107,"message":"bad request"}}'),
        (b'{"method":"publish","params":{"channel":5,"data":1}}', b'{"error":{"code":107,"message":"bad request"}}'),
        (b'{"method":"channels"}', b'{"error":{"code":107,"message":"bad request"}}'),
        (b'{"method":"channels","params":null}', b'{"result":{"channels":{}}}'),
        (b'{"method":13,"params":{}}', b'{"error":{"code":104,"message":"method not found"}}'),
        (b'{"method":-1,"params":{}}', b'{"error":{"code":104,"message":"method not found"}}'),
        (b" \r\n\t", b""),
    ],
)
async def test_what_each_body_is_answered_with(api, body, reply):
    if reply is None:
        with pytest.raises(UndecodableBodyError):
            await replies(api, body)
    else:
        assert await replies(api, body) == reply


async def test_info_does_not_look_at_what_it_is_told(api):
    for params in (b"", b',"params":5'):
        assert b'"nodes"' in await replies(api, b'{"method":"info"' + params + b"}")


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "empty"),
        (b"{", "no command at character 0: malformed JSON"),
        (b"[]", "no command at character 0: Expected `object | null`, got `array`"),
        (b"5", "Expected `object | null`, got `int`"),
        (b"NaN", "no command at character 0: "),
        (b'{"method":"nope"}', "no method has the name of the command at character 0"),
        (b'{"method":""}', "no method has the name"),
        (b'{"method":null}', "method"),
        (b'{"method":true}', "method"),
        (b'{"method":1.5}', "method"),
        (b'{"id":"x"}', "id"),
        (b'{"id":4294967296}', "id"),
        (b"\xff", "not UTF-8"),
        (b"\xef\xbb\xbf{}", "malformed"),
        ("\u00a0{}".encode(), "malformed"),
        (b'{"params":{"channel":"pub:a","data":"\xff"}}', "not UTF-8"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"params":' + b"[" * 100_000, "nested too deeply"),
    ],
)
def test_what_is_no_command_is_refused_with_where_and_why(body, reason):
    with pytest.raises(UndecodableBodyError) as caught:
        list(commands(body))
    assert reason in str(caught.value)


def test_no_secret_of_a_body_is_in_the_reason():
    for body in (b'{"method":"the secret"}', b'{"id":"the secret"}', b'{"the secret"'):
        with pytest.raises(UndecodableBodyError) as caught:
            list(commands(body))
        assert "the secret" not in str(caught.value)


async def test_commands_before_a_bad_one_have_been_carried_out(api, connect):
    peer = await connect("42", "pub:a")
    with pytest.raises(UndecodableBodyError, match="character 40"):
        await replies(api, b'{"params":{"channel":"pub:a","data":1}}\n{bad')
    await connect("7")
    assert len(peer.pushes) == 1


async def test_numbers_of_any_length_travel_as_they_are(api):
    number = b"1" * 5000
    await replies(api, b'{"params":{"channel":"rec:a","data":' + number + b"}}")
    assert number in await replies(api, b'{"method":"history","params":{"channel":"rec:a","limit":1}}')


async def test_params_that_are_not_what_a_method_takes_are_logged_once_without_their_values(api, caplog):
    caplog.set_level(logging.INFO, "vklive.server.api")
    await replies(api, b'{"method":"publish","params":{"channel":["the secret"]}}')
    (record,) = caplog.records
    assert "params are not what it takes: Expected `str | null`, got `array` - at `$.channel`" in record.getMessage()


@given(st.lists(st.tuples(NUMBERS, st.sampled_from(list(METHODS)), ANYTHING, BLANK), max_size=4), BLANK)
def test_commands_that_were_written_are_read(written, blank):
    body = blank + "".join(
        json.dumps({"id": number, "method": method, "params": params}) + after
        for number, method, params, after in written
    )
    if body:
        read = list(commands(body.encode()))
        assert [(command.id, command.method) for command in read] == [one[:2] for one in written]
        assert [msgspec.json.decode(command.params) for command in read] == [one[2] for one in written]


@given(st.binary(max_size=30) | st.text('{}[]",:"idmethparmsnul0123 \n', max_size=40).map(str.encode))
def test_any_body_is_commands_or_refused(body):
    try:
        assert all(isinstance(command, Command) for command in commands(body))
    except UndecodableBodyError as error:
        assert str(error)
