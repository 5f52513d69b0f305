import pytest
from tests.events.golden_files import payload_of

from vklive.events import (
    SubscriptionChanged,
    SubscriptionCreated,
    SubscriptionDeleted,
    SubscriptionLevel,
    SubscriptionRenewed,
    decode_payload,
)


@pytest.mark.parametrize(
    ("name", "cls", "kind"),
    [
        ("channel_subscription_create", SubscriptionCreated, "first_subscription"),
        ("channel_subscription_renew", SubscriptionRenewed, "subscription_recovery"),
        ("channel_subscription_change", SubscriptionChanged, "upgrade_from_follow"),
        ("channel_subscription_delete", SubscriptionDeleted, ""),
    ],
)
def test_what_happens_to_a_subscription_is_read(name, cls, kind):
    _, data = decode_payload(payload_of(name))

    assert isinstance(data, cls)
    assert (data.subscription.subscriber.nick, data.subscription.kind) == ("newbie", kind)
    assert data.subscription.started_at == 1780000000


def test_a_change_tells_what_it_was_before():
    _, data = decode_payload(payload_of("channel_subscription_change"))

    assert isinstance(data, SubscriptionChanged)
    assert data.subscription.previous_level == SubscriptionLevel(id="l-1", name="Друг", price=199)
    assert data.subscription.level.name == "Лучший друг"
