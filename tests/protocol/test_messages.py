"""Messages: what is zero is not said, what is not known is passed over, and no secret is shown."""

from __future__ import annotations

import inspect

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Raw

from vklive.protocol import messages
from vklive.protocol.messages import (
    NOTHING,
    ClientInfo,
    Command,
    ConnectRequest,
    Message,
    Publication,
    RefreshRequest,
    Reply,
    SubRefreshRequest,
    SubscribeRequest,
    Unsubscribed,
)

ALL = [kind for _, kind in inspect.getmembers(messages, inspect.isclass) if issubclass(kind, Message)]
# What tokens are made of: no repr escapes any of it.
TOKENS = st.text("ABCxyz019-_.", min_size=12)
WITH_TOKEN = [kind for kind in ALL if "token" in kind.__struct_fields__]


@pytest.mark.parametrize("kind", ALL)
def test_a_message_that_says_nothing_is_empty_on_the_wire_and_comes_back_equal(kind):
    assert msgspec.json.encode(kind()) == b"{}"
    assert msgspec.json.decode(b"{}", type=kind) == kind()


@pytest.mark.parametrize("kind", ALL)
def test_what_a_later_protocol_adds_is_passed_over(kind):
    assert msgspec.json.decode(b'{"of_tomorrow":{"a":[1]}}', type=kind) == kind()


def test_an_empty_payload_is_left_out_only_when_it_is_nothing():
    assert msgspec.json.encode(Publication(data=NOTHING)) == b"{}"
    assert msgspec.json.encode(Publication(data=Raw(b"null"))) == b'{"data":null}'


def test_who_is_on_a_connection_is_always_said_and_what_is_known_of_it_only_when_it_is():
    assert msgspec.json.encode(ClientInfo()) == b'{"user":"","client":""}'
    told = ClientInfo(user="9", client="c", conn_info=Raw(b'{"a": 1}'))
    assert msgspec.json.encode(told) == b'{"user":"9","client":"c","conn_info":{"a": 1}}'


@pytest.mark.parametrize(
    "line",
    [
        b'{"code":-1}',
        b'{"code":4294967296}',
        b'{"code":1.5}',
        b'{"code":"2500"}',
        b'{"reason":7}',
    ],
)
def test_a_value_that_does_not_fit_its_field_is_refused(line):
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(line, type=Unsubscribed)


def test_the_largest_code_fits():
    assert msgspec.json.decode(b'{"code":4294967295}', type=Unsubscribed) == Unsubscribed(code=4294967295)


def test_there_are_tokens_to_keep_secret():
    assert {ConnectRequest, SubscribeRequest, RefreshRequest, SubRefreshRequest} <= set(WITH_TOKEN)


@pytest.mark.parametrize("kind", WITH_TOKEN)
@given(token=TOKENS)
def test_no_token_is_in_a_repr_or_in_the_repr_of_what_holds_it(kind, token):
    request = kind(token=token)
    fields = {field.type: field.name for field in msgspec.structs.fields(Command)}
    name = next(name for of, name in fields.items() if kind in getattr(of, "__args__", ()))
    command = Command(id=1, **{name: request})
    for shown in (repr(request), str(request), repr(command), f"{command}", repr([command])):
        assert token not in shown
        assert "token=<secret>" in shown


def test_a_repr_says_what_was_set_and_nothing_else():
    assert repr(Reply()) == "Reply()"
    assert repr(Reply(id=3)) == "Reply(id=3)"
    assert repr(ConnectRequest(name="a client")) == "ConnectRequest(name='a client')"
