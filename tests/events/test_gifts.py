import pytest
from tests.events.golden_files import payload_of

from vklive.events import GiftSubscriptionGiven, GiftSubscriptionsBought, UnknownEvent, decode_payload


def test_gifts_that_are_bought_are_read():
    _, data = decode_payload(payload_of("channel_subscription_gift_buy"))

    assert isinstance(data, GiftSubscriptionsBought)
    assert data.gift_subscription.donator is not None
    assert (data.gift_subscription.donator.nick, data.gift_subscription.count) == ("viewer_one", 5)


@pytest.mark.parametrize(
    ("name", "anonymous"),
    [
        ("channel_subscription_gift_give", True),
        ("channel_subscription_gift_give.as_subscription", False),
    ],
)
def test_a_gift_that_is_given_is_found_under_either_name(name, anonymous):
    _, data = decode_payload(payload_of(name))

    assert isinstance(data, GiftSubscriptionGiven)
    assert data.gift.subscriber is not None
    assert data.gift.subscriber.nick == "newbie"
    assert data.gift.is_anonymous == anonymous
    assert (data.gift.donator is None) == anonymous


def test_a_gift_without_either_is_kept_and_the_reason_is_told():
    _, data = decode_payload(b'{"type":"channel_subscription_gift_give","data":{}}')

    assert isinstance(data, UnknownEvent)
    assert data.reason == "neither gift_subscription nor subscription is there"
