"""The client against the real server over real sockets, as a program would use it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from msgspec import Raw

import vklive
from vklive.client.backoff import Backoff
from vklive.protocol.messages import Publication
from vklive.server.app import Server
from vklive.server.settings import PubSubSettings, Settings, TokenSettings
from vklive.server.targets import Target

SEED = """
[[users]]
id = 7
nick = "owner"
[[users]]
id = 8
nick = "subscriber"
access_tokens = ["subscriber"]
[[users]]
id = 9
nick = "guest"
access_tokens = ["guest"]
[[applications]]
id = 1
client_id = "bot"
client_secret = "secret of the bot"
access_tokens = ["application"]
[[channels]]
id = 42
url = "streamer"
owner = 7
[[memberships]]
channel = 42
user = 8
role = "paid_subscriber"
"""
CHAT = "api-channel-chat:42"
LIMITED = "api-channel-limited-chat:42"


def message(text: str, *, number: int = 1) -> bytes:
    author = {"id": 8, "nick": "Аня", "is_owner": False, "is_moderator": False, "badges": [], "roles": []}
    said = {
        "id": number,
        "created_at": 1,
        "is_private": False,
        "author": author,
        "parts": [{"text": {"content": text}}],
    }
    payload = {"type": "channel_chat_message_send", "data": {"chat_message": said}}
    return json.dumps(payload, ensure_ascii=False).encode()


@pytest.fixture
def settings(tmp_path: Path) -> Callable[..., Settings]:
    (tmp_path / "seed.toml").write_text(SEED)

    def make(port: int = 0, **more: Any) -> Settings:
        return Settings(
            port=port,
            database_url=f"sqlite+aiosqlite:///{tmp_path / 'vklive.sqlite3'}",
            seed=str(tmp_path / "seed.toml"),
            tokens=TokenSettings(secret="the secret of the tokens in these tests"),
            **more,
        )

    return make


@pytest.fixture
async def server(settings) -> AsyncIterator[Server]:
    async with Server(settings()) as running:
        yield running


def client_of(server: Server, **who: Any) -> vklive.Client:
    return vklive.Client(api_url=server.url, ws_url=server.ws_url, backoff=Backoff(minimum=0.01, maximum=0.05), **who)


async def publish(server: Server, ws_channel: str, payload: bytes) -> None:
    await server.node.publish(ws_channel, Publication(data=Raw(payload)))


async def answered(stream: vklive.Stream, count: int) -> dict[str, bool]:
    """Which topics are listened to and which are denied, once there is an answer for `count` of them."""
    found: dict[str, bool] = {}
    async with asyncio.timeout(20):
        async for event in stream:
            if isinstance(event.data, vklive.Listening | vklive.NoAccess):
                found[event.topic] = isinstance(event.data, vklive.Listening)
                if len(found) == count:
                    break
    return found


async def next_chat(stream: vklive.Stream) -> vklive.ChatMessage:
    async with asyncio.timeout(20):
        async for event in stream:
            match event.data:
                case vklive.ChatMessageSent(chat_message=said):
                    return said
    raise AssertionError("the stream ended")


PUBLIC = {"chat", "info", "channel_points"}
PRIVATE = {"private_chat", "private_info", "private_channel_points"}
LIMITED_TOPICS = {"limited_chat", "limited_private_chat"}


@pytest.mark.parametrize(
    ("who", "hears"),
    [
        ({"access_token": "subscriber"}, PUBLIC | PRIVATE | LIMITED_TOPICS),
        ({"access_token": "guest"}, PUBLIC | PRIVATE),
        ({"access_token": "application"}, PUBLIC),
        ({"client_id": "bot", "client_secret": "secret of the bot"}, PUBLIC),
    ],
)
async def test_the_five_steps_end_in_an_answer_for_each_of_the_eight_topics(server, who, hears):
    async with client_of(server, **who) as client, client.listen("streamer") as stream:
        found = await answered(stream, 8)
        assert {topic for topic, listening in found.items() if listening} == hears


async def test_a_typed_message_arrives_with_its_text(server):
    async with client_of(server, access_token="subscriber") as client:
        async with client.listen("https://live.vkvideo.ru/Streamer", topics={"chat", "limited_chat"}) as stream:
            await answered(stream, 2)
            await publish(server, LIMITED, message("только для своих"))
            said = await next_chat(stream)
            assert (said.author.nick, said.text) == ("Аня", "только для своих")


async def test_an_event_that_nobody_knows_is_kept_with_its_json(server):
    payload = b'{"type":"channel_something_new","data":{"n" : 1}}'
    async with client_of(server, access_token="guest") as client, client.listen("streamer", topics={"chat"}) as stream:
        await answered(stream, 1)
        await publish(server, CHAT, payload)
        event = await anext(stream)
        assert isinstance(event.data, vklive.UnknownEvent)
        assert event.type == "channel_something_new"
        assert event.raw == payload


async def test_a_server_that_is_restarted_is_found_again_and_the_hole_is_told(settings):
    async with Server(settings()) as first:
        port = first.port
        client = client_of(first, access_token="guest")
        await client.__aenter__()
        stream = client.listen("streamer", topics={"chat"})
        await stream.__aenter__()
        await answered(stream, 1)
    async with Server(settings(port=port)) as second:
        seen: list[type] = []
        async with asyncio.timeout(30):
            while not seen or seen[-1] is not vklive.Listening:
                seen.append(type((await anext(stream)).data))
        assert seen[0] is vklive.Reconnecting
        assert seen[-3:] == [vklive.Connected, vklive.Gap, vklive.Listening]
        await publish(second, CHAT, message("снова здесь"))
        assert (await next_chat(stream)).text == "снова здесь"
        await client.close()


async def test_a_burst_arrives_whole_and_in_order(server):
    async with client_of(server, access_token="guest", queue_limit=5000) as client:
        async with client.listen("streamer", topics={"chat"}) as stream:
            await answered(stream, 1)
            for number in range(3000):
                await publish(server, CHAT, message(str(number)))
            assert [(await next_chat(stream)).text for _ in range(3000)] == [str(number) for number in range(3000)]


async def test_what_was_said_in_the_chat_while_the_connection_was_away_is_filled_in(server):
    async with client_of(server, access_token="guest") as client:
        async with client.listen("streamer", topics={"chat"}) as stream:
            await answered(stream, 1)
            await publish(server, CHAT, message("one", number=1))
            assert (await next_chat(stream)).text == "one"
            await server.node.disconnect(Target(user="9"), code=3011, reason="force reconnect")
            await publish(server, CHAT, message("two", number=2))
            await publish(server, CHAT, message("three", number=3))
            seen: list[vklive.EventData] = []
            while not seen or not isinstance(seen[-1], vklive.Refilled):
                seen.append((await anext(stream)).data)
            assert vklive.Gap in map(type, seen)
            assert seen[-1] == vklive.Refilled(topic="chat", ws_channel=CHAT, count=2, complete=True)
            assert [(await next_chat(stream)).text for _ in range(2)] == ["two", "three"]


async def test_wrong_credentials_and_an_unknown_channel_say_so(server):
    async with client_of(server, access_token="nobody") as client, client.listen("streamer") as stream:
        with pytest.raises(vklive.UnauthorizedError):
            await anext(stream)
    async with client_of(server, access_token="guest") as client, client.listen("nobody") as stream:
        with pytest.raises(vklive.NotFoundError, match="channel_not_found"):
            await answered(stream, 1)


async def test_the_api_is_there_before_beside_and_inside_listening(server):
    async with client_of(server, access_token="subscriber") as client:
        assert (await client.api.channels.get(f"{server.url}/Streamer/")).channel.id == 42
        found = await client.api.channels.get_many(["streamer", "nobody"])
        assert [info.channel.url for info in found] == ["streamer"]
        asked: list[str] = []
        router = vklive.Router()

        @router.on(vklive.ChatMessageSent)
        async def look_up(event: vklive.Event) -> None:
            messages = await client.api.chat.messages(event.channel_url)
            asked.append(messages[0].text)
            stream.close()

        async with client.listen("streamer", topics={"chat"}) as stream:
            await answered(stream, 1)
            await publish(server, CHAT, message("hi"))
            await router.run(stream)
        assert asked == ["hi"]
        with pytest.raises(vklive.ChannelOfflineError):
            await client.api.chat.send("streamer", "hi")
        with pytest.raises(vklive.ChannelNotFoundError):
            await client.api.chat.messages("nobody")


async def test_an_origin_that_the_server_does_not_allow_is_told_and_tried_again(settings):
    async with Server(settings(pubsub=PubSubSettings(allowed_origins=("https://good.example",)))) as server:
        for origin, kind in (("https://evil.example", vklive.Reconnecting), ("https://good.example", vklive.Connected)):
            async with client_of(server, access_token="guest", origin=origin) as client:
                async with client.listen("streamer") as stream:
                    event = await anext(stream)
                    assert type(event.data) is kind
                    if isinstance(event.data, vklive.Reconnecting):
                        assert "the server answered 403" in event.data.cause


async def test_a_closed_client_leaves_no_task_behind(server):
    before = asyncio.all_tasks()
    async with client_of(server, access_token="guest") as client, client.listen("streamer") as stream:
        await answered(stream, 8)
    assert {task for task in asyncio.all_tasks() - before if task.get_name().startswith("vklive")} == set()


async def test_a_client_is_opened_once(server):
    async with client_of(server, access_token="guest") as client:
        with pytest.raises(vklive.VkliveError, match="open already"):
            await client.__aenter__()


@pytest.mark.parametrize(
    "who",
    [{}, {"client_id": "a"}, {"client_secret": "b"}, {"access_token": "a", "client_id": "b", "client_secret": "c"}],
)
def test_who_one_is_is_said_in_exactly_one_way(who):
    with pytest.raises(vklive.ConfigError, match="not exactly one way"):
        vklive.Client(**who)


def test_a_channel_or_topic_that_is_none_is_refused_at_once():
    client = vklive.Client(access_token="t")
    with pytest.raises(vklive.ConfigError, match="names no channel"):
        client.listen("https://live.vkvideo.ru/")
    with pytest.raises(vklive.ConfigError, match="limited_chat"):
        client.listen("streamer", topics={"no topic"})
    with pytest.raises(vklive.ConfigError, match="none was chosen"):
        client.listen("streamer", topics=())


def test_a_client_is_made_without_an_event_loop_and_shows_no_secret():
    assert "very-secret" not in repr(vars(vklive.Client(access_token="very-secret").api))
