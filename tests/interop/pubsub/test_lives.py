"""What becomes of the connections and subscriptions of clients of others as time goes by and networks fail."""

from __future__ import annotations

import pytest
from tests.interop.pubsub.conftest import WAYS, connection_token


def test_what_was_missed_while_the_network_was_away_is_recovered_in_order(make, pubsub, wire, unique):
    channel, by_server = f"kept:{unique}", f"kept:{unique}-server"
    client = make(tokens=[connection_token("7", channels=[by_server])], port=wire.port)
    client.connect()
    client.subscribe(channel)
    pubsub.publish(channel, 0, 1)
    pubsub.publish(by_server, 0, 1)
    client.until("publication", channel=channel, data=1)
    client.until("server_publication", channel=by_server, data=1)
    wire.cut()
    pubsub.until_there_are(0)
    pubsub.publish(channel, *range(2, 60))
    pubsub.publish(by_server, *range(2, 60))
    wire.mend()
    again = client.until("subscribed", channel=channel, times=2)
    assert (again["was_recovering"], again["recovered"]) == (True, True)
    again = client.until("server_subscribed", channel=by_server, times=2)
    assert (again["was_recovering"], again["recovered"]) == (True, True)
    pubsub.publish(channel, 60)
    pubsub.publish(by_server, 60)
    client.until("publication", channel=channel, data=60)
    client.until("server_publication", channel=by_server, data=60)
    assert client.payloads(channel) == list(range(61))
    assert client.payloads(by_server, "server_publication") == list(range(61))


def test_who_missed_more_than_is_kept_is_told_so(make, pubsub, wire, unique):
    channel = f"kept:{unique}"
    client = make("7", port=wire.port)
    client.connect()
    client.subscribe(channel)
    pubsub.publish(channel, "before")
    client.until("publication", data="before")
    wire.cut()
    pubsub.until_there_are(0)
    pubsub.publish(channel, *range(101))
    wire.mend()
    again = client.until("subscribed", channel=channel, times=2)
    assert (again["was_recovering"], again["recovered"]) == (True, False)
    pubsub.publish(channel, "after")
    client.until("publication", data="after")
    assert client.payloads(channel) == ["before", "after"]


def test_an_expired_token_is_renewed_and_a_foreign_one_is_the_end(make):
    client = make(tokens=[connection_token("7", ttl=-10), connection_token("7")])
    client.connect()
    client.until("error", code=109)
    stranger = make(tokens=["not.a.token"])
    stranger.ask("connect")
    stranger.until("disconnected", code=3500)


def test_the_server_subscribes_by_token_and_by_user(make, pubsub, unique):
    by_token, personal = f"closed:{unique}", f"personal:#{unique}"
    subs = {by_token: {"data": {"hello": 1}}}
    client = make(tokens=[connection_token(unique, subs=subs)])
    client.connect()
    assert client.until("server_subscribed", channel=by_token)["data"] == {"hello": 1}
    client.until("server_subscribed", channel=personal)
    for channel in (by_token, personal):
        pubsub.publish(channel, {"in": channel})
        client.until("server_publication", channel=channel, data={"in": channel})


# That version passes over the push that tells of it.
@pytest.mark.parametrize("way", [way for way in WAYS if way.peer != "python_0.5.0"], indirect=True, ids=str)
def test_the_api_subscribes_and_unsubscribes(make, pubsub, unique):
    channel, personal = f"kept:{unique}", f"personal:#{unique}"
    client = make(unique)
    client.connect()
    pubsub.publish(channel, "before")
    pubsub.api.subscribe(unique, channel)
    assert client.until("server_subscribed", channel=channel)["position"]["offset"] == 1
    pubsub.publish(channel, "heard")
    client.until("server_publication", channel=channel, data="heard")
    pubsub.api.unsubscribe(unique, channel)
    client.until("server_unsubscribed", channel=channel)
    pubsub.publish(channel, "nobody hears it")
    pubsub.publish(personal, "the last word")
    client.until("server_publication", channel=personal, data="the last word")
    assert client.payloads(channel, "server_publication") == ["heard"]


def test_the_api_unsubscribes_for_good_and_disconnects_for_good_or_not(make, pubsub, unique):
    channel = f"open:{unique}"
    client = make(unique)
    client.connect()
    client.subscribe(channel)
    pubsub.api.unsubscribe(unique, channel)
    client.until("unsubscribed", channel=channel, code=2000)
    pubsub.api.add("refresh", {"user": unique, "expired": True})
    pubsub.api.send()
    client.until("connecting", code=3005)
    client.until("connected", times=2)
    pubsub.api.disconnect(unique)
    client.until("disconnected", code=3503, reason="force disconnect")
