"""The hub: who hears what, and one encoding for all."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from msgspec import Raw

from vklive.protocol.formats import JSON
from vklive.protocol.messages import ClientInfo, Publication
from vklive.protocol.position import Position
from vklive.protocol.pushed import Pushed
from vklive.server.counts import Counts
from vklive.server.hub import Hub


class Listener:
    def __init__(self) -> None:
        self.heard: list[tuple[str, bytes]] = []

    def deliver(self, ws_channel: str, pushed: Pushed) -> None:
        message = pushed.encoded(JSON)
        assert message is not None
        self.heard.append((ws_channel, message))

    deliver_other = deliver


def test_all_subscribers_of_a_ws_channel_are_given_the_same_bytes():
    hub = Hub(Counts())
    one, two, other = Listener(), Listener(), Listener()
    hub.add("a", one)
    hub.add("a", two)
    hub.add("b", other)
    hub.publication("a", Publication(data=Raw(b'{"n" : 1}'), tags={"k": "<v>"}), Position())
    expected = b'{"push":{"channel":"a","pub":{"data":{"n" : 1},"tags":{"k":"\\u003cv\\u003e"}}}}'
    assert one.heard == [("a", expected)]
    assert two.heard[0][1] is one.heard[0][1]
    assert other.heard == []


def test_a_publication_that_nobody_hears_is_gone():
    hub = Hub(Counts())
    hub.publication("a", Publication(data=Raw(b"1")), Position())
    listener = Listener()
    hub.add("a", listener)
    assert listener.heard == []


def test_who_comes_and_goes_is_told_to_the_others_in_one_encoding():
    hub = Hub(Counts())
    one, two = Listener(), Listener()
    hub.add("a", one)
    hub.add("a", two)
    hub.join("a", ClientInfo(user="7", client="c"))
    hub.leave("a", ClientInfo(user="7", client="c"))
    assert [message for _, message in one.heard] == [
        b'{"push":{"channel":"a","join":{"info":{"user":"7","client":"c"}}}}',
        b'{"push":{"channel":"a","leave":{"info":{"user":"7","client":"c"}}}}',
    ]
    assert one.heard[0][1] is two.heard[0][1]


def test_subscribers_are_named_in_the_order_of_joining():
    hub = Hub(Counts())
    one, two = Listener(), Listener()
    hub.add("a", two)
    hub.add("a", one)
    hub.add("b", two)
    assert hub.subscribers("a") == (two, one)
    assert hub.subscribers("c") == ()


def test_adding_and_removing_twice_counts_once():
    hub = Hub(Counts())
    listener = Listener()
    assert hub.add("a", listener) is True
    assert hub.add("a", listener) is False
    assert hub.subscriptions == 1
    assert hub.counts() == {"a": 1}
    assert hub.has("a")
    assert hub.remove("a", listener) is True
    assert hub.remove("a", listener) is False
    assert (hub.subscriptions, hub.channels) == (0, 0)


@given(st.lists(st.tuples(st.booleans(), st.sampled_from("ab"), st.integers(0, 3))))
def test_the_hub_agrees_with_plain_sets(steps):
    hub = Hub(Counts())
    listeners = [Listener() for _ in range(4)]
    model: dict[str, set[int]] = {"a": set(), "b": set()}
    for join, channel, number in steps:
        before = set(model[channel])
        if join:
            model[channel].add(number)
            assert hub.add(channel, listeners[number]) == (number not in before)
        else:
            model[channel].discard(number)
            assert hub.remove(channel, listeners[number]) == (number in before and not model[channel])
        assert hub.subscriptions == sum(len(members) for members in model.values())
        assert hub.channels == sum(1 for members in model.values() if members)
    for channel in model:
        hub.publication(channel, Publication(data=Raw(b"1")), Position())
    for number, listener in enumerate(listeners):
        assert sorted(channel for channel, _ in listener.heard) == [c for c in "ab" if number in model[c]]
