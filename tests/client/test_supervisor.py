"""The client against a platform in virtual time: everything that can fail does, and it says so and comes back."""

from __future__ import annotations

import asyncio

import pytest
from tests.client.world import USER, Listener, World, answer, play

from vklive.client import Overflow
from vklive.client.backoff import Backoff
from vklive.client.supervisor import FORGET_AFTER
from vklive.errors import (
    ConnectError,
    DisconnectedError,
    ForbiddenError,
    LocalProtocolError,
    NotFoundError,
    QueueOverflowError,
    UnauthorizedError,
    VkliveError,
)
from vklive.events import Connected, Dropped, Gap, Listening, NoAccess, Reconnecting, TokenRefreshed, Unsubscribed
from vklive.protocol.closing import Close
from vklive.protocol.codes import DisconnectCode, UnsubscribeCode

CLOSED_PORT = ConnectError("pubsub.test", phase="tcp", problem="Connection refused")


def test_the_steps_come_in_order_and_what_is_published_arrives():
    async def scene(world: World) -> None:
        async with world.client() as client, client.listen("streamer", topics={"chat"}) as stream:
            listener = Listener(stream)
            assert isinstance((await listener.next()).data, Connected)
            listening = await listener.next()
            assert listening.data == Listening(topic="chat", ws_channel="open:chat")
            for number in range(3):
                await world.publish("open:chat", number)
            assert await listener.numbers(3) == [0, 1, 2]
            assert [path for path, _ in world.requests] == ["/v1/websocket/token", "/v1/channel"]

    play(scene)


def test_an_event_says_where_and_when_it_was_heard():
    async def scene(world: World) -> None:
        async with world.client() as client, client.listen("https://live.vkvideo.ru/Streamer/") as stream:
            listener = Listener(stream)
            while (await listener.next(Listening)).topic != "info":
                pass
            await world.publish("open:info", 1)
            while not (event := await listener.next()).raw:
                pass
            assert (event.channel_url, event.topic, event.ws_channel) == ("streamer", "info", "open:info")
            assert event.raw == b'{"type":"test","data":{"n":1}}'
            assert event.received_at.timestamp() == pytest.approx(world.clock.wall(), abs=1)

    play(scene)


def test_tokens_are_asked_for_in_one_call_and_only_where_they_are_needed():
    async def scene(world: World) -> None:
        async with world.client() as client, client.listen("streamer") as stream:
            listener = Listener(stream)
            heard = {(await listener.next(Listening)).topic for _ in range(4)}
            assert heard == {"chat", "private_chat", "info", "limited_chat"}
            asked = [params["channels"] for path, params in world.requests if path.endswith("subscription_token")]
            assert asked == [f"open:chat#{USER},limited:chat"]

    play(scene)


def test_a_topic_that_this_user_may_not_hear_is_an_answer_and_the_others_go_on():
    async def scene(world: World) -> None:
        world.granted = set()
        async with world.client() as client, client.listen("streamer", topics={"chat", "limited_chat"}) as stream:
            listener = Listener(stream)
            denied = (await listener.next(NoAccess)).data
            assert isinstance(denied, NoAccess)
            assert (denied.topic, denied.ws_channel) == ("limited_chat", "limited:chat")
            await listener.next(Listening)
            await world.publish("open:chat", 1)
            assert await listener.numbers(1) == [1]

    play(scene)


def test_no_access_is_said_once_and_not_again_at_every_reconnect():
    async def scene(world: World) -> None:
        world.granted = set()
        async with world.client() as client, client.listen("streamer", topics={"chat", "limited_chat"}) as stream:
            listener = Listener(stream)
            await listener.next(NoAccess)
            await listener.next(Listening)
            world.cut()
            await listener.next(Reconnecting)
            kinds: list[type] = []
            while not kinds or kinds[-1] is not Listening:
                kinds.append(type((await listener.next()).data))
            assert NoAccess not in kinds

    play(scene)


def test_an_open_ws_channel_that_is_refused_is_asked_for_with_a_token_once():
    async def scene(world: World) -> None:
        world.names["chat"] = "limited:chat"
        async with world.client() as client, client.listen("streamer", topics={"chat"}) as stream:
            listening = await Listener(stream).next(Listening)
            assert listening.ws_channel == "limited:chat"

    play(scene)


def test_what_stays_refused_is_no_access():
    async def scene(world: World) -> None:
        world.names["chat"], world.granted = "limited:chat", set()
        async with world.client() as client, client.listen("streamer", topics={"chat"}) as stream:
            denied = await Listener(stream).next(NoAccess)
            assert denied.topic == "chat"
        asked = [path for path, _ in world.requests if path.endswith("subscription_token")]
        assert len(asked) == 1

    play(scene)


def test_an_unknown_namespace_is_no_access_with_the_servers_words():
    async def scene(world: World) -> None:
        world.names["chat"] = "nowhere:chat"
        async with world.client() as client, client.listen("streamer", topics={"chat"}) as stream:
            denied = (await Listener(stream).next(NoAccess)).data
            assert isinstance(denied, NoAccess)
            assert "unknown channel" in denied.reason

    play(scene)


def test_a_cut_connection_is_told_with_its_delay_and_the_hole_is_told_once_at_its_place():
    async def scene(world: World) -> None:
        async with world.client() as client, client.listen("streamer", topics={"chat"}) as stream:
            listener = Listener(stream)
            await listener.next(Listening)
            await world.publish("open:chat", 1)
            assert await listener.numbers(1) == [1]
            world.cut()
            await world.publish("open:chat", 2)
            reconnecting = (await listener.next()).data
            assert isinstance(reconnecting, Reconnecting)
            assert (reconnecting.code, reconnecting.attempt) == (1006, 2)
            assert isinstance((await listener.next()).data, Connected)
            gap = (await listener.next()).data
            assert isinstance(gap, Gap)
            assert (gap.topic, gap.ws_channel) == ("chat", "open:chat")
            assert isinstance((await listener.next()).data, Listening)
            assert world.opened[1] - world.opened[0] == pytest.approx(reconnecting.delay, abs=0.1)
            await world.publish("open:chat", 3)
            assert await listener.numbers(1) == [3]

    play(scene)


def test_a_hole_that_spans_several_attempts_is_still_one_gap():
    async def scene(world: World) -> None:
        async with world.client() as client, client.listen("streamer", topics={"chat"}) as stream:
            listener = Listener(stream)
            await listener.next(Listening)
            world.connect_faults = [CLOSED_PORT, CLOSED_PORT, CLOSED_PORT]
            world.cut()
            kinds: list[type] = []
            while not kinds or kinds[-1] is not Listening:
                kinds.append(type((await listener.next()).data))
            assert kinds == [Reconnecting, Reconnecting, Reconnecting, Reconnecting, Connected, Gap, Listening]

    play(scene)


def test_delays_grow_to_the_maximum_and_begin_anew_after_a_connection_that_lasted():
    async def scene(world: World) -> None:
        world.connect_faults = [CLOSED_PORT] * 8
        client = world.client(backoff=Backoff(draw=lambda: 1.0))
        async with client, client.listen("streamer", topics={"chat"}) as stream:
            listener = Listener(stream)
            delays = []
            for _ in range(8):
                event = await listener.next(Reconnecting)
                assert isinstance(event.data, Reconnecting)
                assert "Connection refused" in event.data.cause
                delays.append(event.data.delay)
            assert delays == [1.0, 1.5, 2.5, 4.5, 8.5, 16.5, 20.0, 20.0]
            await listener.next(Listening)
            await asyncio.sleep(60)
            world.cut()
            event = await listener.next(Reconnecting)
            assert isinstance(event.data, Reconnecting)
            assert event.data.delay == 1.0

    play(scene)


def test_a_server_that_throws_everybody_out_at_once_is_not_hammered():
    async def scene(world: World) -> None:
        async with world.client() as client, client.listen("streamer", topics={"chat"}) as stream:
            listener = Listener(stream)
            delays = []
            for _ in range(5):
                await listener.next(Connected)
                world.close_connection(DisconnectCode.SHUTDOWN)
                event = await listener.next(Reconnecting)
                assert isinstance(event.data, Reconnecting)
                delays.append(event.data.delay)
            assert delays == sorted(delays)
            assert delays[-1] > 4

    play(scene)


def test_the_names_are_asked_for_anew_after_many_failures():
    async def scene(world: World) -> None:
        async with world.client() as client, client.listen("streamer", topics={"chat"}) as stream:
            listener = Listener(stream)
            await listener.next(Listening)
            world.names["chat"] = "open:renamed"
            world.connect_faults = [CLOSED_PORT] * FORGET_AFTER
            world.cut()
            event = await listener.next(Listening)
            assert event.ws_channel == "open:renamed"

    play(scene)


@pytest.mark.parametrize("code", [DisconnectCode.SHUTDOWN, DisconnectCode.SLOW, DisconnectCode.STALE])
def test_a_close_code_that_allows_it_leads_back(code):
    async def scene(world: World) -> None:
        async with world.client() as client, client.listen("streamer", topics={"chat"}) as stream:
            listener = Listener(stream)
            await listener.next(Listening)
            world.close_connection(code)
            event = await listener.next(Reconnecting)
            assert isinstance(event.data, Reconnecting)
            assert event.data.code == code
            await listener.next(Listening)

    play(scene)


def test_a_close_code_that_forbids_it_ends_the_stream_with_its_reason():
    async def scene(world: World) -> None:
        async with world.client() as client, client.listen("streamer", topics={"chat"}) as stream:
            listener = Listener(stream)
            await listener.next(Listening)
            world.close_connection(DisconnectCode.FORCE_DISCONNECT)
            with pytest.raises(DisconnectedError, match="force disconnect"):
                await listener.next(Reconnecting)
            async with client.listen("streamer") as another:
                with pytest.raises(DisconnectedError):
                    await anext(another)

    play(scene)


def test_a_server_that_says_nothing_any_more_is_left_after_its_ping_is_overdue():
    async def scene(world: World) -> None:
        async with world.client() as client, client.listen("streamer", topics={"chat"}) as stream:
            listener = Listener(stream)
            await listener.next(Listening)
            silent_since = world.clock.monotonic()
            world.links[-1].silent = True
            event = await listener.next(Reconnecting)
            assert isinstance(event.data, Reconnecting)
            assert event.data.cause == "no ping"
            assert world.clock.monotonic() - silent_since == pytest.approx(35, abs=1)
            await listener.next(Gap)

    play(scene)


def test_an_idle_connection_lives_for_hours_on_pings_and_renewed_tokens():
    async def scene(world: World) -> None:
        world.ttl = 600
        async with world.client() as client, client.listen("streamer", topics={"limited_chat"}) as stream:
            listener = Listener(stream)
            await listener.next(Listening)
            kinds = set()
            while world.clock.monotonic() < 6 * 3600:
                event = await listener.next()
                kinds.add((type(event.data), getattr(event.data, "kind", "")))
            assert kinds == {(TokenRefreshed, "connection"), (TokenRefreshed, "subscription")}
            assert len(world.opened) == 1

    play(scene)


def test_a_token_that_cannot_be_renewed_at_once_is_renewed_later_without_a_reconnect():
    async def scene(world: World) -> None:
        world.ttl = 600
        async with world.client() as client, client.listen("streamer", topics={"chat"}) as stream:
            listener = Listener(stream)
            await listener.next(Listening)
            world.http_faults["/v1/websocket/token"] = [answer(503, error="service_unavailable")] * 2
            await listener.next(TokenRefreshed)
            assert len(world.opened) == 1

    play(scene)


def test_a_subscription_token_that_is_not_given_any_more_is_no_access():
    async def scene(world: World) -> None:
        world.ttl = 600
        async with world.client() as client, client.listen("streamer", topics={"limited_chat", "chat"}) as stream:
            listener = Listener(stream)
            await listener.next(Listening)
            world.granted = set()
            denied = await listener.next(NoAccess)
            assert denied.topic == "limited_chat"
            await asyncio.sleep(1)
            assert world.node.hub.subscriptions == 1

    play(scene)


def test_a_subscription_that_the_server_ends_for_now_is_taken_up_again_with_a_gap():
    async def scene(world: World) -> None:
        async with world.client() as client, client.listen("streamer", topics={"chat"}) as stream:
            listener = Listener(stream)
            await listener.next(Listening)
            connection = world.links[-1].connection
            assert connection is not None
            connection.machine.unsubscribe("open:chat", UnsubscribeCode.INSUFFICIENT_STATE)
            world.node.turn.add(connection)
            assert [type((await listener.next()).data) for _ in range(3)] == [Unsubscribed, Gap, Listening]

    play(scene)


def test_one_that_it_ends_for_good_is_told_and_stays_ended():
    async def scene(world: World) -> None:
        async with world.client() as client, client.listen("streamer", topics={"chat", "info"}) as stream:
            listener = Listener(stream)
            for _ in range(2):
                await listener.next(Listening)
            connection = world.links[-1].connection
            assert connection is not None
            connection.machine.unsubscribe("open:chat", UnsubscribeCode.SERVER)
            world.node.turn.add(connection)
            gone = (await listener.next()).data
            assert isinstance(gone, Unsubscribed)
            assert gone.code == 2000
            await world.publish("open:info", 1)
            assert await listener.numbers(1) == [1]
            assert world.node.hub.subscriptions == 1

    play(scene)


@pytest.mark.parametrize(("status", "error"), [(401, UnauthorizedError), (403, ForbiddenError), (404, NotFoundError)])
def test_credentials_or_addresses_that_are_wrong_end_the_stream_at_once(status, error):
    async def scene(world: World) -> None:
        world.http_faults["/v1/websocket/token"] = [answer(status, error="x", error_description="Not authorized")]
        async with world.client() as client, client.listen("streamer") as stream:
            with pytest.raises(error, match="GET /v1/websocket/token answered"):
                await anext(stream)
        assert world.opened == []

    play(scene)


def test_a_channel_that_does_not_exist_ends_its_stream_and_no_other():
    async def scene(world: World) -> None:
        async with world.client() as client, client.listen("streamer", topics={"chat"}) as good:
            async with client.listen("nobody") as bad:
                with pytest.raises(NotFoundError, match="channel_not_found"):
                    await Listener(bad).next(Listening)
            listener = Listener(good)
            await listener.next(Listening)
            await world.publish("open:chat", 1)
            assert await listener.numbers(1) == [1]

    play(scene)


def test_a_certificate_that_cannot_be_trusted_ends_the_stream_at_once():
    async def scene(world: World) -> None:
        world.connect_faults = [ConnectError("pubsub.test", phase="tls", problem="untrusted", permanent=True)]
        async with world.client() as client, client.listen("streamer") as stream:
            with pytest.raises(ConnectError, match="untrusted"):
                await anext(stream)

    play(scene)


def test_too_many_requests_are_waited_for_as_long_as_the_server_says():
    async def scene(world: World) -> None:
        world.http_faults["/v1/websocket/token"] = [
            answer(429, headers={"retry-after": "77"}, error="ratelimit_exceeded")
        ]
        async with world.client() as client, client.listen("streamer", topics={"chat"}) as stream:
            listener = Listener(stream)
            event = await listener.next(Reconnecting)
            assert isinstance(event.data, Reconnecting)
            assert event.data.delay == 77.0
            await listener.next(Listening)
            assert world.opened[0] >= 77

    play(scene)


def test_several_streams_share_one_connection_and_a_ws_channel_is_subscribed_once():
    async def scene(world: World) -> None:
        async with world.client() as client:
            async with client.listen("streamer", topics={"chat"}) as one:
                first = Listener(one)
                await first.next(Listening)
                async with client.listen("streamer", topics={"chat", "info"}) as two:
                    second = Listener(two)
                    assert isinstance((await second.next()).data, Connected)
                    heard = {(await second.next(Listening)).topic for _ in range(2)}
                    assert heard == {"chat", "info"}
                    assert world.node.hub.subscriptions == 2
                    await world.publish("open:chat", 1)
                    assert await first.numbers(1) == [1]
                    assert await second.numbers(1) == [1]
                await asyncio.sleep(1)
                assert world.node.hub.subscriptions == 1
                await world.publish("open:chat", 2)
                assert await first.numbers(1) == [2]
            await asyncio.sleep(1)
            assert world.node.hub.subscriptions == 0
            assert len(world.opened) == 1

    play(scene)


def test_a_stream_that_is_closed_ends_after_what_has_arrived():
    async def scene(world: World) -> None:
        async with world.client() as client, client.listen("streamer", topics={"chat"}) as stream:
            listener = Listener(stream)
            await listener.next(Listening)
            await world.publish("open:chat", 1)
            await asyncio.sleep(1)
            stream.close()
            assert [event.raw async for event in stream] == [b'{"type":"test","data":{"n":1}}']

    play(scene)


@pytest.mark.parametrize("faults", [[], [CLOSED_PORT] * 3])
def test_closing_while_connecting_or_waiting_leaves_nothing_behind(faults):
    async def scene(world: World) -> None:
        world.connect_faults = list(faults)
        async with world.client() as client, client.listen("streamer"):
            await asyncio.sleep(0.005 if not faults else 0.5)
        assert world.node.connections == 0

    play(scene)


def test_closing_while_a_token_is_being_fetched_leaves_nothing_behind():
    async def scene(world: World) -> None:
        async with world.client() as client, client.listen("streamer") as stream:
            await Listener(stream).next(Connected)
        await asyncio.sleep(10)
        assert world.node.connections == 0

    play(scene)


def test_a_cut_while_tokens_are_being_fetched_is_survived_and_nothing_late_is_heard():
    async def scene(world: World) -> None:
        async with world.client() as client, client.listen("streamer", topics={"chat", "limited_chat"}) as stream:
            listener = Listener(stream)
            await listener.next(Connected)
            world.cut()
            await listener.next(Reconnecting)
            second = await listener.next(Connected)
            assert isinstance(second.data, Connected)
            assert second.data.attempt == 2
            for _ in range(2):
                await listener.next(Listening)
            assert world.node.hub.subscriptions == 2

    play(scene)


def test_a_program_that_takes_its_time_loses_the_oldest_and_is_told_how_many():
    async def scene(world: World) -> None:
        client = world.client(queue_limit=10)
        async with client, client.listen("streamer", topics={"chat"}) as stream:
            listener = Listener(stream)
            await listener.next(Listening)
            for number in range(25):
                await world.publish("open:chat", number)
            await asyncio.sleep(60)
            dropped = (await listener.next()).data
            assert dropped == Dropped(count=15, policy="drop_oldest")
            assert await listener.numbers(10) == list(range(15, 25))
            assert stream.dropped == 15
            assert len(world.opened) == 1

    play(scene)


def test_a_program_that_would_rather_stop_than_miss_something_is_stopped():
    async def scene(world: World) -> None:
        client = world.client(queue_limit=10, overflow=Overflow.DISCONNECT)
        async with client, client.listen("streamer", topics={"chat"}) as stream:
            listener = Listener(stream)
            await listener.next(Listening)
            for number in range(25):
                await world.publish("open:chat", number)
            await asyncio.sleep(1)
            assert await listener.numbers(10) == list(range(10))
            with pytest.raises(QueueOverflowError):
                await listener.next()

    play(scene)


def test_a_stream_of_a_client_that_is_not_open_says_what_to_do():
    async def scene(world: World) -> None:
        stream = world.client().listen("streamer")
        with pytest.raises(LocalProtocolError, match="async with"):
            async with stream:
                pass

    play(scene)


def test_a_mistake_of_the_clients_own_ends_the_stream_instead_of_leaving_it_deaf(caplog):
    async def scene(world: World) -> None:
        async def broken(ws_channels: list[str]) -> dict[str, str]:
            raise TypeError("a bug")

        client = world.client()
        client._listening_api.websocket.subscription_tokens = broken  # type: ignore[assignment,method-assign]
        async with client, client.listen("streamer", topics={"limited_chat"}) as stream:
            with pytest.raises(VkliveError, match="a bug"):
                await Listener(stream).next(Listening)

    play(scene)
    assert "this is a bug in vklive" in caplog.text


def test_what_a_server_says_forges_no_line_of_the_log(caplog):
    async def scene(world: World) -> None:
        async with world.client() as client, client.listen("streamer", topics={"chat"}) as stream:
            listener = Listener(stream)
            await listener.next(Listening)
            connection = world.links[-1].connection
            assert connection is not None
            connection.close_as(Close(code=4000, reason="bye\nERROR root all is lost\x1b[31m"))
            await listener.next(Connected)

    play(scene)
    (line,) = [record.getMessage() for record in caplog.records if record.name == "vklive.client"]
    assert "bye\\nERROR root all is lost\\x1b[31m" in line


def test_a_network_that_fails_again_and_again_is_not_stayed_away_from_for_longer_each_time():
    """The chaos: after six short connections the next attempt was 16 s away, and so was everything that was said."""

    async def scene(world: World) -> None:
        async with world.client() as client, client.listen("streamer", topics={"chat"}) as stream:
            listener = Listener(stream)
            delays: list[float] = []
            for _ in range(20):
                await listener.next(Listening)
                world.cut()
                told = await listener.next(Reconnecting)
                assert isinstance(told.data, Reconnecting)
                delays.append(told.data.delay)
            assert max(delays) <= 1.0

    play(scene)


def test_a_server_that_ends_each_connection_at_once_is_left_alone_for_longer_each_time():
    async def scene(world: World) -> None:
        async with world.client() as client, client.listen("streamer", topics={"chat"}) as stream:
            listener = Listener(stream)
            delays: list[float] = []
            for _ in range(8):
                await listener.next(Listening)
                world.close_connection(DisconnectCode.INSUFFICIENT_STATE)
                told = await listener.next(Reconnecting)
                assert isinstance(told.data, Reconnecting)
                delays.append(told.data.delay)
            assert delays == sorted(delays)
            assert delays[-1] > 10

    play(scene)
