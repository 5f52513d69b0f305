"""The server's side of one connection, without sockets, tasks or clocks."""

from __future__ import annotations

import json
from typing import Any

import pytest

from vklive.errors import LocalProtocolError
from vklive.protocol.codes import DisconnectCode, ErrorCode, UnsubscribeCode
from vklive.protocol.messages import ConnectRequest, PublishRequest, SubscribeRequest
from vklive.protocol.server import ServerConnection, State, Timing

TIMING = Timing()


def machine(**timing: Any) -> ServerConnection:
    return ServerConnection(Timing(**timing), client_id="c-1", now=100.0, ping_phase=0.2)


def connected(*, ttl: int | None = None, **timing: Any) -> ServerConnection:
    connection = machine(**timing)
    connection.receive(b'{"id":1,"connect":{"token":"t"}}')
    connection.accept_connect(user="42", ttl=ttl, now=100.0)
    connection.data_to_send()
    return connection


def subscribed(*, ttl: int | None = None, **timing: Any) -> ServerConnection:
    connection = connected(**timing)
    connection.receive(b'{"id":2,"subscribe":{"channel":"pub:a"}}')
    connection.accept_subscribe(ttl=ttl, now=100.0)
    connection.data_to_send()
    return connection


def said(connection: ServerConnection) -> list[Any]:
    return [json.loads(message) for message in connection.data_to_send()]


def test_a_connect_is_asked_about_and_answered_with_what_the_client_must_know():
    connection = machine()
    connection.receive(b'{"id":7,"connect":{"token":"secret-token","name":"bot"}}')
    request = connection.next_request()
    assert request is not None
    assert isinstance(request.asked, ConnectRequest)
    assert request.asked.token == "secret-token"
    assert "secret-token" not in repr(request)
    connection.accept_connect(user="42", ttl=600, now=100.0)
    assert said(connection) == [
        {
            "id": 7,
            "connect": {"client": "c-1", "version": "4.1.5", "expires": True, "ttl": 600, "ping": 25, "pong": True},
        }
    ]
    assert connection.state is State.CONNECTED


def test_without_pings_the_reply_promises_none():
    connection = machine(ping_interval=0.0)
    connection.receive(b'{"id":1,"connect":{}}')
    connection.accept_connect(user="", ttl=None, now=100.0)
    assert said(connection) == [{"id": 1, "connect": {"client": "c-1", "version": "4.1.5"}}]


@pytest.mark.parametrize(
    "frame",
    [
        b"",
        b"{not json",
        b"[]",
        b"{}",
        b'{"id":1}',
        b'{"id":1,"nonsense":{}}',
        b'{"id":"1","connect":{}}',
        b'{"id":-1,"connect":{}}',
        b'{"id":1,"connect":{"token":5}}',
        b'{"id":1,"subscribe":{"channel":"pub:a"}}',
        b'{"connect":{}}',
        b"\n",
        b"\xff\xfe",
    ],
)
def test_anything_but_a_connect_at_first_is_a_bad_request(frame):
    connection = machine()
    connection.receive(frame)
    assert connection.closing is not None
    assert connection.closing.code == DisconnectCode.BAD_REQUEST
    assert connection.closing.reason == "bad request"
    assert connection.closing.detail
    assert connection.next_deadline is None


@pytest.mark.parametrize(
    ("frame", "detail"),
    [
        (b'{"id":2,"connect":{}}', "a second connect"),
        (b'{"id":2,"subscribe":{}}', "subscribe without channel"),
        (b'{"id":2,"subscribe":{"channel":null}}', "subscribe without channel"),
        (b'{"id":2,"unsubscribe":{}}', "unsubscribe without channel"),
        (b'{"id":2,"publish":{"data":1}}', "publish without channel"),
        (b'{"id":2,"publish":{"channel":"pub:a"}}', "publish without data"),
        (b'{"id":2,"presence":{}}', "presence without channel"),
        (b'{"id":2,"presence_stats":{}}', "presencestats without channel"),
        (b'{"id":2,"history":{}}', "history without channel"),
        (b'{"id":2,"refresh":{}}', "refresh without token"),
        (b'{"id":2,"sub_refresh":{"token":"t"}}', "subrefresh without channel"),
        (b'{"subscribe":{"channel":"pub:a"}}', "a command without an id"),
        (b"{}", "a pong without a ping"),
        (b'{"id":0,"publish":{"channel":"a","data":1}}', "a command without an id"),
    ],
)
def test_what_breaks_the_protocol_closes_the_connection_and_says_exactly_why_in_the_log(frame, detail):
    connection = connected()
    connection.receive(frame)
    assert connection.closing is not None
    assert connection.closing.code == DisconnectCode.BAD_REQUEST
    assert detail in connection.closing.detail


def test_commands_before_a_bad_line_are_carried_out():
    connection = connected()
    connection.receive(b'{"id":2,"rpc":{}}\n\n{"id":3,"rpc":{}}')
    assert [reply["id"] for reply in said(connection)] == [2]
    assert connection.closing is not None


def test_a_newline_at_the_end_of_a_frame_is_fine():
    connection = connected()
    connection.receive(b'{"id":2,"rpc":{}}\n')
    assert [reply["id"] for reply in said(connection)] == [2]
    assert connection.closing is None


@pytest.mark.parametrize("command", ["rpc", "ping"])
def test_what_nobody_offers_is_not_available(command):
    connection = connected()
    connection.receive(f'{{"id":2,"{command}":{{}}}}'.encode())
    assert said(connection) == [{"id": 2, "error": {"code": 108, "message": "not available"}}]


def test_a_message_that_wants_no_reply_closes_the_connection():
    connection = connected()
    connection.receive(b'{"send":{"data":{}}}')
    assert connection.closing is not None
    assert connection.closing.code == DisconnectCode.NOT_AVAILABLE


def test_the_first_of_several_questions_in_one_command_counts():
    connection = connected()
    connection.receive(b'{"id":2,"rpc":{},"subscribe":{"channel":"pub:a"}}')
    request = connection.next_request()
    assert request is not None
    assert isinstance(request.asked, SubscribeRequest)


def test_questions_come_out_one_at_a_time_and_in_order():
    connection = machine()
    connection.receive(
        b'{"id":1,"connect":{}}\n{"id":2,"subscribe":{"channel":"a"}}\n{"id":3,"subscribe":{"channel":"b"}}'
    )
    assert connection.waiting == 2
    connection.accept_connect(user="", ttl=None, now=100.0)
    request = connection.next_request()
    assert request is not None
    assert request.id == 2
    assert connection.next_request() is request
    connection.accept_subscribe(ttl=None, now=100.0)
    connection.refuse(ErrorCode.PERMISSION_DENIED, now=100.0)
    assert [reply["id"] for reply in said(connection)] == [1, 2, 3]
    assert list(connection.channels) == ["a"]
    assert connection.next_request() is None


def test_an_answer_without_a_question_is_a_mistake_of_the_driver():
    connection = connected()
    with pytest.raises(LocalProtocolError):
        connection.refuse(ErrorCode.INTERNAL, now=100.0)
    with pytest.raises(LocalProtocolError):
        connection.accept_subscribe(ttl=None, now=100.0)
    connection.receive(b'{"id":2,"publish":{"channel":"a","data":1}}')
    with pytest.raises(LocalProtocolError):
        connection.accept_connect(user="", ttl=None, now=100.0)


def test_a_publish_comes_out_with_its_data_untouched():
    connection = connected()
    connection.receive(b'{"id":2,"publish":{"channel":"a","data":{"b" : 12345678901234567890}}}')
    request = connection.next_request()
    assert request is not None
    assert isinstance(request.asked, PublishRequest)
    assert bytes(request.asked.data) == b'{"b" : 12345678901234567890}'


def test_a_refused_connect_leaves_a_useless_connection_that_is_dropped_without_a_word():
    connection = machine()
    connection.receive(b'{"id":1,"connect":{"token":"t"}}\n{"id":2,"rpc":{}}')
    connection.refuse(ErrorCode.TOKEN_EXPIRED, now=101.0)
    assert said(connection) == [{"id": 1, "error": {"code": 109, "message": "token expired"}}]
    connection.receive(b'{"id":3,"connect":{"token":"t"}}')
    assert connection.next_request() is None
    assert connection.next_deadline == 106.0
    connection.tick(106.0)
    assert connection.closing is not None
    assert connection.closing.code is None


def test_a_temporary_error_says_so():
    connection = connected()
    connection.receive(b'{"id":2,"subscribe":{"channel":"a"}}')
    connection.refuse(ErrorCode.INTERNAL, now=100.0)
    assert said(connection) == [
        {"id": 2, "error": {"code": 100, "message": "internal server error", "temporary": True}}
    ]


def test_a_client_that_does_not_connect_is_stale():
    connection = machine()
    assert connection.next_deadline == 110.0
    connection.tick(109.9)
    assert connection.closing is None
    connection.tick(110.0)
    assert connection.closing is not None
    assert (connection.closing.code, connection.closing.reason) == (3502, "stale")


def test_pings_begin_somewhere_in_the_first_interval_and_go_on():
    connection = connected()
    pings = []
    for second in range(100, 190):
        connection.tick(float(second))
        if connection.data_to_send() == [b"{}"]:
            pings.append(second)
            connection.receive(b"{}")
    assert pings == [105, 130, 155, 180]
    assert connection.closing is None


def test_a_missing_pong_closes_the_connection_even_when_the_client_says_other_things():
    connection = connected()
    connection.tick(105.0)
    connection.receive(b'{"id":2,"rpc":{}}')
    connection.tick(112.9)
    assert connection.closing is None
    connection.tick(113.0)
    assert connection.closing is not None
    assert (connection.closing.code, connection.closing.reason) == (3012, "no pong")


def test_a_second_pong_for_one_ping_is_a_bad_request():
    connection = connected()
    connection.tick(105.0)
    connection.receive(b"{}\n{}")
    assert connection.closing is not None
    assert connection.closing.code == 3501


def test_a_connection_outlives_its_token_by_the_close_delay_unless_it_is_refreshed():
    connection = connected(ttl=10, ping_interval=0.0)
    connection.tick(134.9)
    assert connection.closing is None
    connection.receive(b'{"id":2,"refresh":{"token":"new"}}')
    connection.accept_refresh(ttl=3600, now=134.9)
    assert said(connection) == [{"id": 2, "refresh": {"expires": True, "ttl": 3600}}]
    connection.tick(135.0)
    assert connection.closing is None
    connection.tick(134.9 + 3600 + 25)
    assert connection.closing is not None
    assert connection.closing.code == 3005


def test_a_refresh_with_a_token_that_never_ends_leaves_the_old_deadline():
    connection = connected(ttl=10, ping_interval=0.0)
    connection.receive(b'{"id":2,"refresh":{"token":"new"}}')
    connection.accept_refresh(ttl=None, now=101.0)
    assert said(connection) == [{"id": 2, "refresh": {}}]
    connection.tick(135.0)
    assert connection.closing is not None
    assert connection.closing.code == 3005


def test_a_subscription_that_is_not_refreshed_ends_at_the_next_look_after_the_delay():
    connection = subscribed(ttl=3, ping_interval=0.0)
    connection.tick(127.0)
    assert said(connection) == []
    connection.tick(154.0)
    assert said(connection) == [
        {"push": {"channel": "pub:a", "unsubscribe": {"code": 2501, "reason": "subscription expired"}}}
    ]
    assert [ended.channel for ended in connection.ended()] == ["pub:a"]
    assert list(connection.ended()) == []
    assert list(connection.channels) == []


def test_a_refreshed_subscription_lives_on():
    connection = subscribed(ttl=3, ping_interval=0.0)
    connection.receive(b'{"id":3,"sub_refresh":{"channel":"pub:a","token":"new"}}')
    connection.accept_sub_refresh(ttl=600, now=102.0)
    assert said(connection) == [{"id": 3, "sub_refresh": {"expires": True, "ttl": 600}}]
    connection.tick(127.0)
    connection.tick(154.0)
    assert list(connection.channels) == ["pub:a"]


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        (b'{"id":3,"subscribe":{"channel":"pub:a"}}', 105),
        (b'{"id":3,"subscribe":{"channel":"%s"}}' % (b"x" * 256), 107),
        (b'{"id":3,"subscribe":{"channel":"%s"}}' % ("ю" * 128).encode(), 107),
        (b'{"id":3,"sub_refresh":{"channel":"pub:b","token":"t"}}', 103),
        (b'{"id":3,"sub_refresh":{"channel":"pub:a"}}', 107),
    ],
)
def test_what_the_state_of_the_connection_answers_is_answered_without_a_question(frame, code):
    connection = subscribed()
    connection.receive(frame)
    assert connection.next_request() is None
    assert [reply["error"]["code"] for reply in said(connection)] == [code]


def test_a_name_of_255_bytes_is_still_a_name():
    connection = connected()
    connection.receive(b'{"id":2,"subscribe":{"channel":"%s"}}' % (b"x" * 255))
    assert connection.next_request() is not None


def test_one_channel_too_many_is_over_the_limit_and_an_unsubscribe_makes_room():
    connection = subscribed(channel_limit=1)
    connection.receive(b'{"id":3,"subscribe":{"channel":"pub:b"}}')
    assert said(connection)[0]["error"]["code"] == 106
    connection.receive(b'{"id":4,"unsubscribe":{"channel":"pub:a"}}\n{"id":5,"subscribe":{"channel":"pub:b"}}')
    assert said(connection) == [{"id": 4, "unsubscribe": {}}]
    request = connection.next_request()
    assert request is not None
    assert request.id == 5


def test_unsubscribing_from_what_one_does_not_hear_succeeds_and_ends_nothing():
    connection = connected()
    connection.receive(b'{"id":2,"unsubscribe":{"channel":"pub:zzz"}}')
    assert said(connection) == [{"id": 2, "unsubscribe": {}}]
    assert list(connection.ended()) == []


def test_a_push_goes_only_to_who_is_subscribed_and_its_bytes_are_not_copied():
    connection = subscribed()
    message = b'{"push":{"channel":"pub:a","pub":{"data":1}}}'
    connection.deliver("pub:a", message)
    connection.deliver("pub:b", b"never")
    sent = connection.data_to_send()
    assert len(sent) == 1
    assert sent[0] is message


def test_the_server_may_end_a_subscription_and_says_why_once():
    connection = subscribed()
    connection.unsubscribe("pub:a", UnsubscribeCode.SERVER)
    connection.unsubscribe("pub:a", UnsubscribeCode.SERVER)
    assert said(connection) == [
        {"push": {"channel": "pub:a", "unsubscribe": {"code": 2000, "reason": "server unsubscribe"}}}
    ]


def test_what_was_to_be_sent_goes_before_a_close_but_not_to_a_slow_client():
    message = b'{"push":{"channel":"pub:a","pub":{"data":1}}}'
    connection = subscribed()
    connection.deliver("pub:a", message)
    connection.close(DisconnectCode.SHUTDOWN)
    assert connection.data_to_send() == [message]
    slow = subscribed()
    slow.deliver("pub:a", message)
    slow.close(DisconnectCode.SLOW)
    assert slow.data_to_send() == []


def test_a_closed_connection_hears_says_and_awaits_nothing():
    connection = subscribed()
    connection.close(DisconnectCode.SHUTDOWN)
    connection.receive(b'{"id":9,"rpc":{}}')
    connection.close(DisconnectCode.BAD_REQUEST)
    connection.vanished()
    assert connection.closing is not None
    assert connection.closing.code == 3001
    assert connection.data_to_send() == []
    assert connection.next_deadline is None
    assert connection.next_request() is None


def test_a_client_that_has_gone_gets_nothing_more():
    connection = subscribed()
    connection.deliver("pub:a", b"x")
    connection.vanished()
    assert connection.data_to_send() == []
    assert connection.closing is not None
    assert connection.closing.code is None
