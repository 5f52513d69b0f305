"""How a client is, from what has happened: never well when nothing was heard for too long."""

from __future__ import annotations

import asyncio
import contextlib

from hypothesis import given
from hypothesis import strategies as st
from tests.client.world import Listener, World, answer, play

from vklive.client.evidence import Evidence
from vklive.client.health import GRACE, HealthState, health_of
from vklive.errors import ConnectError, UnauthorizedError
from vklive.events import Connected, Listening, Reconnecting


def connected(*, since: float, last_byte: float | None, allowed: float | None = 35.0) -> Evidence:
    known = Evidence()
    known.connecting(since)
    known.connected(since, silence_allowed=allowed)
    known.last_byte = last_byte
    return known


@given(
    since=st.floats(0, 1e6),
    last_byte=st.none() | st.floats(0, 1e6),
    allowed=st.floats(0.1, 1e3),
    passed=st.floats(0, 1e6),
)
def test_a_connection_on_which_nothing_was_heard_for_longer_than_allowed_is_never_ok(
    since: float, last_byte: float | None, allowed: float, passed: float
) -> None:
    heard = max(since, last_byte or since)
    health = health_of([connected(since=since, last_byte=last_byte, allowed=allowed)], now=heard + passed)
    assert health.ok == (heard + passed - heard <= allowed + GRACE)
    assert health.ok or "nothing was heard for" in health.reason


def test_of_several_connections_the_worst_counts() -> None:
    good, silent, waiting = connected(since=0, last_byte=99), connected(since=0, last_byte=1), Evidence()
    waiting.connecting(0.0)
    waiting.waiting(90.0, reason="Connection refused", cause="tcp", delay=15.0)
    assert health_of([good, Evidence()], now=100.0).state is HealthState.HEARING
    assert health_of([good, waiting], now=100.0).next_attempt == 5.0
    assert health_of([waiting, silent, good], now=100.0).state is HealthState.SILENT


def test_a_server_that_promised_no_pings_may_be_silent() -> None:
    assert health_of([connected(since=0, last_byte=None, allowed=None)], now=1e6).ok


def test_a_client_is_well_while_it_hears_and_says_what_is_wrong_when_it_does_not() -> None:
    async def scene(world: World) -> None:
        async with world.client() as client:
            assert (client.health().state, client.health().ok) == (HealthState.IDLE, True)
            async with client.listen("streamer", topics={"chat"}) as stream:
                listener = Listener(stream)
                await asyncio.sleep(0)
                assert client.health().state is HealthState.CONNECTING
                await listener.next(Listening)
                assert client.health().ok
                await asyncio.sleep(3600)
                assert client.health().ok
                assert (client.health().last_byte or 0) < 26
                world.connect_faults = [ConnectError("pubsub.test", phase="tcp", problem="Connection refused")]
                world.links[-1].silent = True
                await listener.next(Reconnecting)
                health = client.health()
                assert (health.state, health.reason) == (HealthState.WAITING, "no ping")
                assert health.next_attempt is not None
                await listener.next(Connected)
                await listener.next(Listening)
                assert client.health().ok

    play(scene)


def test_a_client_that_has_ended_says_why() -> None:
    async def scene(world: World) -> None:
        world.http_faults["/v1/websocket/token"] = [answer(401, error="unauthorized")]
        async with world.client() as client, client.listen("streamer") as stream:
            with contextlib.suppress(UnauthorizedError):
                await anext(stream)
            health = client.health()
            assert (health.state, health.ok) == (HealthState.ENDED, False)
            assert "401 unauthorized" in health.reason

    play(scene)
