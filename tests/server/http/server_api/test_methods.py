"""What each method does to a real node and its clients."""

from __future__ import annotations

import asyncio
import base64
import logging

import pytest
from msgspec import Raw

from vklive.protocol.medium import Medium
from vklive.protocol.messages import Publication
from vklive.server.http.server_api.methods import MAX_CLOSE_REASON, MAX_CONCURRENCY, ServerApi, in_turns, one_by_one
from vklive.server.http.server_api.params import METHODS, PublishParams

BAD_REQUEST = {"code": 107, "message": "bad request"}
UNKNOWN_CHANNEL = {"code": 102, "message": "unknown channel"}
NOT_AVAILABLE = {"code": 108, "message": "not available"}


def in_base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


async def test_a_publication_reaches_subscribers_with_its_tags(call, connect):
    peer = await connect("42", "pub:a")
    assert await call("publish", channel="pub:a", data={"n": 1}, tags={"k": "v"}) == {}
    assert peer.pushes == [{"channel": "pub:a", "pub": {"data": {"n": 1}, "tags": {"k": "v"}}}]


async def test_null_is_something_to_publish(call, connect):
    peer = await connect("42", "pub:a")
    assert await call("publish", channel="pub:a", data=None) == {}
    assert peer.pushes == [{"channel": "pub:a", "pub": {"data": None}}]


async def test_base64_wins_over_data_and_may_have_line_breaks(call, connect):
    peer = await connect("42", "pub:a")
    encoded = in_base64(b'{"from":"base64"}')
    assert await call("publish", channel="pub:a", data=1, b64data=encoded[:4] + "\r\n" + encoded[4:]) == {}
    assert peer.pushes == [{"channel": "pub:a", "pub": {"data": {"from": "base64"}}}]


async def test_bytes_that_are_not_json_close_a_client_that_speaks_json(call, connect):
    peer = await connect("42", "pub:a")
    assert await call("publish", channel="pub:a", b64data=in_base64(b"\x00\xff")) == {}
    assert (peer.end.code, peer.end.reason) == (3506, "inappropriate protocol")


async def test_a_publication_tells_its_place_unless_it_skips_history(call):
    first = await call("publish", channel="rec:a", data=1)
    assert first["offset"] == 1
    assert await call("publish", channel="rec:a", data=2, skip_history=True) == {}
    assert (await call("publish", channel="rec:a", data=3)) == {"offset": 2, "epoch": first["epoch"]}


@pytest.mark.parametrize(
    ("method", "params", "error"),
    [
        ("publish", {"data": 1}, BAD_REQUEST),
        ("publish", {"channel": "", "data": 1}, BAD_REQUEST),
        ("publish", {"channel": "pub:a"}, BAD_REQUEST),
        ("publish", {"channel": "pub:a", "b64data": ""}, BAD_REQUEST),
        ("publish", {"channel": "pub:a", "b64data": "%%%"}, BAD_REQUEST),
        ("publish", {"channel": "pub:a", "b64data": "é"}, BAD_REQUEST),
        ("publish", {"channel": "pub:a", "b64data": "\n"}, BAD_REQUEST),
        ("publish", {"channel": "pub:a", "data": 1, "version": 5}, BAD_REQUEST),
        ("publish", {"channel": "nope:a", "data": 1}, UNKNOWN_CHANNEL),
        ("broadcast", {"data": 1}, BAD_REQUEST),
        ("broadcast", {"channels": [], "data": 1}, BAD_REQUEST),
        ("broadcast", {"channels": ["pub:a"]}, BAD_REQUEST),
        ("subscribe", {"user": "42"}, BAD_REQUEST),
        ("subscribe", {"user": "42", "channel": "nope:a"}, UNKNOWN_CHANNEL),
        ("subscribe", {"user": "42", "channel": "pub:a", "b64info": "%"}, BAD_REQUEST),
        ("subscribe", {"user": "42", "channel": "pub:a", "b64data": "%"}, BAD_REQUEST),
        ("unsubscribe", {"user": "42", "channel": "nope:a"}, UNKNOWN_CHANNEL),
        ("disconnect", {"user": "42", "disconnect": {}}, BAD_REQUEST),
        ("disconnect", {"user": "42", "disconnect": {"code": 2999}}, BAD_REQUEST),
        ("disconnect", {"user": "42", "disconnect": {"code": 5000}}, BAD_REQUEST),
        ("disconnect", {"user": "42", "disconnect": {"code": 4000, "reason": "я" * 62}}, BAD_REQUEST),
        ("presence", {}, BAD_REQUEST),
        ("presence", {"channel": "nope:a"}, UNKNOWN_CHANNEL),
        ("presence", {"channel": "pub:a"}, NOT_AVAILABLE),
        ("presence_stats", {}, BAD_REQUEST),
        ("presence_stats", {"channel": "pub:a"}, NOT_AVAILABLE),
        ("history", {}, BAD_REQUEST),
        ("history", {"channel": "pub:a"}, NOT_AVAILABLE),
        ("history", {"channel": "rec:a", "limit": 1, "reverse": True, "since": {"offset": 0}}, BAD_REQUEST),
        ("history_remove", {}, BAD_REQUEST),
        ("history_remove", {"channel": "pub:a"}, NOT_AVAILABLE),
        ("channels", {"pattern": "[z-a]"}, BAD_REQUEST),
        ("rpc", {}, BAD_REQUEST),
        ("rpc", {"method": "hello"}, {"code": 104, "message": "method not found"}),
    ],
)
async def test_what_is_refused_is_answered_with_its_error_and_logged_once_with_the_reason(
    call, caplog, method, params, error
):
    caplog.set_level(logging.INFO, "vklive.server.api")
    assert await call(method, **params) == error
    (record,) = caplog.records
    assert record.levelno == logging.INFO
    assert record.getMessage().startswith(f"{method} is refused: {error['code']} {error['message']}: ")


async def test_what_a_broker_does_wrong_is_an_internal_error_and_is_logged(call, node, monkeypatch, caplog):
    async def fail(*_: object, **__: object) -> None:
        raise ConnectionResetError("the broker is away")

    monkeypatch.setattr(node, "publish", fail)
    assert await call("publish", channel="pub:a", data=1) == {"code": 100, "message": "internal server error"}
    (record,) = caplog.records
    assert record.exc_info is not None


async def test_a_broadcast_answers_for_each_ws_channel_in_order(call, connect):
    peer = await connect("42", "pub:a", "rec:b")
    answer = await call("broadcast", channels=["pub:a", "nope:b", "", "rec:b"], data=[1])
    *first, last = answer["responses"]
    assert first == [{"result": {}}, {"error": UNKNOWN_CHANNEL}, {"error": BAD_REQUEST}]
    assert last["result"]["offset"] == 1
    assert sorted(push["channel"] for push in peer.pushes) == ["pub:a", "rec:b"]


async def test_a_broadcast_to_more_ws_channels_than_are_served_at_once_answers_for_all(call):
    channels = [f"rec:{number}" for number in range(MAX_CONCURRENCY * 2 + 1)]
    answer = await call("broadcast", channels=channels, data=1)
    assert [response["result"]["offset"] for response in answer["responses"]] == [1] * len(channels)


async def test_calls_in_turns_are_never_more_at_once_than_may_be():
    most = now = 0

    async def one() -> int:
        nonlocal most, now
        now += 1
        most = max(most, now)
        await asyncio.sleep(0)
        now -= 1
        return now

    await in_turns([one] * (MAX_CONCURRENCY + 10))
    assert most == MAX_CONCURRENCY


@pytest.mark.parametrize("make", [in_turns, one_by_one])
async def test_many_calls_that_wait_for_nothing_let_others_have_their_turn(make):
    turns = 0

    async def other() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    async def one() -> int:
        return turns

    beside = asyncio.ensure_future(other())
    seen = await make([one] * MAX_CONCURRENCY * 3)
    beside.cancel()
    assert len(seen) == MAX_CONCURRENCY * 3
    assert len(set(seen)) >= 3


async def test_a_key_publishes_once(call, connect):
    peer = await connect("42", "rec:a")
    first = await call("publish", channel="rec:a", data=1, idempotency_key="one")
    again = await call("publish", channel="rec:a", data="changed", idempotency_key="one")
    other = await call("publish", channel="rec:b", data=1, idempotency_key="one")
    assert again == first
    assert other["epoch"] != first["epoch"]
    assert [push["pub"]["data"] for push in peer.pushes] == [1]


async def test_a_key_of_a_broadcast_counts_for_each_ws_channel(call):
    await call("publish", channel="rec:a", data=1, idempotency_key="one")
    answer = await call("broadcast", channels=["rec:a", "rec:b"], data=1, idempotency_key="one")
    again = await call("broadcast", channels=["rec:b", "rec:c"], data=1, idempotency_key="one")
    offsets = [response["result"]["offset"] for response in (*answer["responses"], *again["responses"])]
    assert offsets == [1, 1, 1, 1]
    assert (await call("history", channel="rec:b", limit=-1))["offset"] == 1


async def test_two_calls_with_one_key_at_the_same_time_publish_once(api: ServerApi, connect):
    peer = await connect("42", "rec:a")
    params = PublishParams(channel="rec:a", data=Raw(b"1"), idempotency_key="one")
    first, second = await asyncio.gather(api.answer("publish", params), api.answer("publish", params))
    assert first == second
    await asyncio.sleep(0)
    assert len(peer.pushes) == 1


async def test_a_refused_publication_does_not_use_up_its_key(call):
    assert await call("publish", channel="nope:a", data=1, idempotency_key="one") == UNKNOWN_CHANNEL
    assert await call("publish", channel="nope:a", data=1, idempotency_key="one") == UNKNOWN_CHANNEL


async def test_connections_are_subscribed_with_data_for_them_and_hear_from_then_on(call, connect):
    first, second, other = await connect("42"), await connect("42"), await connect("7")
    assert await call("subscribe", user="42", channel="pub:a", data={"for": "you"}) == {}
    await call("publish", channel="pub:a", data=1)
    for peer in (first, second):
        assert peer.pushes == [
            {"channel": "pub:a", "subscribe": {"data": {"for": "you"}}},
            {"channel": "pub:a", "pub": {"data": 1}},
        ]
    assert other.pushes == []


async def test_only_one_connection_is_meant_when_its_client_or_session_is_named(call, connect):
    emulated = Medium(name="http_stream", emulated=True)
    first, second = await connect("42"), await connect("42", medium=emulated)
    await call("subscribe", user="42", client=first.client, channel="pub:a")
    await call("subscribe", user="42", session=second.session, channel="pub:b")
    await call("subscribe", user="42", session="of nobody", channel="pub:c")
    await call("subscribe", user="7", client=first.client, channel="pub:d")
    assert [push["channel"] for push in first.pushes] == ["pub:a"]
    assert [push["channel"] for push in second.pushes] == ["pub:b"]


async def test_those_without_a_user_are_meant_by_no_user(call, connect):
    nobody = await connect("")
    await call("subscribe", channel="pub:a")
    assert nobody.pushes == [{"channel": "pub:a", "subscribe": {}}]


async def test_info_of_a_subscription_is_seen_in_the_presence_also_from_base64(call, connect):
    first, second = await connect("42"), await connect("7")
    await call("subscribe", user="42", channel="pres:a", info={"color": "<red>"})
    await call("subscribe", user="7", channel="pres:a", info=1, b64info=in_base64(b"\xff\x00"))
    assert await call("presence", channel="pres:a") == {
        "presence": {
            first.client: {"user": "42", "client": first.client, "chan_info": {"color": "<red>"}},
            second.client: {"user": "7", "client": second.client, "b64chan_info": in_base64(b"\xff\x00")},
        }
    }
    assert await call("presence_stats", channel="pres:a") == {"num_clients": 2, "num_users": 2}


async def test_an_override_changes_what_the_namespace_says(call, connect):
    peer = await connect("42")
    off = {"value": False}
    await call("subscribe", user="42", channel="pres:a", override={"presence": off})
    await call("subscribe", user="42", channel="rec:a", override={"force_recovery": off, "join_leave": None})
    assert await call("presence", channel="pres:a") == {"presence": {}}
    assert peer.pushes[1] == {"channel": "rec:a", "subscribe": {}}


async def test_a_subscription_continues_where_it_is_told_to(call, connect):
    peer = await connect("42")
    places = [await call("publish", channel="rec:a", data=number) for number in (1, 2, 3)]
    epoch = places[-1]["epoch"]
    await call("subscribe", user="42", channel="rec:a", recover_since={"offset": 1, "epoch": epoch})
    assert [push["pub"]["data"] for push in peer.pushes if "pub" in push] == [2, 3]


async def test_unsubscribed_connections_are_told_and_hear_no_more(call, connect):
    peer = await connect("42", "pub:a")
    assert await call("unsubscribe", user="42", channel="pub:a") == {}
    await call("publish", channel="pub:a", data=1)
    assert peer.pushes == [{"channel": "pub:a", "unsubscribe": {"code": 2000, "reason": "server unsubscribe"}}]


async def test_connections_are_closed_except_those_that_are_kept(call, connect):
    kept, first, other = await connect("42"), await connect("42"), await connect("7")
    assert await call("disconnect", user="42", whitelist=[kept.client]) == {}
    assert (first.end.code, first.end.reason) == (3503, "force disconnect")
    assert kept.end is None
    assert other.end is None


@pytest.mark.parametrize("reason", ["", "logged in elsewhere", "я" * (MAX_CLOSE_REASON // 2)])
async def test_connections_are_closed_with_a_code_and_reason_of_the_callers_own(call, connect, reason):
    peer = await connect("42")
    assert await call("disconnect", user="42", disconnect={"code": 4001, "reason": reason, "reconnect": True}) == {}
    assert (peer.end.code, peer.end.reason) == (4001, reason)


async def test_a_refresh_tells_how_long_a_connection_is_good_or_ends_it(call, connect, node):
    peer = await connect("42", "pres:a")
    expire_at = int(node.clock.wall()) + 60
    assert await call("refresh", user="42", expire_at=expire_at, info={"n": 1}) == {}
    assert peer.pushes == [{"refresh": {"expires": True, "ttl": 60}}]
    assert await call("refresh", user="42", expired=True) == {}
    assert peer.end.code == 3005


async def test_history_is_given_as_it_is_asked_for(call):
    places = [await call("publish", channel="rec:a", data=number, tags={"n": str(number)}) for number in range(5)]
    epoch = places[-1]["epoch"]

    async def said(**params: object) -> list[int]:
        answer = await call("history", channel="rec:a", **params)
        assert (answer["epoch"], answer["offset"]) == (epoch, 5)
        return [publication["offset"] for publication in answer["publications"]]

    assert await said() == []
    assert await said(limit=2) == [1, 2]
    assert await said(limit=-1) == [1, 2, 3, 4, 5]
    assert await said(limit=-7) == [1, 2, 3, 4, 5]
    assert await said(limit=2, reverse=True) == [5, 4]
    assert await said(limit=10, since={"offset": 3, "epoch": epoch}) == [4, 5]
    assert await said(limit=10, since={"offset": 3}) == [4, 5]
    assert await call("history", channel="rec:a", since={"offset": 3, "epoch": "XXXX"}) == {
        "code": 112,
        "message": "unrecoverable position",
    }
    first = (await call("history", channel="rec:a", limit=1))["publications"][0]
    assert first == {"data": 0, "offset": 1, "tags": {"n": "0"}}


async def test_history_is_removed_and_its_place_stays(call):
    place = await call("publish", channel="rec:a", data=1)
    assert await call("history_remove", channel="rec:a") == {}
    assert await call("history", channel="rec:a", limit=-1) == {"publications": [], **place}


async def test_history_shows_bytes_that_are_not_json_in_base64_and_all_others_too(call, node):
    await call("publish", channel="rec:a", b64data=in_base64(b"\xff"))
    await call("publish", channel="rec:a", data={"n": 2})
    await node.publish("rec:a", Publication(data=Raw(b'1},{"data":2')))
    answer = await call("history", channel="rec:a", limit=-1)
    assert answer["publications"] == [
        {"data": None, "b64data": in_base64(b"\xff"), "offset": 1},
        {"data": {"n": 2}, "offset": 2},
        {"data": None, "b64data": in_base64(b'1},{"data":2'), "offset": 3},
    ]


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ({}, ["pres:a", "pub:a", "pub:b"]),
        ({"pattern": ""}, ["pres:a", "pub:a", "pub:b"]),
        ({"pattern": "pub:*"}, ["pub:a", "pub:b"]),
        ({"pattern": "*:[a]"}, ["pres:a", "pub:a"]),
        ({"pattern": "nothing"}, []),
    ],
)
async def test_ws_channels_are_found_by_pattern(call, connect, pattern, found):
    await connect("42", "pub:a", "pub:b", "pres:a")
    await connect("7", "pub:a")
    answer = await call("channels", **pattern)
    assert answer == {"channels": {name: {"num_clients": 1 + (name == "pub:a")} for name in found}}
    assert list(answer["channels"]) == found


async def test_info_counts_what_is_there(call, connect, node):
    await connect("42", "pub:a", "pub:b")
    await connect("42", "pub:a")
    (info,) = (await call("info"))["nodes"]
    assert info == {
        "uid": node.id,
        "name": "here_8000",
        "version": "4.1.5",
        "num_clients": 2,
        "num_users": 1,
        "num_channels": 2,
        "uptime": info["uptime"],
        "num_subs": 3,
    }


def test_there_are_the_methods_of_v4_in_the_order_of_their_numbers():
    assert list(METHODS) == [
        "publish",
        "broadcast",
        "unsubscribe",
        "disconnect",
        "presence",
        "presence_stats",
        "history",
        "history_remove",
        "channels",
        "info",
        "rpc",
        "subscribe",
        "refresh",
    ]
