"""The server for other people's tests: each fault is what it says, and a program hears of it what it would hear."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import msgspec
import pytest

from vklive.client.stream import Stream
from vklive.devapi.models import ChatMessageToSend, ChatSettingsChange, RewardBody
from vklive.errors import SendTooFastError, UnauthorizedError
from vklive.events import (
    ChatMessageDeleted,
    ChatMessageSent,
    Event,
    EventData,
    FollowCreated,
    Gap,
    Listening,
    NoAccess,
    Reconnecting,
    RewardDemandCreated,
    TokenRefreshed,
    UnknownEvent,
)
from vklive.protocol.codes import DisconnectCode
from vklive.server.directory import Role
from vklive.server.platform.acting import ChannelFacts
from vklive.server.platform.chat.bot import say_as_bot
from vklive.server.platform.chat.history import take_message_back
from vklive.testing.clock import EPOCH
from vklive.testing.factories import chat_message, follow, reward_demand
from vklive.testing.fake_server import FakeServer

D = TypeVar("D", bound=EventData)
Scene = Callable[[Stream], Awaitable[None]]


def listen(server: FakeServer, scene: Scene, *, topics: set[str] | None = None) -> list[Event]:
    """Play a scene while a client listens; what it heard."""
    heard: list[Event] = []

    async def take(stream: Stream) -> None:
        async for event in stream:
            heard.append(event)

    async def play() -> None:
        async with server.client() as client, client.listen("streamer", topics=topics or {"chat"}) as stream:
            taking = asyncio.ensure_future(take(stream))
            await server.heard("streamer")
            await scene(stream)
            await asyncio.sleep(1)
            stream.close()
            await taking

    server.run(play())
    return heard


def texts(heard: list[Event]) -> list[str]:
    return [event.data.chat_message.text for event in heard if isinstance(event.data, ChatMessageSent)]


def of(kind: type[D], heard: list[Event]) -> list[D]:
    """What was said of one kind."""
    return [event.data for event in heard if isinstance(event.data, kind)]


@pytest.fixture
def server() -> FakeServer:
    server = FakeServer()
    server.add_channel("streamer", nick="Streamer")
    return server


@pytest.fixture
def keeping() -> FakeServer:
    server = FakeServer(history=100)
    server.add_channel("streamer")
    return server


def test_what_is_published_is_read_from_json(server):
    async def scene(_):
        await server.publish("streamer", chat_message("hi", author="Ann", is_moderator=True))

    heard = listen(server, scene)
    (sent,) = of(ChatMessageSent, heard)
    assert sent.chat_message.author.nick == "Ann"
    assert sent.chat_message.author.is_moderator
    (event,) = [event for event in heard if event.raw]
    assert msgspec.json.decode(event.raw)["type"] == "channel_chat_message_send"


def test_an_event_goes_to_its_usual_topic_and_bytes_go_as_they_are(server):
    async def scene(_):
        await server.heard("streamer", "info")
        await server.publish("streamer", follow("Ann"))
        await server.publish("streamer", b'{"type":"new","data":{}}', topic="info")

    heard = listen(server, scene, topics={"chat", "info"})
    assert [(event.topic, type(event.data)) for event in heard if event.raw] == [
        ("info", FollowCreated),
        ("info", UnknownEvent),
    ]


def test_what_a_class_does_not_know_of_its_event_is_in_the_raw_payload(server):
    payload = b'{"type":"channel_follow_create","data":{"follow":{"follower":{"id":7,"badge":"new"}},"by" : "link"}}'

    async def scene(_):
        await server.publish("streamer", payload, topic="info")

    (event,) = [event for event in listen(server, scene, topics={"chat", "info"}) if event.raw]
    assert isinstance(event.data, FollowCreated)
    assert event.raw == payload


def test_an_event_for_the_owner_is_heard_by_the_user_of_the_test(server):
    async def scene(_):
        await server.heard("streamer", "private_channel_points")
        await server.publish("streamer", reward_demand("Ann", "song"))

    heard = listen(server, scene, topics={"chat", "private_channel_points"})
    assert [type(event.data) for event in heard if event.raw] == [RewardDemandCreated]


def test_an_event_of_no_usual_topic_wants_one(server):
    async def scene(_):
        with pytest.raises(ValueError, match="say on which one"):
            await server.publish("streamer", Listening(topic="chat", ws_channel="x"))

    listen(server, scene)


def test_a_channel_that_was_not_added_is_none(server):
    async def scene(_):
        with pytest.raises(KeyError, match="nobody"):
            await server.publish("nobody", chat_message("hi"))

    listen(server, scene)


def test_a_stranger_hears_nothing_limited_and_a_moderator_does(server):
    async def scene(_):
        await server.publish("streamer", chat_message("psst"), topic="limited_chat")

    heard = listen(server, scene, topics={"chat", "limited_chat"})
    assert len(of(NoAccess, heard)) == 1
    assert texts(heard) == []

    other = FakeServer()
    other.add_channel("streamer")
    other.set_role("streamer", Role.MODERATOR)

    async def the_same(_):
        await other.heard("streamer", "limited_chat")
        await other.publish("streamer", chat_message("psst"), topic="limited_chat")

    assert texts(listen(other, the_same, topics={"chat", "limited_chat"})) == ["psst"]


def test_what_the_platform_says_in_a_chat_is_heard_stored_and_can_be_taken_back():
    server = FakeServer()
    record = server.add_channel("streamer", live=True)
    channel = ChannelFacts(id=record.id, url=record.url, owner_id=record.owner.id)
    chat = server.platform.chat

    async def scene(_: Stream) -> None:
        await server.publish("streamer", chat_message("one", message_id=500))
        await chat.archive.settled()
        async with server.platform.acting() as act:
            await say_as_bot(act, channel, "two")
        await chat.sending.send(server.user, "streamer", "stream-1", ChatMessageToSend.of("three"))
        kept = (await chat.history.messages(server.user, "streamer", limit=200)).chat_messages
        assert [msgspec.json.decode(message)["id"] for message in kept] == [500, 501, 502]
        members = (await chat.people.members(server.user, "streamer", limit=200)).users
        assert [member.nick for member in members] == ["bot"]
        async with server.platform.acting() as act:
            await take_message_back(act, channel, 501)

    heard = listen(server, scene)
    assert texts(heard) == ["one", "two", "three"]
    assert [event.chat_message.id for event in of(ChatMessageDeleted, heard)] == [501]


def test_a_client_waits_exactly_as_long_as_the_chat_says():
    server = FakeServer()
    owner = server.add_channel("streamer", live=True).owner

    async def scene() -> None:
        now = asyncio.get_running_loop().time
        async with server.client() as client, server.client(patience=5) as hasty:
            await client.api.chat.send("streamer", "one")
            await server.platform.chat.settings.edit(owner, "streamer", ChatSettingsChange(any_message_timeout=20))
            began = now()
            await asyncio.sleep(2.5)
            with pytest.raises(SendTooFastError) as refused:
                await hasty.api.chat.send("streamer", "two")
            assert (refused.value.retry_after, now() - began) == (18, 2.5)
            await client.api.chat.send("streamer", "two")
            assert now() - began == 2.5 + 18
            assert [message.text for message in await client.api.chat.messages("streamer")] == ["one", "two"]

    server.run(scene())


def test_the_user_of_the_server_has_allowed_everything():
    server = FakeServer()
    server.add_channel("own", owner=server.user, live=True)

    async def scene() -> None:
        async with server.client() as client:
            await client.api.chat.send("own", "hello")
            await client.api.chat.edit_settings("own", settings=ChatSettingsChange(follow_alert=True))
            assert (await client.api.chat.settings("own")).follow_alert
            await client.api.points.manage.create("own", reward=RewardBody(name="Dance", price=20))
            (reward,) = await client.api.points.rewards("own")
            await client.api.points.activate("own", reward_id=reward.id)
            demands = [demand async for demand in client.api.points.demands("own")]
            await client.api.points.accept("own", demands=demands)
            assert (await client.api.points.balance("own")).balance.is_infinite
            await client.api.channels.edit_stream("own", title="Hello")
            assert (await client.api.channels.credentials("own")).token
            assert await client.api.roles.all("own") == []

    server.run(scene())


def test_after_a_cut_there_is_a_gap_and_the_chat_is_refilled(server):
    async def scene(_):
        await server.publish("streamer", chat_message("before"))
        server.cut()
        await server.publish("streamer", chat_message("meanwhile"))
        await server.heard("streamer")
        await server.publish("streamer", chat_message("after"))

    heard = listen(server, scene)
    assert texts(heard) == ["before", "meanwhile", "after"]
    assert len(of(Gap, heard)) == 1


def test_with_history_a_cut_leaves_no_gap(keeping):
    async def scene(_):
        keeping.cut()
        await keeping.publish("streamer", chat_message("meanwhile"))
        await keeping.heard("streamer")

    heard = listen(keeping, scene)
    assert texts(heard) == ["meanwhile"]
    assert not of(Gap, heard)


@pytest.mark.parametrize(("keeps_history", "gaps"), [(True, 0), (False, 1)])
def test_a_restart_with_and_without_what_it_knew(keeping, keeps_history, gaps):
    async def scene(_):
        await keeping.publish("streamer", chat_message("before"))
        await keeping.restart(keeps_history=keeps_history, after=5)
        await keeping.heard("streamer")
        await keeping.publish("streamer", chat_message("after"))

    heard = listen(keeping, scene)
    assert texts(heard) == ["before", "after"]
    assert len(of(Gap, heard)) == gaps


def test_a_stall_delays_and_loses_nothing(server):
    async def scene(_):
        server.stall(20)
        await server.publish("streamer", chat_message("late"))
        await asyncio.sleep(21)

    heard = listen(server, scene)
    assert texts(heard) == ["late"]
    assert not of(Reconnecting, heard)


def test_a_delay_is_of_every_message(server):
    said_at: list[float] = []

    async def scene(_):
        server.delay(3)
        for text in ("slow", "and slow"):
            await server.publish("streamer", chat_message(text))
            said_at.append(EPOCH + asyncio.get_running_loop().time())
            await asyncio.sleep(5)

    heard = [event for event in listen(server, scene) if event.raw]
    delays = [event.received_at.timestamp() - said for event, said in zip(heard, said_at, strict=True)]
    assert delays == pytest.approx([3, 3])


def test_silence_is_noticed_by_the_missing_ping(server):
    async def scene(_):
        server.silence()
        await asyncio.sleep(60)

    (told,) = of(Reconnecting, listen(server, scene))
    assert told.cause == "no ping"


def test_a_closed_port_is_met_as_often_as_is_said(server):
    async def scene(_):
        server.refuse(times=3)
        server.cut()
        await server.heard("streamer")

    heard = listen(server, scene)
    assert len(of(Reconnecting, heard)) == 4
    assert server.attempts == 5


def test_the_devapi_fails_as_is_said_and_is_waited_for(server):
    async def scene(_):
        server.fail("/v1/websocket/token", status=429, retry_after=30)
        server.fail("/v1/websocket/token", status=None)
        server.cut()
        await server.heard("streamer")

    delays = [told.delay for told in of(Reconnecting, listen(server, scene))]
    assert delays[1] == 30
    assert [asked.path for asked in server.asked].count("/v1/websocket/token") == 4


def test_expired_tokens_are_replaced(server):
    async def scene(_):
        server.expire()
        await server.heard("streamer")

    (told,) = of(Reconnecting, listen(server, scene))
    assert told.code == DisconnectCode.CONNECTION_EXPIRED


def test_tokens_that_soon_end_are_renewed_in_time():
    server = FakeServer(token_ttl=30)
    server.add_channel("streamer")

    async def scene(_):
        await asyncio.sleep(300)

    heard = listen(server, scene)
    assert len(of(TokenRefreshed, heard)) > 5
    assert not of(Reconnecting, heard)


def test_a_revoked_access_token_ends_the_client(server):
    async def scene(_):
        server.revoke()
        server.cut()
        await asyncio.sleep(5)

    with pytest.raises(UnauthorizedError):
        listen(server, scene)


def test_a_close_of_the_server_has_its_code(server):
    async def scene(_):
        server.close()
        await server.heard("streamer")

    (told,) = of(Reconnecting, listen(server, scene))
    assert told.code == DisconnectCode.SHUTDOWN


@pytest.mark.parametrize("fault", ["lose", "repeat", "reorder"])
def test_with_history_what_a_broker_does_wrong_is_not_heard(keeping, fault):
    async def scene(_):
        await keeping.publish("streamer", chat_message("0"))
        getattr(keeping, fault)()
        for number in range(1, 4):
            await keeping.publish("streamer", chat_message(str(number)))

    assert texts(listen(keeping, scene)) == ["0", "1", "2", "3"]


@pytest.mark.parametrize(
    ("fault", "found"), [("lose", ["0", "2"]), ("repeat", ["0", "1", "1", "2"]), ("reorder", ["0", "2", "1"])]
)
def test_without_history_it_is(server, fault, found):
    async def scene(_):
        await server.publish("streamer", follow("0"), topic="chat")
        getattr(server, fault)()
        for number in range(1, 3):
            await server.publish("streamer", follow(str(number)), topic="chat")

    heard = of(FollowCreated, listen(server, scene))
    assert [each.follow.follower.nick for each in heard] == found


def test_a_scene_that_never_ends_is_ended(server):
    async def scene():
        async with server.client() as client, client.listen("streamer") as stream:
            async for _ in stream:
                pass

    with pytest.raises(TimeoutError):
        server.run(scene())


def test_it_also_runs_in_real_time(server):
    async def main():
        async with server, server.client() as client, client.listen("streamer", topics={"chat"}) as stream:
            await server.heard("streamer")
            await server.publish("streamer", chat_message("hi"))
            async for event in stream:
                if event.raw:
                    return event.data.chat_message.text
        return None

    assert asyncio.run(asyncio.wait_for(main(), 20)) == "hi"


def test_what_is_published_before_it_runs_is_a_mistake(server):
    with pytest.raises(RuntimeError, match="does not run"):
        asyncio.run(server.publish("streamer", chat_message("hi")))
