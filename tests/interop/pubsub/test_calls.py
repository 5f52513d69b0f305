"""What clients of others ask of the server, over every transport and in both formats."""

from __future__ import annotations

import pytest
from tests.interop.pubsub.conftest import Way, connection_token, subscription_token
from tests.interop.pubsub.peer import Client, RefusedError

PIECE = 'длинное: "кавычки", \\ и\nновые строки '  # noqa: RUF001 - Russian


def most_bytes(way: Way) -> int:
    """As long as a message may be, or nearly so."""
    # centrifuge-js cannot read a Protobuf message that a stream brings in two pieces: it takes that for an error and
    # connects anew. On a busy machine even 8 kB came in two.
    return 1_000 if (way.transport, way.protobuf) == ("http_stream", True) else 60_000


def refused(client: Client, what: str, **fields: object) -> int:
    with pytest.raises(RefusedError) as error:
        client.ask(what, **fields)
    return error.value.code


def test_it_can_come_and_go_a_hundred_times(make, pubsub):
    client = make("1")
    for times in range(1, 101):
        client.ask("connect")
        client.until("connected", times=times)
        client.ask("disconnect")
        client.until("disconnected", times=times)
    assert len({line["id"] for line in client.heard("connected")}) == 100
    assert {line["code"] for line in client.heard("disconnected")} == {0}
    assert client.heard("error") == []
    pubsub.until_there_are(0)


def test_it_hears_what_is_published_by_itself_and_by_others_in_order(make, pubsub, way, unique):
    channel = f"open:{unique}"
    client = make("7")
    client_id = client.connect()
    client.subscribe(channel)
    client.ask("publish", channel=channel, data={"by": "itself"})
    pubsub.publish(channel, {"by": "the platform"})
    client.ask("publish_all", channel=channel, payloads=list(range(40)))
    text = PIECE * (most_bytes(way) // len(PIECE.encode()))
    pubsub.publish(channel, text)
    client.until("publication", data=text)
    assert client.payloads(channel) == [{"by": "itself"}, {"by": "the platform"}, *range(40), text]
    own, others, *_ = client.heard("publication")
    assert (own["info"]["user"], own["info"]["client"]) == ("7", client_id)
    assert others.get("info") is None


def test_what_it_publishes_may_be_as_long_as_a_message_may_be(make, way, unique):
    channel = f"open:{unique}"
    client = make("7")
    client.connect()
    client.subscribe(channel)
    text = "x" * most_bytes(way)
    client.ask("publish", channel=channel, data=text)
    assert client.until("publication")["data"] == text


def test_it_is_told_why_not(make, unique):
    client = make("7")
    client.connect()
    assert refused(client, "rpc", method="sum", data={"a": 1}) == 108
    assert refused(client, "publish", channel=f"closed:{unique}", data=1) == 103
    assert refused(client, "publish", channel=f"nowhere:{unique}", data=1) == 102
    assert refused(client, "presence", channel=f"open:{unique}") == 108
    assert refused(client, "presence_stats", channel=f"seen:{unique}") == 103
    assert refused(client, "history", channel=f"kept:{unique}", limit=1) == 103
    assert client.heard("disconnected") == []


def test_history_comes_in_pages(make, pubsub, unique):
    channel = f"kept:{unique}"
    pubsub.publish(channel, *({"n": number} for number in range(1, 11)))
    client = make("7")
    client.connect()
    position = client.subscribe(channel)["position"]
    assert position["offset"] == 10

    def page(**how: object) -> list[int]:
        found = client.ask("history", channel=channel, **how)
        assert (found["offset"], found["epoch"]) == (10, position["epoch"])
        return [one["data"]["n"] for one in found["publications"]]

    epoch = position["epoch"]
    assert page(limit=0) == []
    assert page(limit=3) == [1, 2, 3]
    assert page(limit=3, since={"offset": 3, "epoch": epoch}) == [4, 5, 6]
    assert page(limit=100, since={"offset": 6, "epoch": epoch}) == [7, 8, 9, 10]
    assert page(limit=3, reverse=True) == [10, 9, 8]
    assert page(limit=3, since={"offset": 8, "epoch": epoch}, reverse=True) == [7, 6, 5]
    assert page(limit=-1) == list(range(1, 11))
    assert page(limit=5, since={"offset": 10, "epoch": epoch}) == []
    assert refused(client, "history", channel=channel, limit=3, since={"offset": 3, "epoch": "another"}) == 112


def test_they_see_each_other_come_and_go(make, unique):
    channel = f"seen:{unique}"
    first = make(tokens=[connection_token("1", info={"name": "Анна"})])
    second = make("2")
    ids = [first.connect(), second.connect()]
    first.subscribe(channel)
    first.until("join", channel=channel)
    second.subscribe(channel)
    joined = first.until("join", channel=channel, times=2)["info"]
    assert (joined["user"], joined["client"]) == ("2", ids[1])
    there = first.ask("presence", channel=channel)
    assert {client_id: info["user"] for client_id, info in there.items()} == dict(zip(ids, ["1", "2"], strict=True))
    assert there[ids[0]]["conn_info"] == {"name": "Анна"}
    assert second.ask("presence_stats", channel=channel) == {"clients": 2, "users": 2}
    second.ask("unsubscribe", channel=channel)
    left = first.until("leave", channel=channel)["info"]
    assert (left["user"], left["client"]) == ("2", ids[1])
    assert first.ask("presence_stats", channel=channel) == {"clients": 1, "users": 1}


def test_who_has_unsubscribed_hears_nothing_until_it_subscribes_again(make, pubsub, unique):
    channel, other = f"open:{unique}", f"open:{unique}-other"
    client = make("7")
    client.connect()
    client.subscribe(channel)
    client.subscribe(other)
    client.ask("unsubscribe", channel=channel)
    client.until("unsubscribed", channel=channel, code=0)
    # It says so at once, and the command may still be under way.
    pubsub.until_nobody_hears(channel)
    pubsub.publish(channel, "nobody hears it")
    pubsub.publish(other, "heard")
    client.until("publication", channel=other, data="heard")
    client.ask("resubscribe", channel=channel)
    client.until("subscribed", channel=channel, times=2)
    pubsub.publish(channel, "heard again")
    client.until("publication", channel=channel)
    assert client.payloads(channel) == ["heard again"]


def test_names_decide_who_may_hear(make, pubsub, unique):
    private, own, foreign = f"$closed:{unique}", f"users:{unique}#6,7", f"users:{unique}#8"
    client = make("7")
    client.connect()
    client.begin_to_subscribe(f"closed:{unique}")
    client.until("unsubscribed", channel=f"closed:{unique}", code=103)
    client.begin_to_subscribe(foreign)
    client.until("unsubscribed", channel=foreign, code=103)
    client.begin_to_subscribe(private)
    client.until("unsubscribed", channel=private, code=103)
    client.subscribe(own)
    token = subscription_token("7", f"$closed:{unique}-2", info={"role": "moderator"}, data={"welcome": True})
    assert client.subscribe(f"$closed:{unique}-2", tokens=[token])["data"] == {"welcome": True}
    pubsub.publish(own, 1)
    pubsub.publish(f"$closed:{unique}-2", 2)
    client.until("publication", channel=own, data=1)
    client.until("publication", channel=f"$closed:{unique}-2", data=2)
