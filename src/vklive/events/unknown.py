"""What could not be read, and is not lost for that."""

from __future__ import annotations

from typing import ClassVar

from msgspec import Raw

from vklive.events.base import EventData


class UnknownEvent(EventData, frozen=True, kw_only=True):
    """An event of a type that this version of vklive does not know, or one that does not fit its type.

    The official list of types is not public and will grow, so this is a normal event and no error.

    Attributes:
        type: the type on the wire; empty when there was none to be read.
        reason: why there is no typed event, in words; for a field that does not fit, with the path to it.
        payload: the payload's JSON, byte for byte as it came.
    """

    event_type: ClassVar[str] = "vklive.unknown"

    type: str
    reason: str
    payload: Raw
