"""The server's side of one connection, without sockets, tasks or clocks."""

from __future__ import annotations

import json
from typing import Any

import pytest
from msgspec import Raw

from vklive.errors import LocalProtocolError
from vklive.protocol.codes import DisconnectCode, ErrorCode, UnsubscribeCode
from vklive.protocol.formats import UNI_JSON
from vklive.protocol.medium import Medium
from vklive.protocol.messages import (
    ClientInfo,
    ConnectRequest,
    Join,
    PresenceStatsResult,
    Publication,
    PublishRequest,
    Push,
    SubscribeRequest,
)
from vklive.protocol.position import Position
from vklive.protocol.pushed import Pushed
from vklive.protocol.requests import Answered
from vklive.protocol.server import ServerConnection
from vklive.protocol.server_state import State
from vklive.protocol.subscription import BEGINNING, Standing, Terms
from vklive.protocol.timing import Timing

TIMING = Timing()


EMULATED = Medium(name="sse", emulated=True, tells_disconnect=True)


def machine(*, medium: Medium = Medium(), **timing: Any) -> ServerConnection:  # noqa: B008 - it is immutable
    return ServerConnection(Timing(**timing), client_id="c-1", now=100.0, medium=medium, ping_phase=0.2)


def connected(*, ttl: int | None = None, **timing: Any) -> ServerConnection:
    connection = machine(**timing)
    connection.receive(b'{"id":1,"connect":{"token":"t"}}')
    connection.accept_connect(user="42", ttl=ttl, now=100.0)
    connection.data_to_send()
    return connection


def subscribed(*, ttl: int | None = None, **timing: Any) -> ServerConnection:
    connection = connected(**timing)
    connection.receive(b'{"id":2,"subscribe":{"channel":"pub:a"}}')
    connection.accept_subscribe(Terms(ttl=ttl), BEGINNING, now=100.0)
    connection.data_to_send()
    return connection


def channels_of(connection: ServerConnection) -> list[str]:
    return [channel for channel, _ in connection.subscriptions]


def pushed(channel: str, data: bytes = b"1", *, offset: int = 0, epoch: str = "") -> Pushed:
    return Pushed(Push(channel=channel, pub=Publication(data=Raw(data), offset=offset)), epoch=epoch)


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
        (b'{"id":2,"presence_stats":{}}', "presence_stats without channel"),
        (b'{"id":2,"history":{}}', "history without channel"),
        (b'{"id":2,"refresh":{}}', "refresh without token"),
        (b'{"id":2,"sub_refresh":{"token":"t"}}', "sub_refresh without channel"),
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
    connection.accept_subscribe(Terms(), BEGINNING, now=100.0)
    connection.refuse(ErrorCode.PERMISSION_DENIED, now=100.0)
    assert [reply["id"] for reply in said(connection)] == [1, 2, 3]
    assert channels_of(connection) == ["a"]
    assert connection.next_request() is None


def test_an_answer_without_a_question_is_a_mistake_of_the_driver():
    connection = connected()
    with pytest.raises(LocalProtocolError):
        connection.refuse(ErrorCode.INTERNAL, now=100.0)
    with pytest.raises(LocalProtocolError):
        connection.accept_subscribe(Terms(), BEGINNING, now=100.0)
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


@pytest.mark.parametrize("more", [b'{"id":2,"connect":{}}', b'{"id":2,"rpc":{}}', b"{}", b"{"])
def test_a_client_that_speaks_by_other_requests_is_closed_if_it_says_more_after_it_was_refused(more):
    connection = machine(medium=EMULATED)
    connection.receive(b'{"id":1,"connect":{"token":"t"}}\n{"id":2,"rpc":{}}')
    connection.refuse(ErrorCode.TOKEN_EXPIRED, now=101.0)
    assert said(connection) == [{"id": 1, "error": {"code": 109, "message": "token expired"}}]
    connection.receive(more)
    assert said(connection) == [{"push": {"disconnect": {"code": 3501, "reason": "bad request"}}}]


def test_a_client_that_speaks_by_other_requests_is_stale_if_it_stays_after_it_was_refused():
    connection = machine(medium=EMULATED)
    connection.receive(b'{"id":1,"connect":{"token":"t"}}')
    connection.refuse(ErrorCode.TOKEN_EXPIRED, now=101.0)
    said(connection)
    assert connection.next_deadline == 110.0
    connection.tick(110.0)
    assert said(connection) == [{"push": {"disconnect": {"code": 3502, "reason": "stale"}}}]


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
    assert channels_of(connection) == []


def test_a_refreshed_subscription_lives_on():
    connection = subscribed(ttl=3, ping_interval=0.0)
    connection.receive(b'{"id":3,"sub_refresh":{"channel":"pub:a","token":"new"}}')
    connection.accept_sub_refresh(Terms(ttl=600), now=102.0)
    assert said(connection) == [{"id": 3, "sub_refresh": {"expires": True, "ttl": 600}}]
    connection.tick(127.0)
    connection.tick(154.0)
    assert channels_of(connection) == ["pub:a"]


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
    one, other = subscribed(), subscribed()
    push = pushed("pub:a")
    one.deliver("pub:a", push)
    other.deliver("pub:a", push)
    one.deliver("pub:b", pushed("pub:b"))
    sent = one.data_to_send()
    assert sent == [b'{"push":{"channel":"pub:a","pub":{"data":1}}}']
    assert sent[0] is other.data_to_send()[0]


def test_the_server_may_end_a_subscription_and_says_why_also_to_who_had_none():
    connection = subscribed()
    connection.unsubscribe("pub:a", UnsubscribeCode.SERVER)
    connection.unsubscribe("pub:b", UnsubscribeCode.SERVER)
    connection.unsubscribe("", UnsubscribeCode.SERVER)
    reason = {"code": 2000, "reason": "server unsubscribe"}
    assert said(connection) == [
        {"push": {"channel": "pub:a", "unsubscribe": reason}},
        {"push": {"channel": "pub:b", "unsubscribe": reason}},
        {"push": {"unsubscribe": reason}},
    ]
    assert [ended.channel for ended in connection.ended()] == ["pub:a"]


def test_what_was_to_be_sent_goes_before_a_close_but_not_to_a_slow_client():
    message = b'{"push":{"channel":"pub:a","pub":{"data":1}}}'
    connection = subscribed()
    connection.deliver("pub:a", pushed("pub:a"))
    connection.close(DisconnectCode.SHUTDOWN, detail="")
    assert connection.data_to_send() == [message]
    slow = subscribed()
    slow.deliver("pub:a", pushed("pub:a"))
    slow.close(DisconnectCode.SLOW, detail="")
    assert slow.data_to_send() == []


def test_a_closed_connection_hears_says_and_awaits_nothing():
    connection = subscribed()
    connection.close(DisconnectCode.SHUTDOWN, detail="")
    connection.receive(b'{"id":9,"rpc":{}}')
    connection.close(DisconnectCode.BAD_REQUEST, detail="")
    connection.vanished()
    assert connection.closing is not None
    assert connection.closing.code == 3001
    assert connection.data_to_send() == []
    assert connection.next_deadline is None
    assert connection.next_request() is None


def test_a_client_that_has_gone_gets_nothing_more():
    connection = subscribed()
    connection.deliver("pub:a", pushed("pub:a"))
    connection.vanished()
    assert connection.data_to_send() == []
    assert connection.closing is not None
    assert connection.closing.code is None


def positioned(*, top: int = 3, by_server: bool = False, **timing: Any) -> ServerConnection:
    connection = connected(**timing)
    connection.receive(b'{"id":2,"subscribe":{"channel":"rec:a"}}')
    connection.accept_subscribe(
        Terms(positioned=True, recoverable=True, by_server=by_server), Standing(top=Position("e", top)), now=100.0
    )
    assert said(connection) == [
        {"id": 2, "subscribe": {"recoverable": True, "epoch": "e", "offset": top, "positioned": True}}
    ]
    return connection


def test_a_watched_position_lets_the_next_publication_pass():
    connection = positioned(top=3)
    connection.deliver("rec:a", pushed("rec:a", offset=4, epoch="e"))
    connection.deliver("rec:a", pushed("rec:a", b"2", offset=5, epoch="e"))
    connection.deliver("rec:a", pushed("rec:a", b"3"))
    assert [reply["push"]["pub"] for reply in said(connection)] == [
        {"data": 1, "offset": 4},
        {"data": 2, "offset": 5},
        {"data": 3},
    ]


@pytest.mark.parametrize(("offset", "epoch"), [(5, "e"), (3, "e"), (4, "f")])
def test_a_publication_that_should_not_come_next_ends_the_subscription_so_that_the_client_recovers(offset, epoch):
    connection = positioned(top=3)
    connection.deliver("rec:a", pushed("rec:a", offset=offset, epoch=epoch))
    assert said(connection) == [
        {"push": {"channel": "rec:a", "unsubscribe": {"code": 2500, "reason": "insufficient state"}}}
    ]
    assert [ended.channel for ended in connection.ended()] == ["rec:a"]
    assert connection.closing is None


def test_a_hole_in_what_the_server_subscribed_ends_the_connection():
    connection = positioned(top=3, by_server=True)
    connection.deliver("rec:a", pushed("rec:a", offset=5, epoch="e"))
    assert connection.closing is not None
    assert (connection.closing.code, connection.closing.reason) == (3010, "insufficient state")


def test_what_comes_while_a_subscription_is_made_follows_its_reply_once_and_in_order():
    connection = connected()
    connection.receive(b'{"id":2,"subscribe":{"channel":"rec:a"}}')
    connection.subscriptions.arrive("rec:a")
    for offset in (2, 3, 0, 4):
        connection.deliver("rec:a", pushed("rec:a", b"%d" % offset, offset=offset, epoch="e"))
    assert said(connection) == []
    terms = Terms(positioned=True)
    connection.accept_subscribe(terms, Standing(top=Position("e", 3)), now=100.0)
    assert said(connection) == [
        {"id": 2, "subscribe": {"epoch": "e", "offset": 3, "positioned": True}},
        {"push": {"channel": "rec:a", "pub": {"data": 0}}},
        {"push": {"channel": "rec:a", "pub": {"data": 4, "offset": 4}}},
    ]


def test_a_payload_that_is_not_json_ends_the_connection_of_a_client_that_speaks_json():
    connection = subscribed()
    connection.deliver("pub:a", pushed("pub:a", b"\x00\xff"))
    assert connection.closing is not None
    assert (connection.closing.code, connection.closing.reason) == (3506, "inappropriate protocol")
    assert said(connection) == []


def test_news_of_others_come_to_those_who_want_them():
    news = Pushed(Push(channel="pub:a", join=Join(info=ClientInfo(user="7", client="c"))))
    silent = subscribed()
    silent.deliver_other("pub:a", news)
    assert said(silent) == []
    curious = connected()
    curious.receive(b'{"id":2,"subscribe":{"channel":"pub:a"}}')
    curious.accept_subscribe(Terms(hears_others=True), BEGINNING, now=100.0)
    curious.deliver_other("pub:a", news)
    assert said(curious)[-1] == {"push": {"channel": "pub:a", "join": {"info": {"user": "7", "client": "c"}}}}


def test_a_connect_may_bring_subscriptions_and_what_was_missed_in_them():
    connection = machine()
    connection.receive(b'{"id":1,"connect":{"subs":{"#42":{"recover":true,"offset":1,"epoch":"e"}}}}')
    missed = [Publication(data=Raw(b"2"), offset=2)]
    standing = Standing(top=Position("e", 2), since=Position("e", 1), missed=missed)
    terms = Terms(positioned=True, recoverable=True, by_server=True)
    connection.accept_connect(user="42", ttl=None, now=100.0, subscriptions={"#42": (terms, standing)})
    assert said(connection)[0]["connect"]["subs"] == {
        "#42": {
            "recoverable": True,
            "epoch": "e",
            "publications": [{"data": 2, "offset": 2}],
            "recovered": True,
            "offset": 1,
            "positioned": True,
            "was_recovering": True,
        }
    }
    connection.receive(b'{"id":2,"subscribe":{"channel":"#42"}}')
    assert said(connection)[0]["error"]["code"] == 105


def test_a_subscription_that_the_server_makes_later_is_told_with_a_push_and_what_was_missed_follows():
    connection = connected()
    connection.subscriptions.arrive("rec:a")
    missed = [Publication(data=Raw(b"2"), offset=2)]
    standing = Standing(top=Position("e", 2), since=Position("e", 1), missed=missed)
    connection.subscribed("rec:a", Terms(positioned=True, recoverable=True, by_server=True), standing, now=100.0)
    assert said(connection) == [
        {
            "push": {
                "channel": "rec:a",
                "subscribe": {"recoverable": True, "epoch": "e", "offset": 1, "positioned": True},
            }
        },
        {"push": {"channel": "rec:a", "pub": {"data": 2, "offset": 2}}},
    ]


def test_new_terms_for_a_subscription_that_stands_do_not_lose_its_place():
    connection = positioned(top=3)
    connection.deliver("rec:a", pushed("rec:a", offset=4, epoch="e"))
    terms = Terms(positioned=True, recoverable=True, by_server=True)
    connection.subscribed("rec:a", terms, Standing(top=Position("e", 3)), now=100.0)
    connection.deliver("rec:a", pushed("rec:a", offset=5, epoch="e"))
    assert connection.closing is None
    assert [reply["push"]["pub"]["offset"] for reply in said(connection) if "pub" in reply["push"]] == [4, 5]


def test_a_subscription_of_the_server_that_expires_ends_the_connection():
    connection = connected(ping_interval=0.0)
    connection.subscribed("pub:a", Terms(ttl=1, by_server=True), BEGINNING, now=100.0)
    connection.tick(127.0)
    assert connection.closing is not None
    assert (connection.closing.code, connection.closing.reason) == (3006, "subscription expired")


def test_positions_are_to_be_compared_when_the_last_time_is_long_ago():
    connection = positioned(top=3)
    assert connection.subscriptions.unchecked(139.0, age=40.0) == []
    assert connection.subscriptions.unchecked(140.0, age=40.0) == [("rec:a", Position("e", 3))]
    assert connection.subscriptions.unchecked(141.0, age=40.0) == []


def test_an_end_is_told_with_a_push_where_there_is_no_close_frame():
    connection = ServerConnection(Timing(), client_id="c-1", now=100.0, medium=Medium(tells_disconnect=True))
    connection.receive(b'{"id":1,"connect":{}}')
    connection.accept_connect(user="", ttl=None, now=100.0)
    connection.data_to_send()
    connection.close(DisconnectCode.SHUTDOWN, detail="")
    assert said(connection) == [{"push": {"disconnect": {"code": 3001, "reason": "shutdown"}}}]


def test_a_reply_tells_session_and_node_to_who_must_name_them():
    emulated = Medium(emulated=True, tells_disconnect=True)
    connection = ServerConnection(Timing(), client_id="c-1", now=100.0, medium=emulated, session="s", node="n")
    connection.receive(b'{"id":1,"connect":{}}')
    connection.accept_connect(user="", ttl=None, now=100.0)
    reply = said(connection)[0]["connect"]
    assert (reply["session"], reply["node"]) == ("s", "n")


def listener(**timing: Any) -> ServerConnection:
    medium = Medium(unidirectional=True, tells_disconnect=True, format=UNI_JSON)
    connection = ServerConnection(
        Timing(**timing), client_id="c-1", now=100.0, medium=medium, session="s", node="n", ping_phase=0.2
    )
    connection.ask_to_connect(ConnectRequest(token="t"))
    return connection


def test_who_only_listens_is_told_everything_with_pushes_and_answers_no_pings():
    connection = listener()
    connection.accept_connect(user="42", ttl=None, now=100.0)
    assert said(connection) == [{"connect": {"client": "c-1", "version": "4.1.5", "ping": 25, "session": "s"}}]
    connection.tick(105.0)
    assert said(connection) == [{}]
    connection.tick(120.0)
    assert connection.closing is None
    connection.close(DisconnectCode.SHUTDOWN, detail="")
    assert said(connection) == [{"disconnect": {"code": 3001, "reason": "shutdown"}}]


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ErrorCode.TOKEN_EXPIRED, 3005),
        (ErrorCode.EXPIRED, 3005),
        (ErrorCode.TOO_MANY_REQUESTS, 3013),
        (ErrorCode.PERMISSION_DENIED, 3507),
        (ErrorCode.UNKNOWN_CHANNEL, 3004),
    ],
)
def test_who_only_listens_and_may_not_is_closed_instead_of_refused(error, code):
    connection = listener()
    connection.refuse(error, now=100.0)
    assert [push["disconnect"]["code"] for push in said(connection)] == [code]
    assert connection.closing is not None
    assert connection.closing.code == code


def test_each_command_that_was_answered_is_told_once_by_name_with_its_error():
    connection = connected()
    connection.answered()
    for frame in (
        b'{"id":2,"subscribe":{"channel":"pub:a"}}',
        b'{"id":3,"subscribe":{"channel":"pub:b"}}',
        b'{"id":4,"subscribe":{"channel":"pub:b"}}',
        b'{"id":5,"rpc":{}}',
        b'{"id":6,"unsubscribe":{"channel":"pub:a"}}',
        b'{"id":7,"presence_stats":{"channel":"pub:a"}}',
        b'{"id":8,"sub_refresh":{"channel":"pub:c","token":"t"}}',
    ):
        connection.receive(frame)
    assert connection.answered() == []
    connection.accept_subscribe(Terms(), BEGINNING, now=101.0)
    connection.refuse(ErrorCode.PERMISSION_DENIED, now=101.0)
    connection.accept_subscribe(Terms(), BEGINNING, now=101.0)
    connection.accept(PresenceStatsResult())
    assert connection.answered() == [
        Answered("subscribe"),
        Answered("subscribe", ErrorCode.PERMISSION_DENIED),
        Answered("subscribe"),
        Answered("rpc", ErrorCode.NOT_AVAILABLE),
        Answered("unsubscribe"),
        Answered("presence_stats"),
        Answered("sub_refresh", ErrorCode.PERMISSION_DENIED),
    ]
    assert connection.answered() == []
