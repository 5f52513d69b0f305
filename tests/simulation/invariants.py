"""What has to be true of every story, whatever happened in it."""

from __future__ import annotations

import msgspec
from tests.simulation.schedule import WS_CHANNELS
from tests.simulation.story import Story

from vklive.client.supervisor import FORGET_AFTER
from vklive.events import Connected, Dropped, Event, Gap, Listening, Reconnecting

KEPT = "kept:info"


def check(story: Story) -> None:
    """Look at a story that is over.

    Raises:
        AssertionError: when something in it must not be.
    """
    _check_attempts(story)
    for ws_channel in WS_CHANNELS:
        _check_order(story, ws_channel)
        if ws_channel == KEPT:
            _check_gaps_where_history_is_kept(story)
        else:
            _check_gaps(story, ws_channel)
    dropped = sum(event.data.count for event in story.heard if isinstance(event.data, Dropped))
    if dropped:
        assert story.schedule.overflow.value.startswith("drop"), "only a queue that drops has dropped"


def _check_attempts(story: Story) -> None:
    """Nothing is heard between the end of an attempt and the next connection."""
    connected, attempt = False, 0
    for event in story.heard:
        match event.data:
            case Connected():
                # A program that was restarted counts anew.
                assert event.data.attempt > attempt or story.schedule.resume, "attempts are counted upwards"
                connected, attempt = True, event.data.attempt
            case Reconnecting():
                connected = False
                assert event.data.cause, "every end has a cause"
                assert event.data.delay > 0
            case _ if event.raw and not (story.schedule.refill and event.topic == "chat"):
                # A chat waits for its refill, and is told afterwards.
                assert connected, "nothing of a dead attempt is heard"
            case _:
                pass


def _check_order(story: Story, ws_channel: str) -> None:
    last, hole = 0, "what was said before anybody listened is nobody's"
    for event in story.heard:
        if isinstance(event.data, Dropped) or (isinstance(event.data, Gap) and event.ws_channel == ws_channel):
            hole = "told"
        elif event.raw and event.ws_channel == ws_channel:
            number = number_of(event)
            assert number > last, f"{ws_channel}: {number} after {last}: in order, and nothing twice"
            assert number == last + 1 or hole, (
                f"{ws_channel}: {last + 1} to {number - 1} are missing, and it is not told"
            )
            last, hole = number, ""
    if story.ended is None and story.schedule.limit > len(WS_CHANNELS):
        assert last == story.said[ws_channel], f"{ws_channel}: it is heard again when nothing fails any more"


def _check_gaps(story: Story, ws_channel: str) -> None:
    """Without history, there is one gap between two times of listening, and no other."""
    listening = gaps = 0
    # Who is restarted between a gap and the listening that follows is told of it once more.
    restarted = story.schedule.resume
    for event in story.heard:
        if event.ws_channel != ws_channel:
            continue
        if isinstance(event.data, Gap):
            gaps += 1
        elif isinstance(event.data, Listening):
            listening += 1
            expected = gaps >= listening - 1 if restarted else gaps == listening - 1
            assert expected, f"{ws_channel}: {gaps} gaps, and listened to for the {listening}. time"
    assert listening or story.ended, f"{ws_channel}: nobody was told that it is heard"


def _check_gaps_where_history_is_kept(story: Story) -> None:
    """With history, there is a gap only where the history was lost, or the client gave up asking for it."""
    gaps = sum(isinstance(event.data, Gap) and event.ws_channel == KEPT for event in story.heard)
    assert gaps <= story.wiped + story.closed // FORGET_AFTER, f"{KEPT}: {gaps} gaps, and no reason for them"


def number_of(event: Event) -> int:
    """The number of a publication."""
    number: int = msgspec.json.decode(event.raw)["data"]["n"]
    return number
