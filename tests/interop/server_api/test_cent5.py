"""Every method through Cent 5, Centrifugo's makers' client of its API since v5, with its sync and its async client."""

from __future__ import annotations

import time

REFUSED = "CentApiResponseError"


async def test_publish_and_broadcast(cent5, listen):
    listener = await listen("42", "pub:a")
    first, same, other, responses = await cent5(
        ("publish", {"channel": "pub:a", "data": {"text": "<привет>"}, "tags": {"k": "v"}}),
        ("publish", {"channel": "rec:a", "data": 1, "idempotency_key": "one"}),
        ("publish", {"channel": "rec:a", "data": 1, "idempotency_key": "one"}),
        ("broadcast", {"channels": ["rec:a", "nope:a"], "data": 2, "skip_history": True}),
    )
    assert first == {"offset": 0, "epoch": ""}
    assert same == other
    assert same["offset"] == 1
    assert responses["responses"] == [
        {"result": {"offset": 0, "epoch": ""}},
        {"error": {"code": 102, "message": "unknown channel"}},
    ]
    assert await listener.push() == {"channel": "pub:a", "pub": {"data": {"text": "<привет>"}, "tags": {"k": "v"}}}


async def test_subscribe_and_unsubscribe(cent5, listen):
    listener = await listen("42")
    override = {"presence": {"value": True}}
    assert await cent5(
        ("subscribe", {"user": "42", "channel": "pub:a", "info": {"n": 1}, "data": {"n": 2}, "override": override}),
        ("unsubscribe", {"user": "42", "channel": "pub:a", "client": listener.client}),
    ) == [{}, {}]
    assert await listener.push() == {"channel": "pub:a", "subscribe": {"data": {"n": 2}}}
    assert await listener.push() == {
        "channel": "pub:a",
        "unsubscribe": {"code": 2000, "reason": "server unsubscribe"},
    }


async def test_refresh_and_disconnect(cent5, listen):
    kept, listener = await listen("42"), await listen("42")
    assert await cent5(
        ("refresh", {"user": "42", "client": listener.client, "expire_at": int(time.time()) + 600}),
        (
            "disconnect",
            {"user": "42", "whitelist": [kept.client], "disconnect": {"code": 4100, "reason": "bye"}},
        ),
        ("refresh", {"user": "42", "expired": True}),
    ) == [{}, {}, {}]
    assert 595 <= (await listener.push())["refresh"]["ttl"] <= 600
    assert await listener.closed() == (4100, "bye")
    assert await kept.closed() == (3005, "connection expired")


async def test_presence_and_its_stats(cent5, listen):
    first, second = await listen("42", "pres:a"), await listen("42", "pres:a")
    presence, stats = await cent5(("presence", {"channel": "pres:a"}), ("presence_stats", {"channel": "pres:a"}))
    assert presence["presence"] == {peer.client: {"user": "42", "client": peer.client} for peer in (first, second)}
    assert stats == {"num_clients": 2, "num_users": 1}


async def test_history_and_its_removal(cent5):
    calls = [("publish", {"channel": "rec:a", "data": {"n": number}}) for number in (1, 2, 3)]
    *places, binary, newest, _, empty = await cent5(
        *calls,
        ("publish", {"channel": "rec:a", "data": None, "b64data": "AP8="}),
        ("history", {"channel": "rec:a", "limit": 2, "reverse": True}),
        ("history_remove", {"channel": "rec:a"}),
        ("history", {"channel": "rec:a", "limit": -1}),
    )
    assert [place["offset"] for place in (*places, binary)] == [1, 2, 3, 4]
    assert newest["publications"] == [{"offset": 4, "b64data": "AP8="}, {"data": {"n": 3}, "offset": 3}]
    assert empty == {"publications": [], "offset": 4, "epoch": newest["epoch"]}


async def test_history_since_a_position_and_one_that_is_not_in_it(cent5):
    place, _, rest, refused = await cent5(
        ("publish", {"channel": "rec:a", "data": 1}),
        ("publish", {"channel": "rec:a", "data": 2}),
        ("history", {"channel": "rec:a", "limit": 10, "since": {"offset": 1, "epoch": ""}}),
        ("history", {"channel": "rec:a", "limit": 10, "since": {"offset": 1, "epoch": "XXXX"}}),
    )
    assert rest == {"publications": [{"data": 2, "offset": 2}], "offset": 2, "epoch": place["epoch"]}
    assert refused == {"error": REFUSED, "code": 112, "message": "unrecoverable position"}


async def test_channels_and_info(cent5, listen):
    await listen("42", "pub:a", "pres:a")
    channels, some, info = await cent5(("channels", {}), ("channels", {"pattern": "pub:*"}), ("info", {}))
    assert channels["channels"] == {"pub:a": {"num_clients": 1}, "pres:a": {"num_clients": 1}}
    assert some["channels"] == {"pub:a": {"num_clients": 1}}
    (node,) = info["nodes"]
    assert (node["num_clients"], node["num_subs"], node["num_channels"], node["num_users"]) == (1, 2, 2, 1)


async def test_a_batch(cent5, listen):
    listener = await listen("42", "pub:a")
    publications = [("publish", {"channel": "pub:a", "data": number}) for number in range(20)]
    commands = [*publications, ("history", {"channel": "rec:a"}), ("channels", {"pattern": "pub:*"})]
    (answer, parallel) = await cent5(
        ("batch", {"commands": commands}), ("batch", {"commands": commands[:3], "parallel": True})
    )
    *published, history, channels = answer["replies"]
    assert published == [{"offset": 0, "epoch": ""}] * 20
    assert history["publications"] == []
    assert channels == {"channels": {"pub:a": {"num_clients": 1}}}
    assert len(parallel["replies"]) == 3
    assert [(await listener.push())["pub"]["data"] for _ in range(20)] == list(range(20))


async def test_what_is_refused_and_what_is_not_there(cent5):
    unknown, denied, absent = await cent5(
        ("publish", {"channel": "nope:a", "data": 1}),
        ("presence", {"channel": "pub:a"}),
        ("connections", {"user": "42", "expression": ""}),
    )
    assert unknown == {"error": REFUSED, "code": 102, "message": "unknown channel"}
    assert denied == {"error": REFUSED, "code": 108, "message": "not available"}
    assert absent == {"error": "CentTransportError", "status_code": 404}


async def test_a_wrong_key(cent5):
    assert await cent5(("info", {}), key="wrong") == [{"error": "CentUnauthorizedError"}]
