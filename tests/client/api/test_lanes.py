"""What is remembered of chats, and for how many."""

from __future__ import annotations

import pytest

from vklive.client.api.lanes import MAX_CHATS, Lanes


async def test_the_chat_that_nobody_writes_to_is_forgotten_first():
    lanes = Lanes()
    for number in range(MAX_CHATS):
        lanes.of(str(number)).stream_id = "s"
    assert lanes.of("0").stream_id == "s"
    lanes.of("one more")
    assert lanes.of("0").stream_id == "s"
    assert lanes.of("1").stream_id == ""
    assert len(lanes._lanes) == MAX_CHATS


async def test_a_chat_that_is_written_to_is_not_forgotten():
    lanes = Lanes()
    async with lanes.turn("busy") as lane:
        for number in range(MAX_CHATS):
            lanes.of(str(number))
        assert lanes.of("busy") is lane
        assert lane.queued == 1
    assert lane.queued == 0


async def test_a_turn_that_fails_is_over():
    lanes = Lanes()
    for _ in range(2):
        with pytest.raises(ValueError, match="a mistake"):
            async with lanes.turn("streamer"):
                raise ValueError("a mistake")
    assert lanes.of("streamer").queued == 0
    assert not lanes.of("streamer").turn.locked()
