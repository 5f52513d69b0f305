"""Every recording gives what Centrifugo v4.1.5 gave, message by message."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable

import pytest
from tests.vectors.conftest import NOW, recorded_configuration
from tests.vectors.replay import World, replay
from tests.vectors.script import API_KEY, Placeholders, Scenario, scenarios
from tests.vectors.stream_world import StreamWorld
from tests.vectors.worlds import MemoryWorld, SocketWorld

from vklive.server.admission import Admission
from vklive.server.broker.memory import MemoryBroker
from vklive.server.node import Node
from vklive.server.presence.memory import MemoryPresence
from vklive.server.tasks import Tasks
from vklive.server.tokens import Verifier, VerifyingKeys
from vklive.testing.loop import VirtualLoop, run_virtual

ALL = list(scenarios())


def keys_of(scenario: Scenario):
    """Which API key each call of the recording had: `api_unauthorized` sent a wrong one, then none."""
    if scenario.name == "api_unauthorized":
        return itertools.chain(["wrong"], itertools.repeat(None)).__next__
    return itertools.repeat(API_KEY).__next__


async def replay_as_recorded(scenario: Scenario, world: World, *, clock: Callable[[], float]) -> list[str]:
    """Replay it twice and compare the second time.

    So it was recorded: where a history is kept, the recording begins with what the same scenario has left there.
    """
    await replay(scenario, world, now=int(clock()), api_keys=keys_of(scenario))
    return await replay(scenario, world, now=int(clock()), api_keys=keys_of(scenario))


def by_name(scenario: Scenario) -> str:
    return scenario.name


def test_the_recordings_are_here():
    assert len(ALL) == 62


@pytest.mark.parametrize("scenario", [one for one in ALL if not one.waits], ids=by_name)
async def test_over_a_real_socket(scenario: Scenario, socket_world: SocketWorld):
    assert await replay_as_recorded(scenario, socket_world, clock=lambda: NOW) == []


@pytest.mark.parametrize("scenario", [one for one in ALL if not one.waits], ids=by_name)
async def test_over_http(scenario: Scenario, stream_world: StreamWorld):
    assert await replay_as_recorded(scenario, stream_world, clock=lambda: NOW) == []


@pytest.mark.parametrize("scenario", [one for one in ALL if one.waits], ids=by_name)
def test_in_virtual_time(scenario: Scenario):
    async def play() -> list[str]:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, VirtualLoop)
        configuration = recorded_configuration()
        tasks = Tasks()
        verifier = Verifier(VerifyingKeys.from_texts(hmac_secret=configuration.tokens.hmac_secret))
        node = Node(
            Admission(configuration.known_namespaces(), verifier, configuration.pubsub),
            settings=configuration.pubsub,
            broker=MemoryBroker(clock=loop.clock),
            presence=MemoryPresence(),
            clock=loop.clock,
            tasks=tasks,
            # Early enough that the 34 s of `ping_pong` see two pings, as they did when it was recorded.
            ping_phase=lambda: 0.2,
        )
        await node.start()
        found = await replay_as_recorded(scenario, MemoryWorld(node), clock=loop.clock.wall)
        await node.stop()
        await tasks.stop()
        return found

    assert run_virtual(play()) == []


def test_a_difference_is_told_field_by_field():
    values = Placeholders(now=0)
    expected = {"id": 1, "connect": {"client": "<client1>", "ttl": 5, "pings": [1, 2]}}
    got = {"id": 1, "connect": {"client": "", "ttl": 5.0, "pings": [1, 3], "extra": True}, "error": {}}
    assert sorted(values.differences(expected, got)) == [
        "$.connect.client: <client1> was '' and is ''",
        "$.connect.extra: not recorded: True",
        "$.connect.pings[1]: recorded 2, got 3",
        "$.connect.ttl: recorded 5, got 5.0",
        "$.error: not recorded: {}",
    ]
    assert values.differences("<client2>", "x") == []
    assert values.differences("<client2>", "y") == ["$: <client2> was 'x' and is 'y'"]
