"""Taking messages back, and what the answers of the history are."""

from __future__ import annotations

import pytest

from vklive.devapi.errors import ApiError
from vklive.server.platform.acting import ChannelFacts
from vklive.server.refusal import RefusalError

CHAT, LIMITED = "api-channel-chat:42", "api-channel-limited-chat:42"


async def test_a_message_that_is_taken_back_is_gone_and_those_who_heard_it_are_told(world, says, takes_back):
    await world.send("stranger")
    await world.send("stranger")
    world.publish(f"{CHAT}#11", says(100))
    world.publish(LIMITED, says(101))
    world.heard.clear()
    for number in (1, 100, 101):
        await world.take_back(number)
    assert world.heard == [(CHAT, takes_back(1)), (f"{CHAT}#11", takes_back(100)), (LIMITED, takes_back(101))]
    assert await world.ids() == [2]
    for missing in (1, 3, 0, -1, 2**63):
        with pytest.raises(RefusalError) as caught:
            await world.take_back(missing)
        assert caught.value.error is ApiError.NOT_FOUND
    elsewhere = ChannelFacts(id=43, url="elsewhere", owner_id=14)
    with pytest.raises(RefusalError):
        await world.take_back(2, elsewhere)
    assert len(world.heard) == 3


async def test_a_message_that_was_published_a_moment_ago_can_be_taken_back(world, says):
    world.publish(CHAT, says(5))
    await world.take_back(5)
    assert await world.ids() == []
