"""The consumer's side of one connection, without sockets, tasks or clocks."""

from __future__ import annotations

import json
from typing import Any

import pytest
from msgspec import Raw

from vklive.errors import LocalProtocolError
from vklive.protocol.client import MAX_COMMANDS_IN_FRAME, ClientConnection, State
from vklive.protocol.client_events import (
    Answered,
    CallRefused,
    ClientEvent,
    Closed,
    Connected,
    ConnectRefused,
    Joined,
    Left,
    Published,
    RefreshDue,
    Refreshed,
    RefreshRefused,
    Refused,
    Subscribed,
    SubscribeRefused,
    Unreadable,
    Unsubscribed,
)
from vklive.protocol.codes import ClientCode, UnsubscribeCode
from vklive.protocol.messages import ClientInfo, PresenceStatsRequest, PresenceStatsResult, RpcRequest
from vklive.protocol.position import Position

KEPT = {"recoverable": True, "positioned": True, "epoch": "ep"}


def line(**reply: Any) -> bytes:
    return json.dumps(reply).encode()


def sent(machine: ClientConnection) -> list[list[Any]]:
    """Frames, each as its commands."""
    return [[json.loads(command) for command in frame.split(b"\n")] for frame in machine.data_to_send()]


def connected(**result: Any) -> ClientConnection:
    machine = ClientConnection()
    machine.connect("token", now=0.0)
    machine.receive(line(id=1, connect={"client": "c-1", "version": "4.1.5"} | result), now=0.0)
    machine.data_to_send()
    return machine


def subscribed(**result: Any) -> ClientConnection:
    machine = connected()
    machine.subscribe("a", now=0.0)
    machine.receive(line(id=2, subscribe=result), now=0.0)
    machine.data_to_send()
    return machine


def push(channel: str, **what: Any) -> bytes:
    return line(push={"channel": channel} | what)


def publication(offset: int) -> dict[str, Any]:
    return {"data": {"n": offset}, "offset": offset}


def offsets(events: list[ClientEvent]) -> list[int]:
    return [one.position.offset for one in events if isinstance(one, Published) and one.position is not None]


def test_connect_says_who_one_is():
    machine = ClientConnection(name="my-bot", version="1.2")
    machine.connect("secret", now=0.0)
    assert sent(machine) == [[{"id": 1, "connect": {"token": "secret", "name": "my-bot", "version": "1.2"}}]]
    assert machine.state is State.CONNECTING
    assert machine.next_deadline == 5.0


def test_the_reply_makes_the_connection_stand():
    machine = ClientConnection()
    machine.connect("t", now=0.0)
    assert machine.receive(line(id=1, connect={"client": "c-1", "version": "4.1.5"}), now=0.1) == [
        Connected(client_id="c-1", version="4.1.5")
    ]
    assert machine.state is State.CONNECTED
    assert machine.next_deadline is None


@pytest.mark.parametrize(
    ("error", "reconnect"),
    [
        ({"code": 109, "message": "token expired"}, True),
        ({"code": 100, "message": "internal server error", "temporary": True}, True),
        ({"code": 101, "message": "unauthorized"}, False),
        ({"code": 103, "message": "permission denied"}, False),
    ],
)
def test_a_refused_connect_is_the_end_and_says_whether_to_come_back(error, reconnect):
    machine = ClientConnection()
    machine.connect("t", now=0.0)
    refused, closed = machine.receive(line(id=1, error=error), now=0.1)
    assert isinstance(refused, ConnectRefused)
    assert refused.refused.code == error["code"]
    assert closed == Closed(code=error["code"], reason=error["message"], reconnect=reconnect)


def test_a_connect_that_nobody_answers_ends_the_connection():
    machine = ClientConnection(command_timeout=3.0)
    machine.connect("t", now=10.0)
    assert machine.tick(12.9) == []
    assert machine.tick(13.0) == [Closed(code=4, reason="connect timeout", reconnect=True)]


def test_a_ping_is_answered_only_where_the_server_wants_it():
    machine = connected(ping=25, pong=True)
    assert machine.receive(b"{}", now=1.0) == []
    assert machine.data_to_send() == [b"{}"]
    quiet = connected(ping=25)
    quiet.receive(b"{}", now=1.0)
    assert quiet.data_to_send() == []


def test_silence_beyond_a_late_ping_is_the_end_and_any_frame_is_a_sign_of_life():
    machine = connected(ping=25, pong=True)
    assert machine.next_deadline == 35.0
    machine.receive(push("other", pub={"data": 1}), now=20.0)
    assert machine.tick(54.9) == []
    assert machine.tick(55.0) == [Closed(code=2, reason="no ping", reconnect=True)]


def test_a_server_that_does_not_ping_may_be_silent():
    assert connected().next_deadline is None


def test_subscribes_issued_together_leave_in_one_frame():
    machine = connected()
    for number in range(MAX_COMMANDS_IN_FRAME + 1):
        machine.subscribe(f"ch{number}", now=0.0)
    frames = sent(machine)
    assert [len(frame) for frame in frames] == [MAX_COMMANDS_IN_FRAME, 1]
    assert frames[0][0] == {"id": 2, "subscribe": {"channel": "ch0"}}


def test_a_subscribe_carries_its_token_and_its_position():
    machine = connected()
    machine.subscribe("a", token="secret", position=Position("ep", 7), now=0.0)
    assert sent(machine) == [
        [{"id": 2, "subscribe": {"channel": "a", "token": "secret", "recover": True, "epoch": "ep", "offset": 7}}]
    ]


def test_what_was_missed_comes_after_the_reply_and_before_what_is_new():
    machine = connected()
    machine.subscribe("a", position=Position("ep", 7), now=0.0)
    result = {
        "recoverable": True,
        "epoch": "ep",
        "offset": 7,
        "was_recovering": True,
        "recovered": True,
        "publications": [{"data": {"n": 8}, "offset": 8}, {"data": {"n": 9}, "offset": 9}],
    }
    frame = line(id=2, subscribe=result) + b"\n" + push("a", pub={"data": {"n": 10}, "offset": 10})
    events = machine.receive(frame, now=1.0)
    assert events[0] == Subscribed(ws_channel="a", position=Position("ep", 7), recovered=True)
    assert [event.position for event in events[1:] if isinstance(event, Published)] == [
        Position("ep", 8),
        Position("ep", 9),
        Position("ep", 10),
    ]


def test_a_recovery_that_failed_is_visible():
    machine = connected()
    machine.subscribe("a", position=Position("old", 7), now=0.0)
    result = {"recoverable": True, "epoch": "new", "offset": 3, "was_recovering": True}
    assert machine.receive(line(id=2, subscribe=result), now=1.0) == [
        Subscribed(ws_channel="a", position=Position("new", 3), recovered=False)
    ]


def test_a_subscription_begins_before_what_was_missed_wherever_the_history_ends():
    """Who stops between the two is otherwise never given what was missed."""
    machine = connected()
    machine.subscribe("a", position=Position("ep", 7), now=0.0)
    missed = {"was_recovering": True, "recovered": True, "publications": [publication(8), publication(9)]}
    events = machine.receive(line(id=2, subscribe=KEPT | missed | {"offset": 9}), now=1.0)
    assert events[0] == Subscribed(ws_channel="a", position=Position("ep", 7), recovered=True)
    assert offsets(events) == [8, 9]


def test_a_publication_that_comes_twice_is_heard_once():
    machine = subscribed(**KEPT, offset=3)
    frames = [push("a", pub=publication(offset)) for offset in (4, 4, 5, 4, 6)]
    assert offsets([event for frame in frames for event in machine.receive(frame, now=0.1)]) == [4, 5, 6]


def test_a_hole_in_the_offsets_is_noticed_at_once_and_nothing_behind_it_is_heard():
    machine = subscribed(**KEPT, offset=3)
    frame = b"\n".join(push("a", pub=publication(offset)) for offset in (4, 6, 7))
    published, gone = machine.receive(frame, now=0.1)
    assert offsets([published]) == [4]
    assert gone == Unsubscribed(ws_channel="a", code=UnsubscribeCode.INSUFFICIENT_STATE, reason="insufficient state")
    assert sent(machine) == [[{"id": 3, "unsubscribe": {"channel": "a"}}]]
    machine.subscribe("a", position=Position("ep", 4), now=0.2)
    missed = [publication(5), publication(6), publication(7)]
    answer = KEPT | {"was_recovering": True, "recovered": True, "offset": 7, "publications": missed}
    assert offsets(machine.receive(line(id=4, subscribe=answer), now=0.3)) == [5, 6, 7]


def test_a_hole_among_what_was_missed_is_noticed_too():
    machine = connected()
    machine.subscribe("a", position=Position("ep", 7), now=0.0)
    missed = {"was_recovering": True, "recovered": True, "publications": [publication(n) for n in (8, 10, 11)]}
    events = machine.receive(line(id=2, subscribe=KEPT | missed | {"offset": 11}), now=1.0)
    assert offsets(events) == [8]
    assert [type(event) for event in events] == [Subscribed, Published, Unsubscribed]


def test_what_was_under_way_when_a_subscription_ended_is_not_heard_by_the_next_one():
    """Found by the simulation: it was delivered before what it comes after."""
    machine = subscribed(**KEPT, offset=3)
    machine.receive(push("a", pub=publication(5)), now=0.1)
    machine.subscribe("a", position=Position("ep", 3), now=0.1)
    assert machine.receive(push("a", pub=publication(6)), now=0.2) == []
    missed = [publication(4), publication(5), publication(6)]
    answer = KEPT | {"was_recovering": True, "recovered": True, "offset": 6, "publications": missed}
    assert offsets(machine.receive(line(id=4, subscribe=answer), now=0.3)) == [4, 5, 6]


def test_offsets_that_no_server_vouches_for_prove_nothing():
    machine = subscribed(epoch="ep", offset=3)
    frames = [push("a", pub=publication(offset)) for offset in (9, 5)]
    assert offsets([event for frame in frames for event in machine.receive(frame, now=0.1)]) == [9, 5]


def test_a_publication_may_come_before_the_reply_to_the_subscribe():
    machine = connected()
    machine.subscribe("a", now=0.0)
    (event,) = machine.receive(push("a", pub={"data": {"n": 1}}), now=0.1)
    assert isinstance(event, Published)
    assert event.position is None


def test_a_payload_is_given_byte_for_byte():
    machine = subscribed()
    raw = b'{"n" : 12345678901234567890, "t": "<\xd1\x8e>"}'
    (event,) = machine.receive(b'{"push":{"channel":"a","pub":{"data":' + raw + b"}}}", now=0.1)
    assert isinstance(event, Published)
    assert bytes(event.data) == raw


def test_what_comes_of_a_ws_channel_that_nobody_wants_is_passed_over():
    machine = subscribed()
    machine.unsubscribe("a", now=0.0)
    assert machine.receive(push("a", pub={"data": 1}), now=0.1) == []


@pytest.mark.parametrize("code", [103, 105, 100, 109])
def test_a_refused_subscribe_leaves_the_connection_and_the_ws_channel_can_be_asked_for_again(code):
    machine = connected()
    machine.subscribe("a", now=0.0)
    (event,) = machine.receive(line(id=2, error={"code": code, "message": "no"}), now=0.1)
    assert isinstance(event, SubscribeRefused)
    assert (event.ws_channel, event.refused.code) == ("a", code)
    machine.subscribe("a", token="t", now=0.2)
    assert machine.state is State.CONNECTED


@pytest.mark.parametrize("late", [{"error": {"code": 103, "message": "permission denied"}}, {"subscribe": {}}])
def test_an_answer_about_a_subscription_that_was_given_up_says_nothing_about_the_next_one(late):
    machine = connected()
    machine.subscribe("a", now=0.0)
    machine.unsubscribe("a", now=0.0)
    machine.subscribe("a", token="t", now=0.0)
    assert machine.receive(line(id=2, **late), now=0.1) == []
    assert machine.is_subscribed("a")
    assert not machine.is_heard("a")
    assert machine.receive(line(id=3, unsubscribe={}) + b"\n" + line(id=4, subscribe={}), now=0.2) == [
        Subscribed(ws_channel="a", position=None, recovered=False)
    ]
    assert machine.is_heard("a")


def test_a_subscribe_that_nobody_answers_ends_the_connection():
    machine = connected()
    machine.subscribe("a", now=10.0)
    assert machine.tick(15.0) == [Closed(code=3, reason="subscribe timeout", reconnect=True)]


@pytest.mark.parametrize("code", [2000, 2500, 2501])
def test_the_server_may_end_a_subscription(code):
    machine = subscribed()
    assert machine.receive(push("a", unsubscribe={"code": code, "reason": "why"}), now=1.0) == [
        Unsubscribed(ws_channel="a", code=code, reason="why")
    ]
    assert not machine.is_subscribed("a")


def test_a_connection_token_is_renewed_before_it_ends():
    machine = connected(expires=True, ttl=600)
    assert machine.next_deadline == 590.0
    assert machine.tick(589.9) == []
    assert machine.tick(590.0) == [RefreshDue(None)]
    assert machine.tick(599.0) == []
    machine.refresh("new", now=599.0)
    assert sent(machine) == [[{"id": 2, "refresh": {"token": "new"}}]]
    assert machine.receive(line(id=2, refresh={"expires": True, "ttl": 100}), now=600.0) == [Refreshed(None)]
    assert machine.next_deadline == 690.0


def test_a_short_lived_token_is_renewed_after_nine_tenths_of_its_life():
    assert connected(expires=True, ttl=10).next_deadline == 9.0


def test_a_token_of_no_life_at_all_is_not_renewed_without_pause():
    assert connected(expires=True, ttl=0).next_deadline == 1.0


def test_a_subscription_token_is_renewed_with_its_ws_channel_named():
    machine = subscribed(expires=True, ttl=100)
    assert machine.tick(90.0) == [RefreshDue("a")]
    machine.sub_refresh("a", "new", now=90.0)
    # centrifuge-python up to 0.5.0 leaves the channel out, and is closed with 3501 for it (its issue 50).
    assert sent(machine) == [[{"id": 3, "sub_refresh": {"channel": "a", "token": "new"}}]]
    assert machine.receive(line(id=3, sub_refresh={}), now=91.0) == [Refreshed("a")]
    assert machine.next_deadline is None


def test_a_refresh_that_is_refused_or_not_answered_is_told_and_the_connection_stays():
    machine = subscribed()
    machine.refresh("new", now=0.0)
    (refused,) = machine.receive(line(id=3, error={"code": 100, "message": "later", "temporary": True}), now=1.0)
    assert isinstance(refused, RefreshRefused)
    assert refused.refused.temporary
    machine.sub_refresh("a", "new", now=1.0)
    (silent,) = machine.tick(6.0)
    assert isinstance(silent, RefreshRefused)
    assert silent.ws_channel == "a"
    assert silent.refused.temporary
    assert machine.state is State.CONNECTED


@pytest.mark.parametrize(
    ("code", "reconnect"),
    [(1000, True), (1006, True), (3001, True), (3499, True), (3500, False), (3999, False), (4000, True), (4500, False)],
)
def test_the_close_code_says_whether_to_come_back(code, reconnect):
    machine = subscribed()
    assert machine.lost(code, "why") == [Closed(code=code, reason="why", reconnect=reconnect)]
    assert machine.lost(code, "why") == []


def test_a_disconnect_push_is_a_close():
    machine = subscribed()
    frame = line(push={"disconnect": {"code": 3500, "reason": "invalid token"}}) + b"\n" + push("a", pub={"data": 1})
    assert machine.receive(frame, now=1.0) == [Closed(code=3500, reason="invalid token", reconnect=False)]


def test_a_line_that_cannot_be_read_is_reported_and_the_others_are_not_lost():
    machine = subscribed()
    frame = push("a", pub={"data": 1}) + b"\n{bad\n" + push("a", pub={"data": 2})
    events = machine.receive(frame, now=1.0)
    assert [type(event) for event in events] == [Published, Unreadable, Published]


def test_nothing_comes_out_after_the_end():
    machine = subscribed()
    machine.lost(1006, "")
    assert machine.receive(push("a", pub={"data": 1}), now=1.0) == []
    assert machine.tick(1000.0) == []
    assert machine.data_to_send() == []
    assert machine.next_deadline is None
    with pytest.raises(LocalProtocolError):
        machine.subscribe("b", now=1.0)


def test_what_is_asked_in_the_wrong_state_is_a_mistake_of_the_caller():
    machine = ClientConnection()
    with pytest.raises(LocalProtocolError):
        machine.subscribe("a", now=0.0)
    machine.connect("t", now=0.0)
    with pytest.raises(LocalProtocolError):
        machine.connect("t", now=0.0)
    standing = subscribed()
    with pytest.raises(LocalProtocolError, match="subscribed already"):
        standing.subscribe("a", now=0.0)


def test_an_answer_that_nobody_waits_for_is_passed_over():
    assert subscribed().receive(line(id=99, subscribe={}), now=1.0) == []


def test_an_answer_belongs_to_the_call_with_its_number():
    machine = connected()
    first = machine.call(PresenceStatsRequest(channel="a"), now=0.0)
    second = machine.call(RpcRequest(method="sum"), now=0.0)
    assert sent(machine) == [
        [{"id": 2, "presence_stats": {"channel": "a"}}, {"id": 3, "rpc": {"method": "sum"}}],
    ]
    (refused,) = machine.receive(line(id=3, error={"code": 108, "message": "not available"}), now=0.1)
    assert refused == CallRefused(second, Refused(code=108, message="not available"))
    (answered,) = machine.receive(line(id=2, presence_stats={"num_clients": 2, "num_users": 1}), now=0.1)
    assert isinstance(answered, Answered)
    assert answered.number == first
    assert answered.reply.presence_stats == PresenceStatsResult(num_clients=2, num_users=1)


def test_a_call_that_is_not_answered_is_refused_in_time_and_the_connection_stays():
    machine = connected()
    number = machine.call(RpcRequest(method="sum"), now=0.0)
    assert machine.next_deadline == 5.0
    (refused,) = machine.tick(5.0)
    assert isinstance(refused, CallRefused)
    assert (refused.number, refused.refused.code) == (number, ClientCode.COMMAND_TIMEOUT)
    assert machine.state is State.CONNECTED


def test_a_call_without_a_connection_is_a_mistake():
    with pytest.raises(LocalProtocolError):
        ClientConnection().call(RpcRequest(method="sum"), now=0.0)


def test_a_message_that_wants_no_answer_has_no_number():
    machine = connected()
    machine.send(Raw(b'{"a":1}'))
    assert sent(machine) == [[{"send": {"data": {"a": 1}}}]]
    assert machine.next_deadline is None


def test_what_the_server_subscribes_with_the_connection_stands_from_the_beginning():
    machine = ClientConnection()
    machine.connect("token", now=0.0)
    subs = {"news": KEPT | {"offset": 5, "was_recovering": True, "recovered": True, "publications": [publication(5)]}}
    events = machine.receive(line(id=1, connect={"client": "c-1", "version": "4.1.5", "subs": subs}), now=0.0)
    assert [type(event) for event in events] == [Connected, Subscribed, Published]
    assert machine.is_heard("news")
    assert offsets(machine.receive(push("news", pub=publication(6)), now=0.1)) == [6]


def test_what_the_server_subscribes_later_takes_the_place_of_what_was_asked_for():
    machine = connected()
    machine.subscribe("a", now=0.0)
    assert machine.receive(push("a", subscribe={}), now=0.1) == [
        Subscribed(ws_channel="a", position=None, recovered=False)
    ]
    assert machine.receive(line(id=2, error={"code": 105, "message": "already subscribed"}), now=0.2) == []
    assert machine.is_heard("a")


def test_who_comes_and_goes_is_told():
    machine = subscribed()
    info = {"user": "7", "client": "c-2"}
    joined, left = (machine.receive(push("a", **{what: {"info": info}}), now=0.1)[0] for what in ("join", "leave"))
    assert joined == Joined("a", ClientInfo(user="7", client="c-2"))
    assert left == Left("a", ClientInfo(user="7", client="c-2"))


def test_the_server_may_change_when_the_connection_expires():
    machine = connected(expires=True, ttl=100)
    assert machine.next_deadline == 90.0
    machine.receive(line(push={"refresh": {"expires": True, "ttl": 1000}}), now=50.0)
    assert machine.next_deadline == 50.0 + 990.0
