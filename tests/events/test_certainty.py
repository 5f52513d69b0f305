"""What each class says of what is known about its event."""

from typing import ClassVar

import pytest

from vklive.devapi.topics import Topic
from vklive.events import Certainty, ChannelEventData, Delivery, EventData, registered


@pytest.mark.parametrize("cls", registered().values())
def test_each_event_says_itself_where_it_is_heard_and_how_certain_that_is(cls):
    assert {"topics", "certainty", "heard_in"} <= set(vars(cls))
    assert cls.topics
    assert {Topic(topic) for topic in cls.topics} <= set(Topic)
    assert cls.heard_in


@pytest.mark.parametrize("cls", registered().values())
def test_only_what_nobody_has_heard_over_the_websocket_is_inferred(cls):
    assert (cls.certainty is Certainty.INFERRED) == (Delivery.WEBSOCKET not in cls.heard_in)


@pytest.mark.parametrize("cls", registered().values())
def test_what_comes_by_webhook_says_in_which_channel(cls):
    assert issubclass(cls, ChannelEventData) == (Delivery.WEBHOOK in cls.heard_in)


def test_of_a_type_of_ones_own_nothing_is_known_unless_it_says_so():
    class Mine(EventData, frozen=True, kw_only=True):
        event_type: ClassVar[str] = "mine"

    assert (Mine.topics, Mine.certainty, Mine.heard_in) == ((), Certainty.INFERRED, ())
