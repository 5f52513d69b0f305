"""Recorded events, as a program was given them, and when."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from datetime import datetime

import msgspec

from vklive.events import Event, EventData, UnknownEvent, decode_payload, lifecycle
from vklive.recording.lines import AnyLine, Happened, Heard

_HAPPENINGS: dict[str, type[EventData]] = {
    cls.event_type: cls
    for cls in vars(lifecycle).values()
    if isinstance(cls, type) and issubclass(cls, EventData) and cls is not EventData
}


def event_of(line: AnyLine) -> Event | None:
    """The event that a line is about; `None` for a line that is about none."""
    match line:
        case Heard():
            event_type, data = decode_payload(line.raw)
            return _event(line, event_type, data, line.raw)
        case Happened():
            return _event(line, line.type, _happening(line), b"")
        case _:
            return None


async def played(events: Iterable[Event], *, speed: float) -> AsyncIterator[Event]:
    """Events at the distances at which they were heard.

    Args:
        events: in order. Where the time goes back, as between two recordings, there is no pause.
        speed: 1 as it was, 2 twice as fast; 0 without any pause.
    """
    loop = asyncio.get_running_loop()
    before: datetime | None = None
    due = loop.time()
    for event in events:
        if speed and before is not None:
            # By the clock, so that what is done with the events does not add up.
            due = max(due + max(0.0, (event.received_at - before).total_seconds()) / speed, loop.time())
            await asyncio.sleep(due - loop.time())
        before = event.received_at
        yield event


def _event(line: Heard | Happened, event_type: str, data: EventData, raw: bytes) -> Event:
    return Event(
        type=event_type,
        data=data,
        channel_url=line.channel_url,
        topic=line.topic,
        ws_channel=line.ws_channel,
        position=line.position,
        received_at=line.received_at,
        raw=raw,
    )


def _happening(line: Happened) -> EventData:
    cls = _HAPPENINGS.get(line.type)
    try:
        if cls is not None:
            return msgspec.json.decode(line.data, type=cls)
        reason = "unknown type"
    except msgspec.MsgspecError as error:
        reason = str(error)
    return UnknownEvent(type=line.type, reason=reason, payload=line.data)
