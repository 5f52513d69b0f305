import msgspec
import pytest

from vklive.events import (
    Connected,
    Dropped,
    EventData,
    Gap,
    Listening,
    NoAccess,
    Reconnecting,
    TokenRefreshed,
    UnknownEvent,
    Unsubscribed,
    decode_payload,
    registered,
)

LIFECYCLE: list[type[EventData]] = [
    Connected,
    Dropped,
    Gap,
    Listening,
    NoAccess,
    Reconnecting,
    TokenRefreshed,
    UnknownEvent,
    Unsubscribed,
]


def test_every_kind_has_a_type_of_its_own():
    assert len({cls.event_type for cls in LIFECYCLE}) == len(LIFECYCLE)
    assert all(cls.event_type.startswith("vklive.") for cls in LIFECYCLE)


@pytest.mark.parametrize("cls", LIFECYCLE)
def test_no_payload_can_pretend_to_be_one(cls):
    payload = msgspec.json.encode({"type": cls.event_type, "data": {"topic": "chat", "ws_channel": "c", "reason": "r"}})

    event_type, data = decode_payload(payload)

    assert event_type == cls.event_type
    assert isinstance(data, UnknownEvent)
    assert data.reason == "unknown type"
    assert cls not in registered().values()
