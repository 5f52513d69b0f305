"""Programs that are alive, "connected", and hear nothing: the most frequent trouble of all."""

from __future__ import annotations

import asyncio

import pytest
from tests.regressions.scene import listen, of, server_with, texts

from vklive.client.backoff import Backoff
from vklive.client.health import HealthState
from vklive.errors import DisconnectedError
from vklive.events import Gap, Listening, Reconnecting
from vklive.protocol.codes import DisconnectCode, may_reconnect
from vklive.testing.factories import chat_message


def test_events_come_after_every_reconnect_without_any_other_call():
    """slack-sdk #1701, bolt-python #1529: connected again, and no event until the Web API was called."""
    server = server_with()

    async def scene(_, __):
        for number in range(5):
            server.cut()
            await server.heard("streamer")
            await server.publish("streamer", chat_message(str(number)))

    assert texts(listen(server, scene)) == ["0", "1", "2", "3", "4"]


@pytest.mark.parametrize("path", ["/v1/websocket/token", "/v1/websocket/subscription_token", "/v1/channel"])
def test_a_failure_inside_of_the_reconnect_is_one_more_reason_to_try_again(path):
    """slack-sdk #1446, centrifuge-python #19 and #33: an error on the way back ended the listening for good."""
    server = server_with()

    async def scene(_, __):
        server.fail(path, status=503, times=3)
        server.fail(path, status=None, times=3)
        server.refuse(times=3)
        server.cut()
        await server.heard("streamer")
        await server.publish("streamer", chat_message("here"))

    assert texts(listen(server, scene)) == ["here"]


def test_hours_without_a_network_end_by_themselves():
    """slack-sdk #1462, openclaw #125813: after minutes without DNS, eleven hours of nothing."""
    server = server_with()

    async def scene(_, __):
        server.refuse(times=2000)
        server.cut()
        await asyncio.sleep(11 * 3600)
        assert server.attempts > 1000
        await asyncio.wait_for(server.heard("streamer"), 3600)
        await server.publish("streamer", chat_message("here"))

    assert texts(listen(server, scene))[-1] == "here"


def test_what_does_not_work_is_not_tried_for_ever_in_the_same_way():
    """slack-sdk #1379, discord.py #10511, gateway PR #87: one stale address, one dead session, again and again."""
    server = server_with(history=100)

    async def scene(_, __):
        names_asked = len([asked for asked in server.asked if asked.path == "/v1/channel"])
        for _ in range(6):
            server.close(DisconnectCode.INSUFFICIENT_STATE)
            await server.heard("streamer")
        tokens = [asked for asked in server.asked if asked.path == "/v1/websocket/token"]
        assert len(tokens) == 7, "each attempt has a token of its own"
        assert len([asked for asked in server.asked if asked.path == "/v1/channel"]) > names_asked

    assert of(Gap, listen(server, scene)), "the position is given up as well, and that is told"


def test_health_does_not_say_connected_when_nothing_is_heard():
    """hermes-agent #52923 and #46990: `is_connected()` was true for three and a half hours of silence."""
    server = server_with()
    states = set()

    async def scene(client, _):
        assert client.health().state is HealthState.HEARING
        server.silence()
        server.refuse(times=1000)
        await asyncio.sleep(40)
        for _ in range(100):
            await asyncio.sleep(1)
            states.add(client.health().state)

    listen(server, scene)
    assert HealthState.HEARING not in states
    assert not any(state.value in {"idle", "ended"} for state in states)


def test_a_dead_server_is_noticed_by_the_bytes_that_do_not_come():
    """redis-py #2089, #1572, #1573, #1464, #2417, centrifuge-js #203: who reads a dead connection waits for ever."""
    server = server_with()

    async def scene(_, __):
        server.silence()
        await asyncio.sleep(60)
        await server.publish("streamer", chat_message("here"))

    heard = listen(server, scene)
    assert of(Reconnecting, heard)[0].cause == "no ping"
    assert texts(heard) == ["here"]


def test_nothing_of_an_earlier_attempt_goes_on_when_the_client_is_closed():
    """hermes-agent #83662, centrifuge-python #38: tasks and connections of dead generations retried for ever."""
    server = server_with()

    async def left():
        async with server.client() as client, client.listen("streamer", topics={"chat", "limited_chat"}):
            await asyncio.sleep(5)
            server.cut()
            await asyncio.sleep(0.8)
        attempts = server.attempts
        await asyncio.sleep(3600)
        assert server.attempts == attempts
        return asyncio.all_tasks()

    (only_this,) = {task.get_coro().__name__ for task in server.run(left())} - {"_sweep"}
    assert only_this == "play"


@pytest.mark.parametrize(
    ("code", "comes_back"),
    [
        (3000, True),
        (3499, True),
        (3500, False),
        (3999, False),
        (4000, True),
        (4499, True),
        (4500, False),
        (4999, False),
    ],
)
def test_the_codes_that_end_a_client_are_those_of_the_specification(code, comes_back):
    """centrifuge-python PR #44: the condition was the other way round until 0.4.4."""
    assert may_reconnect(code) is comes_back


def test_stale_is_no_reason_to_stay_away_and_a_ban_is():
    """centrifuge-python #33, centrifuge-js #263: 3502, said to a client that was slow, ended it for good."""
    server = server_with()

    async def scene(_, __):
        server.close(DisconnectCode.STALE)
        await server.heard("streamer")

    assert of(Reconnecting, listen(server, scene))[0].code == DisconnectCode.STALE

    banned = server_with()

    async def ban(_, __):
        banned.close(DisconnectCode.FORCE_DISCONNECT)
        await asyncio.sleep(1)

    with pytest.raises(DisconnectedError):
        listen(banned, ban)


def test_a_subscription_that_is_refused_for_now_is_not_forgotten():
    """twitchAPI PR #319: a resubscribe that failed forgot the subscription, and the client came back with none."""
    server = server_with()

    async def scene(_, __):
        server.fail("/v1/websocket/subscription_token", status=503, times=5)
        server.cut()
        await server.heard("streamer", "chat")
        await asyncio.sleep(60)

    told = of(Listening, listen(server, scene, topics={"chat", "info", "channel_points"}))
    assert sorted(each.topic for each in told) == sorted(["chat", "info", "channel_points"] * 2)


def test_a_delay_between_attempts_is_never_longer_than_it_says():
    """twitch.py #9, centrifuge-go #105: a backoff that grows without a bound is a client that has stopped."""
    backoff = Backoff(draw=lambda: 1.0)
    assert max(backoff.next() for _ in range(10_000)) <= 20.0
