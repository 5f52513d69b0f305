"""The table of states, and every walk through it: on a real store, compared with a model that is a few lines long."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from tests.server.platform.conftest import World, world_in

from vklive.server.platform import streaming
from vklive.server.platform.stream_states import StreamState, StreamStep, after
from vklive.server.refusal import RefusalError
from vklive.server.store.tables import ChannelRow, StreamRecordRow, StreamRow

OFF, ON, PAUSED = StreamState.OFF, StreamState.ON, StreamState.PAUSED

LEADS_TO = {
    "start": {OFF: ON},
    "pause": {ON: PAUSED},
    "resume": {PAUSED: ON},
    "change": {ON: ON, PAUSED: PAUSED},
    "count": {ON: ON, PAUSED: PAUSED},
    "stop": {ON: OFF, PAUSED: OFF},
}
"""The table, written out once more."""

TELLS = {
    "start": ["channel_stream_start"],
    "pause": ["channel_stream_pause"],
    "resume": ["channel_stream_resume"],
    "change": ["channel_stream_settings_change"],
    "count": [],
    "stop": ["channel_stream_stop", "channel_stream_record_new"],
}


@pytest.mark.parametrize("step", StreamStep)
@pytest.mark.parametrize("state", StreamState)
def test_each_step_leads_where_it_should_or_is_refused(state, step):
    if state in LEADS_TO[step]:
        assert after(state, step) is LEADS_TO[step][state]
    else:
        with pytest.raises(RefusalError, match=f"unprocessable_entity: {step}: the stream in this slot is {state}"):
            after(state, step)


class Streams(RuleBasedStateMachine):
    """Any steps, in any order, in three slots."""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.opened = world_in("sqlite+aiosqlite:///:memory:")
        self.world: World = self.runner.run(self.opened.__aenter__())
        self.states = dict.fromkeys(range(3), OFF)
        self.records = 0
        self.titles = 0

    def teardown(self) -> None:
        self.runner.run(self.opened.__aexit__(None, None, None))
        self.runner.close()

    @rule(slot=st.integers(0, 2), step=st.sampled_from(sorted(LEADS_TO)))
    def take(self, slot: int, step: str) -> None:
        self.titles += 1
        title = f"title {self.titles}"
        more: dict[str, dict[str, Any]] = {"change": {"title": title}, "count": {"viewers": self.titles, "views": 0}}
        given = [streaming.NewStream(title=title)] if step == "start" else []
        expected = LEADS_TO[step].get(self.states[slot])
        work = self.world.do(getattr(streaming, step), "streamer", slot, *given, **more.get(step, {}))
        if expected is None:
            with pytest.raises(RefusalError, match="unprocessable_entity"):
                self.runner.run(work)
            assert self.world.types() == []
            return
        self.runner.run(work)
        self.states[slot] = expected
        self.records += step == "stop"
        assert self.world.types() == TELLS[step]

    @invariant()
    def the_store_says_the_same(self) -> None:
        running = self.runner.run(self.world.rows(StreamRow, channel_id=42, ended_at=None))
        assert {row.slot_id: PAUSED if row.paused else ON for row in running} == {
            slot: state for slot, state in self.states.items() if state is not OFF
        }
        (channel,) = self.runner.run(self.world.rows(ChannelRow, id=42))
        assert channel.status == ("online" if running else "offline")
        assert len(self.runner.run(self.world.rows(StreamRecordRow))) == self.records


Streams.TestCase.settings = settings(max_examples=15, stateful_step_count=20, deadline=None)
TestStreams = Streams.TestCase
