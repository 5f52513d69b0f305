from datetime import UTC, datetime

import pytest

from vklive.events import ChatMessageDeleted, DeletedChatMessage, Event, Position


def test_an_event_is_a_value_to_match_on():
    event = Event(
        type="channel_chat_message_delete",
        data=ChatMessageDeleted(chat_message=DeletedChatMessage(id=7)),
        channel_url="streamer",
        topic="chat",
        ws_channel="api-channel-chat:1",
        position=Position("e", 3),
        received_at=datetime(2026, 1, 1, tzinfo=UTC),
        raw=b"{}",
    )

    match event:
        case Event(data=ChatMessageDeleted(chat_message=DeletedChatMessage(id=number)), topic="chat"):
            assert number == 7
        case _:
            pytest.fail("it did not match")


def test_an_event_cannot_be_changed():
    position = Position("e", 3)

    with pytest.raises(AttributeError):
        position.offset = 4  # type: ignore[misc]
