"""Which messages of a chat were heard, and the filling of a hole with those that the API still has.

The API has no cursor: it gives the newest messages, two hundred at most. What is newer than the last message that was
heard was missed. While the API is asked, what comes over the wire is held, so that the missed messages come first.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from enum import Enum
from typing import NamedTuple

from vklive.events import ChatMessageSent, Event

MAX_HELD = 1000
"""Events that wait for the answer of the API. Those of a busier chat do not wait any longer."""


class State(Enum):
    """What becomes of an event."""

    LIVE = "live"
    """It is given on."""
    HOLDING = "holding"
    """It waits for what was missed before it; nobody asks for that yet."""
    ASKING = "asking"
    """The same, and it is being asked for."""


_NEXT: dict[State, frozenset[State]] = {
    State.LIVE: frozenset({State.LIVE, State.HOLDING}),
    State.HOLDING: frozenset({State.ASKING, State.LIVE}),
    State.ASKING: frozenset({State.LIVE}),
}


class Missed(NamedTuple):
    """What the API still has of a hole.

    Attributes:
        messages: the events, in order.
        complete: whether they reach back to the last one that was heard.
    """

    messages: list[Event]
    complete: bool


class ChatMemory:
    """One chat of one stream. It outlives connections.

    Attributes:
        last: id of the newest message that was heard; 0 before the first.
    """

    def __init__(self) -> None:
        self.last = 0
        self._state = State.LIVE
        self._last_held = 0
        self._refilled: dict[int, None] = {}
        self._held: deque[Event] = deque()

    @property
    def is_holding(self) -> bool:
        """Whether events are to be given to `hold`."""
        return self._state is not State.LIVE

    @property
    def is_full(self) -> bool:
        """Whether no more can be held."""
        return len(self._held) >= MAX_HELD

    def is_repeated(self, event: Event) -> bool:
        """Whether it is a message that a refill has given already; one that is not counts as heard from now on.

        Only those are looked for: nothing else gives a message twice, and what a platform repeats is its own affair.
        """
        if not isinstance(event.data, ChatMessageSent):
            return False
        number = event.data.chat_message.id
        if number in self._refilled:
            del self._refilled[number]
            return True
        if self._state is State.LIVE:
            self.last = max(self.last, number)
        else:
            self._last_held = max(self._last_held, number)
        return False

    def begin(self) -> None:
        """There was a hole: hold what comes, if it is known what was heard before, and the hole can be filled."""
        if self.last:
            self._enter(State.HOLDING)

    def ask(self) -> bool:
        """Whether what was missed is to be asked for; says so once for each hole."""
        if self._state is not State.HOLDING:
            return False
        self._enter(State.ASKING)
        return True

    def hold(self, event: Event) -> None:
        """Keep an event until the hole is filled."""
        self._held.append(event)

    def missed(self, answer: Sequence[Event], *, all_there_are: bool) -> Missed:
        """The API has answered; what was missed counts as heard from now on.

        Args:
            answer: the newest `ChatMessageSent` of the chat, in any order.
            all_there_are: whether the API has no older ones.
        """
        by_id = {_id_of(message): message for message in answer}
        # What is newer than something that came over the wire comes over the wire as well.
        before = min((_id_of(event) for event in self._held if isinstance(event.data, ChatMessageSent)), default=None)
        reaches_back = all_there_are or min(by_id, default=0) <= self.last
        numbers = [number for number in sorted(by_id) if number > self.last and (before is None or number < before)]
        # Those of the time before are not waited for any more.
        self._refilled = dict.fromkeys(numbers)
        self._last_held = max((self._last_held, *numbers))
        return Missed([by_id[number] for number in numbers], complete=reaches_back)

    @property
    def holds(self) -> int:
        """How many events are held."""
        return len(self._held)

    def next_held(self) -> Event:
        """The first event that is held, which is not held any more."""
        return self._held.popleft()

    def end(self) -> None:
        """Everything that was held is given on: hold no more."""
        self._enter(State.LIVE)
        self.last = max(self.last, self._last_held)

    def _enter(self, state: State) -> None:
        assert state in _NEXT[self._state], f"{self._state} cannot become {state}"  # noqa: S101 - a mistake of ours
        self._state = state


def _id_of(event: Event) -> int:
    assert isinstance(event.data, ChatMessageSent)  # noqa: S101 - asked by all callers
    return event.data.chat_message.id
