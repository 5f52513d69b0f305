"""Which class reads which type of event, and the one function that reads.

Adding an event is one class: name its type, list its fields, put `register` on it.

Reading is in two steps, for speed. First as the documentation has it, with a decoder that was prepared for the
type; that is the way of nearly every event. Only what does not fit is read again, liberally, see
`vklive.events.liberal`. What does not fit then is an `UnknownEvent`.
"""

from __future__ import annotations

from typing import NamedTuple, TypeVar

import msgspec
from msgspec import Raw, Struct

from vklive.events.base import EventData
from vklive.events.liberal import decode_liberally
from vklive.events.unknown import UnknownEvent

RESERVED_PREFIX = "vklive."
"""Types that begin so are this package's own and never come over the wire."""

# msgspec raises its own errors and ValueErrors for bytes that are not text; deep nesting ends in a RecursionError.
_UNREADABLE = (msgspec.MsgspecError, ValueError, RecursionError, OverflowError)


class _Envelope(Struct):
    type: str
    data: Raw = Raw(b"{}")


class _Reader(NamedTuple):
    cls: type[EventData]
    decoder: msgspec.json.Decoder[EventData]


_envelope_decoder = msgspec.json.Decoder(_Envelope)
_readers: dict[str, _Reader] = {}

_E = TypeVar("_E", bound=EventData)


def register(cls: type[_E]) -> type[_E]:
    """Make `cls` the class that reads events of its `event_type`. Used as a decorator.

    For types of one's own as well::

        class Poll(msgspec.Struct, frozen=True, kw_only=True):
            question: str
            votes: tuple[int, ...] = ()

        @register
        class PollStarted(EventData, frozen=True, kw_only=True):
            event_type: ClassVar[str] = "poll_start"
            poll: Poll

    Fields are read as liberally as those of vklive, in structs of one's own too, see `vklive.events.liberal`.
    Unknown fields are in the event's `raw`. To be called before the events come.

    Raises:
        ValueError: when the type has another class already, or is reserved for this package.
    """
    known = _readers.get(cls.event_type)
    if known is not None and known.cls is not cls:
        raise ValueError(f"{cls.event_type!r} is read by {known.cls.__name__}; {cls.__name__} cannot read it as well")
    if cls.event_type.startswith(RESERVED_PREFIX):
        raise ValueError(f"{cls.event_type!r}: types that begin with {RESERVED_PREFIX!r} never come over the wire")
    _readers[cls.event_type] = _Reader(cls, msgspec.json.Decoder(cls, strict=False))
    return cls


def registered() -> dict[str, type[EventData]]:
    """The classes by the types that they read."""
    return {event_type: reader.cls for event_type, reader in _readers.items()}


def decode_payload(payload: bytes | Raw) -> tuple[str, EventData]:
    """Read the payload of a publication: ``{"type": …, "data": {…}}``.

    Never raises. Unknown fields are ignored, missing ones have defaults where the class has them, `null` counts as
    absent, and numbers may be written as strings and ids the other way round.

    Args:
        payload: the JSON as it came.

    Returns:
        The type on the wire (empty when there is none) and the typed data; an `UnknownEvent` with the reason and
        the payload when the type is not registered or the payload does not fit it.
    """
    try:
        envelope = _envelope_decoder.decode(payload)
    except _UNREADABLE as error:
        return "", UnknownEvent(type="", reason=_reason(error), payload=_kept(payload))
    event_type = envelope.type
    reader = _readers.get(event_type)
    if reader is None:
        return event_type, UnknownEvent(type=event_type, reason="unknown type", payload=_kept(payload))
    try:
        return event_type, reader.decoder.decode(envelope.data)
    except _UNREADABLE:
        pass  # not as documented; what is wrong with it is told below, if it is wrong after all
    try:
        return event_type, decode_liberally(envelope.data, reader.cls)
    except _UNREADABLE as error:
        return event_type, UnknownEvent(type=event_type, reason=_reason(error), payload=_kept(payload))


def _kept(payload: bytes | Raw) -> Raw:
    """A copy: a `Raw` is a view that would keep the whole frame in memory."""
    return Raw(bytes(payload))


def _reason(error: Exception) -> str:
    """Why something could not be read, without quoting it: a payload may be long and is a stranger's."""
    if isinstance(error, msgspec.ValidationError):
        return str(error)
    if isinstance(error, RecursionError):
        return "nested too deeply"
    return "malformed JSON"
