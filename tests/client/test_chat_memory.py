"""What was missed of a chat: told in order and once, whatever comes when."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vklive.client.chat_memory import MAX_HELD, ChatMemory
from vklive.events import Author, ChatMessage, ChatMessageDeleted, ChatMessageSent, DeletedChatMessage, Event, EventData

LIMIT = 5


def event(data: EventData) -> Event:
    return Event(
        type=data.event_type,
        data=data,
        channel_url="s",
        topic="chat",
        ws_channel="c",
        position=None,
        received_at=datetime(2027, 1, 1, tzinfo=UTC),
        raw=b"{}",
    )


def message(number: int) -> Event:
    author = Author(id=1, nick="n")
    return event(ChatMessageSent(chat_message=ChatMessage(id=number, author=author)))


def number_of(heard: Event) -> int:
    assert isinstance(heard.data, ChatMessageSent)
    return heard.data.chat_message.id


class Chat:
    """What a stream does with a memory, and what comes out."""

    def __init__(self) -> None:
        self.memory = ChatMemory()
        self.out: list[int] = []

    def hear(self, number: int) -> None:
        heard = message(number)
        if self.memory.is_repeated(heard):
            return
        if self.memory.is_holding:
            self.memory.hold(heard)
        else:
            self.out.append(number)

    def fill(self, answer: list[int], *, limit: int = LIMIT) -> bool:
        missed = self.memory.missed([message(each) for each in answer], all_there_are=len(answer) < limit)
        self.out += map(number_of, missed.messages)
        while self.memory.holds:
            self.out.append(number_of(self.memory.next_held()))
        self.memory.end()
        return missed.complete


@given(
    before=st.integers(1, 6),
    missed=st.integers(0, 12),
    held=st.integers(0, 6),
    unsent=st.integers(0, 4),
    order=st.randoms(use_true_random=False),
)
def test_missed_held_and_late_messages_come_out_once_and_in_order(before, missed, held, unsent, order):
    chat = Chat()
    for number in range(1, before + 1):
        chat.hear(number)
    chat.memory.begin()
    assert chat.memory.ask()
    assert not chat.memory.ask()
    first = before + missed + 1
    for number in range(first, first + held):
        chat.hear(number)
    # The API knows of some that the wire has not brought yet, and forgets all but the newest.
    newest = first + held + unsent
    answer = list(range(1, newest))[-LIMIT:]
    order.shuffle(answer)
    complete = chat.fill(answer)
    for number in range(first + held, newest + 2):
        chat.hear(number)
    assert chat.out == sorted(set(chat.out)), "in order, and once"
    expected = set(range(1, newest + 2))
    lost = expected - set(chat.out)
    assert lost <= set(range(before + 1, first)), "only of what was missed can something be lost"
    assert complete or not lost or missed > 0
    if lost:
        assert not complete


def test_a_hole_before_the_first_message_cannot_be_filled():
    chat = Chat()
    chat.memory.begin()
    assert not chat.memory.is_holding
    assert not chat.memory.ask()


def test_an_id_that_a_platform_uses_twice_is_no_repetition():
    chat = Chat()
    for _ in range(3):
        chat.hear(1)
    assert chat.out == [1, 1, 1]


def test_what_is_no_message_is_held_at_its_place():
    memory = ChatMemory()
    memory.is_repeated(message(1))
    memory.begin()
    memory.ask()
    deleted = event(ChatMessageDeleted(chat_message=DeletedChatMessage(id=3)))
    for each in (message(5), deleted, message(6)):
        assert not memory.is_repeated(each)
        memory.hold(each)
    missed = memory.missed([message(each) for each in (1, 3, 5, 6)], all_there_are=False)
    assert [number_of(each) for each in missed.messages] == [3]
    assert missed.complete
    assert [memory.next_held().data.event_type for _ in range(memory.holds)] == [
        "channel_chat_message_send",
        "channel_chat_message_delete",
        "channel_chat_message_send",
    ]


def test_what_is_held_has_a_limit():
    memory = ChatMemory()
    memory.is_repeated(message(1))
    memory.begin()
    for number in range(MAX_HELD):
        assert not memory.is_full
        memory.hold(message(number))
    assert memory.is_full


def test_who_asks_when_nothing_is_held_has_made_a_mistake():
    memory = ChatMemory()
    memory.is_repeated(message(1))
    memory.begin()
    with pytest.raises(AssertionError):
        memory.begin()
