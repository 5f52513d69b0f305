"""What was heard, type by type: how often, where, when, and what it looks like."""

from __future__ import annotations

from datetime import datetime

import msgspec
from msgspec import Raw, Struct

from vklive.escaping import escape
from vklive.events import EventData, UnknownEvent, decode_payload, registered
from vklive.inference.limits import MAX_TOPICS, MAX_TYPE_LENGTH, MAX_TYPES
from vklive.inference.shape import Budget, Shape


class UnreadableSampleError(ValueError):
    """A payload that is not JSON, or JSON that no program can hold. It is counted nowhere."""


class _Envelope(Struct):
    type: str
    data: Raw = Raw(b"{}")


class TypeSurvey:
    """What is known of one type.

    Attributes:
        event_type: as on the wire; empty for payloads that have none, of which the whole is looked at.
        known_as: the class that reads it in this program, `None` when the type is unknown.
        count: how many were heard.
        topics: how many on each topic.
        first_seen, last_seen: when; `None` before the first.
        misfits: how many did not fit the class, of a type that has one.
        misfit: why the last of them did not.
        shape: what ``data`` looks like.
    """

    def __init__(self, event_type: str, *, known_as: type[EventData] | None, budget: Budget) -> None:
        self.event_type = event_type
        self.known_as = known_as
        self.count = 0
        self.topics: dict[str, int] = {}
        self.first_seen: datetime | None = None
        self.last_seen: datetime | None = None
        self.misfits = 0
        self.misfit = ""
        self.shape = Shape(budget)

    @property
    def is_documented(self) -> bool:
        """Whether vklive has a class for it that all of them fit."""
        return self.known_as is not None and not self.misfits

    @property
    def summary(self) -> str:
        """How often it was heard, on which topics and when, as a sentence."""
        where = ", ".join(
            f"{escape(topic) or 'no topic'} ({count})" if len(self.topics) > 1 else escape(topic) or "no topic"
            for topic, count in sorted(self.topics.items(), key=lambda each: (-each[1], each[0]))
        )
        times = "once" if self.count == 1 else f"{self.count} times"
        return f"Seen {times} on {where}, {_period(self.first_seen, self.last_seen)}."

    def note(self, *, topic: str, at: datetime) -> None:
        """One was heard."""
        self.count += 1
        if topic in self.topics or len(self.topics) < MAX_TOPICS:
            self.topics[topic] = self.topics.get(topic, 0) + 1
        self.first_seen = at if self.first_seen is None else min(self.first_seen, at)
        self.last_seen = at if self.last_seen is None else max(self.last_seen, at)


class Survey:
    """All types.

    Attributes:
        types: what is known of each, in the order in which they turned up.
        others: how many events are of further types, see `vklive.inference.limits.MAX_TYPES`.
    """

    def __init__(self) -> None:
        self.types: dict[str, TypeSurvey] = {}
        self.others = 0
        self._budget = Budget()

    def hear(self, payload: bytes | Raw, *, topic: str, at: datetime) -> None:
        """Take one sample.

        Args:
            payload: ``{"type": …, "data": {…}}`` as it came.
            topic: where it was heard.
            at: when.

        Raises:
            UnreadableSampleError: it cannot be read; nothing has changed.
        """
        event_type, data = decode_payload(payload)
        value = _data_of(payload, event_type)
        survey = self._of(event_type)
        if survey is None:
            self.others += 1
            return
        survey.note(topic=topic, at=at)
        survey.shape.add(value)
        if survey.known_as is not None and isinstance(data, UnknownEvent):
            survey.misfits += 1
            survey.misfit = data.reason

    def _of(self, event_type: str) -> TypeSurvey | None:
        known = self.types.get(event_type)
        if known is None and len(self.types) < MAX_TYPES and len(event_type) <= MAX_TYPE_LENGTH:
            known = TypeSurvey(event_type, known_as=registered().get(event_type), budget=self._budget)
            self.types[event_type] = known
        return known


def _data_of(payload: bytes | Raw, event_type: str) -> object:
    try:
        if not event_type:
            return msgspec.json.decode(payload)
        return msgspec.json.decode(msgspec.json.decode(payload, type=_Envelope).data)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise UnreadableSampleError(f"its payload cannot be read: {error}") from None


def _period(first: datetime | None, last: datetime | None) -> str:
    if first is None or last is None:
        return "never"
    begin, end = (f"{each:%Y-%m-%d %H:%M:%S}" for each in (first, last))
    return f"at {begin} UTC" if begin == end else f"from {begin} to {end} UTC"
