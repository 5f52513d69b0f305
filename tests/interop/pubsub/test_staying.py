"""Clients of others that stay: pings are answered and tokens renewed. All of them at once, as it takes real time."""

from __future__ import annotations

import time

import pytest
from tests.interop.pubsub.conftest import WAYS, addresses, connection_token, subscription_token
from tests.interop.pubsub.peer import Client

STAY = 6.0
"""Seconds: past two pings, past the ends of the first tokens and past the delays in which late ones are taken."""


def short_then_long(token, *args):
    return [token(*args, ttl=2), token(*args, ttl=3600)]


@pytest.fixture
def everybody(pubsub, peer_of):
    """A client of each kind, which has two connection tokens."""
    clients = {
        way: Client(
            peer_of(way.peer),
            f"staying {way}",
            **addresses(way, pubsub.port),
            transport=way.transport,
            protobuf=way.protobuf,
            tokens=short_then_long(connection_token, str(way)),
        )
        for way in WAYS
    }
    yield clients
    for client in clients.values():
        client.forget()
    pubsub.until_there_are(0)


def test_they_stay_connected_and_subscribed(everybody, pubsub, unique):
    channel = f"$closed:{unique}"
    for way, client in everybody.items():
        client.connect()
        # That version refreshes subscriptions without saying which.
        if way.peer != "python_0.5.0":
            client.subscribe(channel, tokens=short_then_long(subscription_token, str(way), channel))
    time.sleep(STAY)
    assert pubsub.clients == len(WAYS)
    pubsub.publish(channel, "still there")
    for way, client in everybody.items():
        assert len(client.heard("connecting")) == 1, way
        assert client.heard("disconnected") == client.heard("error") == client.heard("subscription_error") == [], way
        if way.peer != "python_0.5.0":
            client.until("publication", data="still there")
            assert len(client.heard("subscribed")) == 1, way


def test_a_subscription_that_is_refreshed_without_a_name_ends_the_connection(pubsub, peer_of, unique):
    """What centrifuge-python 0.5.0 does, and what the original server answers."""
    channel, way = f"$closed:{unique}", WAYS[0]
    client = Client(
        peer_of(way.peer),
        "forgetful",
        **addresses(way, pubsub.port),
        transport=way.transport,
        protobuf=way.protobuf,
        tokens=[connection_token("7")],
    )
    client.connect()
    client.subscribe(channel, tokens=short_then_long(subscription_token, "7", channel))
    client.until("disconnected", code=3501)
    client.forget()
    pubsub.until_there_are(0)
