"""The hub: who hears what, and one encoding for all."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from msgspec import Raw

from vklive.protocol.messages import Publication
from vklive.server.hub import Hub


class Listener:
    def __init__(self) -> None:
        self.heard: list[tuple[str, bytes]] = []

    def deliver(self, ws_channel: str, message: bytes) -> None:
        self.heard.append((ws_channel, message))


def test_all_subscribers_of_a_ws_channel_are_given_the_same_bytes():
    hub = Hub()
    one, two, other = Listener(), Listener(), Listener()
    hub.add("a", one)
    hub.add("a", two)
    hub.add("b", other)
    hub.publish("a", Publication(data=Raw(b'{"n" : 1}'), tags={"k": "<v>"}))
    expected = b'{"push":{"channel":"a","pub":{"data":{"n" : 1},"tags":{"k":"\\u003cv\\u003e"}}}}'
    assert one.heard == [("a", expected)]
    assert two.heard[0][1] is one.heard[0][1]
    assert other.heard == []


def test_a_publication_that_nobody_hears_is_gone():
    hub = Hub()
    hub.publish("a", Publication(data=Raw(b"1")))
    listener = Listener()
    hub.add("a", listener)
    assert listener.heard == []


def test_adding_and_removing_twice_counts_once():
    hub = Hub()
    listener = Listener()
    assert hub.add("a", listener) is True
    hub.add("a", listener)
    assert hub.subscriptions == 1
    assert hub.remove("a", listener) is True
    assert hub.remove("a", listener) is False
    assert (hub.subscriptions, hub.channels) == (0, 0)


@given(st.lists(st.tuples(st.booleans(), st.sampled_from("ab"), st.integers(0, 3))))
def test_the_hub_agrees_with_plain_sets(steps):
    hub = Hub()
    listeners = [Listener() for _ in range(4)]
    model: dict[str, set[int]] = {"a": set(), "b": set()}
    for join, channel, number in steps:
        before = set(model[channel])
        if join:
            model[channel].add(number)
            assert hub.add(channel, listeners[number]) == (len(model[channel]) == 1)
        else:
            model[channel].discard(number)
            assert hub.remove(channel, listeners[number]) == (number in before and not model[channel])
        assert hub.subscriptions == sum(len(members) for members in model.values())
        assert hub.channels == sum(1 for members in model.values() if members)
    for channel in model:
        hub.publish(channel, Publication(data=Raw(b"1")))
    for number, listener in enumerate(listeners):
        assert sorted(channel for channel, _ in listener.heard) == [c for c in "ab" if number in model[c]]
