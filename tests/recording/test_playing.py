"""Events are played as they were heard, or faster."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from tests.recording.conftest import WHEN

from vklive.events import Connected, UnknownEvent
from vklive.recording.lines import Began, Frame, Happened
from vklive.recording.playing import event_of, played
from vklive.testing.loop import run_virtual


def heard_at(heard, *seconds: float):
    return [heard({"type": "new"}, at=WHEN + timedelta(seconds=each)) for each in seconds]


def times(events, *, speed: float, work: float = 0.0) -> list[float]:
    async def play() -> list[float]:
        loop = asyncio.get_running_loop()
        begin = loop.time()
        told = []
        async for _ in played(events, speed=speed):
            told.append(loop.time() - begin)
            await asyncio.sleep(work)
        return told

    return run_virtual(play())


@pytest.mark.parametrize(("speed", "when"), [(1, [0, 2, 2.5, 3600]), (2, [0, 1, 1.25, 1800]), (0, [0, 0, 0, 0])])
def test_at_the_speed_that_is_wanted(heard, speed, when):
    assert times(heard_at(heard, 0, 2, 2.5, 3600), speed=speed) == pytest.approx(when)


def test_what_is_done_with_the_events_does_not_add_up(heard):
    assert times(heard_at(heard, 0, 2, 4), speed=1, work=1.5) == pytest.approx([0, 2, 4])


def test_who_is_late_does_not_run_after(heard):
    assert times(heard_at(heard, 0, 1, 2), speed=1, work=5) == pytest.approx([0, 5, 10])


def test_between_two_recordings_there_is_no_pause(heard):
    assert times(heard_at(heard, 100, 101, 0, 1), speed=1) == pytest.approx([0, 1, 1, 2])


def test_frames_and_beginnings_are_no_events():
    began = Began(format=1, vklive="0.1", began_at=WHEN, channel_url="s")
    frame = Frame(at=WHEN, link=1, direction="in", text="{}")

    assert event_of(began) is None
    assert event_of(frame) is None


@pytest.mark.parametrize(("kind", "data"), [("vklive.new", b"{}"), ("vklive.connected", b"{}")])
def test_what_happened_in_a_newer_program_is_kept_as_unknown(kind, data):
    line = Happened(received_at=WHEN, channel_url="s", topic="", ws_channel="", type=kind, data=data)

    event = event_of(line)

    assert event is not None
    assert isinstance(event.data, UnknownEvent)
    assert (event.type, event.data.type) == (kind, kind)
    assert Connected.event_type == "vklive.connected"
