"""In which states the slot of a stream can be, and what leads from one to another: the one table."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from vklive.devapi.errors import ApiError
from vklive.server.refusal import RefusalError


class StreamState(StrEnum):
    """What goes on in a slot of a channel."""

    OFF = "off"
    ON = "on"
    PAUSED = "paused"


class StreamStep(StrEnum):
    """What can be done about it."""

    START = "start"
    PAUSE = "pause"
    RESUME = "resume"
    CHANGE = "change"
    """Another title or category."""
    COUNT = "count"
    """Other numbers of viewers and views."""
    STOP = "stop"


TRANSITIONS: Mapping[tuple[StreamState, StreamStep], StreamState] = {
    (StreamState.OFF, StreamStep.START): StreamState.ON,
    (StreamState.ON, StreamStep.PAUSE): StreamState.PAUSED,
    (StreamState.ON, StreamStep.CHANGE): StreamState.ON,
    (StreamState.ON, StreamStep.COUNT): StreamState.ON,
    (StreamState.ON, StreamStep.STOP): StreamState.OFF,
    (StreamState.PAUSED, StreamStep.RESUME): StreamState.ON,
    (StreamState.PAUSED, StreamStep.CHANGE): StreamState.PAUSED,
    (StreamState.PAUSED, StreamStep.COUNT): StreamState.PAUSED,
    (StreamState.PAUSED, StreamStep.STOP): StreamState.OFF,
}
"""What is not here cannot be done."""


def after(state: StreamState, step: StreamStep) -> StreamState:
    """The state to which a step leads.

    Raises:
        RefusalError: it cannot be done in this state.
    """
    try:
        return TRANSITIONS[state, step]
    except KeyError:
        raise RefusalError(ApiError.UNPROCESSABLE_ENTITY, f"{step}: the stream in this slot is {state}") from None
