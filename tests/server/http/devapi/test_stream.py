"""Streams over HTTP: where they are, what their streamers say of them, and who hears that it is something else now."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest
from tests.server.http.devapi.broadcasts import settings_in
from websockets.asyncio.client import connect

from vklive.devapi.models.channel import MAX_TITLE
from vklive.devapi.scopes import Scope
from vklive.server.store.tables import ChannelRow, StreamRow

pytestmark = pytest.mark.asyncio(loop_scope="module")

EDIT, CREDENTIALS = "/v1/channel/stream/edit", "/v1/channel/credentials"


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    return settings_in(tmp_path_factory.mktemp("world"))


async def add_stream(server, id_: str, **facts) -> None:
    database = server._store.database
    async with database.writing() as session:
        session.add(StreamRow(id=id_, channel_id=42, started_at=database.now(), **facts))


# stream


async def test_a_stream_that_is_on_with_its_channel_and_owner(http, bearer):
    answer = await http.get("/v1/stream", params={"stream_id": "on"}, headers=bearer("viewer"))
    channel = await http.get("/v1/channel", params={"channel_url": "streamer"}, headers=bearer("viewer"))

    data, same = answer.json()["data"], channel.json()["data"]
    assert set(data) == {"channel", "owner", "stream"}
    assert data == {"channel": same["channel"], "owner": same["owner"], "stream": same["stream"]}
    assert (data["stream"]["id"], data["stream"]["status"], data["stream"]["ended_at"]) == ("on", "started", 0)
    assert "source_urls" not in data["stream"]


async def test_a_stream_that_has_ended_is_told_of_by_its_id_alone(http, server, basic):
    now = server._store.database.now()
    await add_stream(server, "over", title="Once", views=8, ended_at=now)
    headers = basic("bot", "secret of the bot")

    stream = (await http.get("/v1/stream", params={"stream_id": "over"}, headers=headers)).json()["data"]["stream"]
    channel = (await http.get("/v1/channel", params={"channel_url": "streamer"}, headers=headers)).json()["data"]

    assert (stream["title"], stream["status"], stream["counters"]["views"]) == ("Once", "ended", 8)
    assert stream["ended_at"] == int(now.timestamp())
    assert "over" not in [one["id"] for one in channel["streams"]]


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({}, (400, "missing_param")),
        ({"stream_id": ""}, (400, "invalid_param")),
        ({"stream_id": "x" * 65}, (400, "invalid_param")),
        ({"stream_id": "on\0"}, (400, "invalid_param")),
        ({"stream_id": "on", "with_source_urls": "perhaps"}, (400, "invalid_param")),
        ({"stream_id": "on", "ip": "localhost"}, (400, "invalid_param")),
        ({"stream_id": "unknown"}, (404, "not_found")),
        ({"stream_id": "of the banned"}, (403, "channel_banned")),
    ],
)
async def test_a_stream_that_cannot_be_shown(http, bearer, refusal, params, expected):
    assert refusal(await http.get("/v1/stream", params=params, headers=bearer("viewer"))) == expected


@pytest.mark.parametrize(
    ("path", "which"), [("/v1/channel", {"channel_url": "streamer"}), ("/v1/stream", {"stream_id": "on"})]
)
async def test_where_the_video_is_is_told_to_those_who_ask_and_made_for_their_viewer(http, bearer, path, which):
    viewer = {"ip": "2001:db8::1", "user_agent": "A browser/1 &x={y}"}

    asked = await http.get(path, params={**which, "with_source_urls": "true", **viewer}, headers=bearer("viewer"))
    not_asked = await http.get(path, params={**which, **viewer}, headers=bearer("viewer"))

    url = "https://video.example/streamer/on.m3u8?ip=2001%3Adb8%3A%3A1&agent=A%20browser%2F1%20%26x%3D%7By%7D"
    assert asked.json()["data"]["stream"]["source_urls"] == [{"type": "hls", "url": url}]
    assert "source_urls" not in not_asked.text


# channel/credentials


async def test_the_owner_is_told_where_to_send_the_video_and_always_with_the_same_key(http, allowing, caplog):
    caplog.set_level(logging.DEBUG)
    headers = await allowing(1, Scope.CHANNEL_CREDENTIALS)

    first = await http.get(CREDENTIALS, params={"channel_url": "streamer"}, headers=headers)
    again = await http.get(CREDENTIALS, params={"channel_url": "https://live.vkvideo.ru/Streamer"}, headers=headers)
    other = await http.get(CREDENTIALS, params={"channel_url": "silent"}, headers=headers)

    data = first.json()["data"]
    assert set(data) == {"url", "token"}
    assert data["url"] == "rtmp://ingest.example/app"
    assert len(data["token"]) > 30
    assert again.json() == first.json()
    assert other.json()["data"]["token"] != data["token"]
    assert data["token"] not in caplog.text


async def test_each_slot_has_a_key_of_its_own(http, server, allowing, refusal):
    await add_stream(server, "of a slot", slot_id=5, slot_url="a slot", ended_at=server._store.database.now())
    headers = await allowing(1, Scope.CHANNEL_CREDENTIALS)

    main = await http.get(CREDENTIALS, params={"channel_url": "streamer"}, headers=headers)
    slot = await http.get(CREDENTIALS, params={"channel_url": "streamer", "slot_url": "a slot"}, headers=headers)
    unknown = await http.get(CREDENTIALS, params={"channel_url": "streamer", "slot_url": "none"}, headers=headers)

    assert slot.json()["data"]["token"] == main.json()["data"]["token"] + "?slot=a%20slot"
    assert refusal(unknown) == (404, "not_found")


@pytest.mark.parametrize(
    ("user", "params", "expected"),
    [
        (1, {}, (400, "missing_param")),
        (1, {"channel_url": "streamer", "slot_url": "x" * 256}, (400, "invalid_param")),
        (1, {"channel_url": "streamer", "slot_url": "\0"}, (400, "invalid_param")),
        (1, {"channel_url": "unknown"}, (404, "channel_not_found")),
        (1, {"channel_url": "gone"}, (403, "channel_banned")),
        (2, {"channel_url": "streamer"}, (403, "forbidden")),
    ],
)
async def test_nobody_else_is_told_a_key(http, allowing, refusal, user, params, expected):
    headers = await allowing(user, *Scope)

    assert refusal(await http.get(CREDENTIALS, params=params, headers=headers)) == expected


# channel/stream/edit


async def listener(server, http, headers, *ws_channels: str):
    """A connection that hears these ws channels."""
    token = (await http.get("/v1/websocket/token", headers=headers)).json()["data"]["token"]
    socket = await connect(server.ws_url, proxy=None, ping_interval=None, compression=None)
    commands: list[dict[str, Any]] = [{"id": 1, "connect": {"token": token}}]
    commands += [{"id": number, "subscribe": {"channel": name}} for number, name in enumerate(ws_channels, start=2)]
    await socket.send("\n".join(json.dumps(command) for command in commands))
    replies: list[str] = []
    while len(replies) < len(commands):
        replies += str(await socket.recv()).split("\n")
    return socket


async def edit(http, headers, stream, *, status: int = 200, **params):
    answer = await http.post(
        EDIT, params={"channel_url": "streamer"} | params, json={"stream": stream}, headers=headers
    )
    assert answer.status_code == status, answer.text
    return answer


async def test_a_change_of_the_stream_is_seen_and_heard_once(http, server, bearer, allowing):
    owner = await allowing(1, Scope.CHANNEL_STREAM_SETTINGS)
    socket = await listener(server, http, bearer("viewer"), "api-channel-info:42")
    change = {"title": "Бонжур", "category": {"id": "talk"}}

    answer = await edit(http, owner, change)
    await edit(http, owner, change)  # nothing is another one now, and nothing is told
    await edit(http, owner, {})
    await edit(http, owner, {"title": None, "category": None, "planned_at": None})
    await edit(http, owner, {"title": "Hello"})

    assert answer.json() == {}
    heard: list[dict[str, Any]] = []
    while len(heard) < 2:
        heard += [json.loads(line)["push"] for line in str(await socket.recv()).split("\n")]
    await socket.close()
    assert [push["channel"] for push in heard] == ["api-channel-info:42"] * 2
    assert heard[0]["pub"]["data"] == {
        "type": "channel_stream_settings_change",
        "data": {
            "stream": {
                "id": "on",
                "title": "Бонжур",
                "category": {"id": "talk", "type": "irl", "title": "Говорим про шахматы"},
                "video_id": "video",
                "started_at": 1767225600,
            }
        },
    }
    assert heard[1]["pub"]["data"]["data"]["stream"]["title"] == "Hello"
    seen = (await http.get("/v1/stream", params={"stream_id": "on"}, headers=owner)).json()["data"]["stream"]
    assert (seen["title"], seen["category"]["id"], seen["category"]["type"]) == ("Hello", "talk", "irl")


async def test_while_no_stream_is_on_it_is_the_next_one_that_changes(http, server, bearer, allowing):
    owner = await allowing(1, Scope.CHANNEL_STREAM_SETTINGS)
    socket = await listener(server, http, bearer("viewer"), "api-channel-info:43")

    await edit(
        http, owner, {"title": "Soon", "category": {"id": "chess"}, "planned_at": 1800000000}, channel_url="silent"
    )

    async with server._store.database.reading() as session:
        row = await session.get(ChannelRow, 43)
        assert (row.next_title, row.next_category_id) == ("Soon", "chess")
        assert int(row.next_planned_at.timestamp()) == 1800000000
    await edit(http, owner, {"planned_at": 0}, channel_url="silent")
    async with server._store.database.reading() as session:
        row = await session.get(ChannelRow, 43)
        assert (row.next_title, row.next_category_id, row.next_planned_at) == ("Soon", "chess", None)
    await socket.send('{"id":99,"rpc":{}}')
    assert json.loads(str(await socket.recv()))["id"] == 99, "nothing was told of a stream that is not on"
    await socket.close()


async def test_a_plan_made_while_a_stream_is_on_is_the_next_ones(http, server, allowing):
    owner = await allowing(1, Scope.CHANNEL_STREAM_SETTINGS)

    await edit(http, owner, {"title": "Hello", "planned_at": 1800000000})

    async with server._store.database.reading() as session:
        row = await session.get(ChannelRow, 42)
        assert (row.next_title, int(row.next_planned_at.timestamp())) == ("", 1800000000)


async def test_the_stream_of_a_slot_is_changed_and_no_other(http, server, allowing, refusal):
    owner = await allowing(1, Scope.CHANNEL_STREAM_SETTINGS)
    await add_stream(server, "second", title="Two", slot_id=9, slot_url="two")

    await edit(http, owner, {"title": "Three"}, slot_url="two")

    found = (await http.get("/v1/channel", params={"channel_url": "streamer"}, headers=owner)).json()["data"]["streams"]
    assert {one["slot"]["url"]: one["title"] for one in found} == {"": "Hello", "two": "Three"}
    assert refusal(await edit(http, owner, {"title": "x"}, status=404, slot_url="none")) == (404, "not_found")


@pytest.mark.parametrize(
    "stream",
    [
        {"title": "x" * (MAX_TITLE + 1)},
        {"title": "a\0b"},
        {"title": 5},
        {"planned_at": -1},
        {"planned_at": 10**18},
        {"planned_at": "tomorrow"},
        {"category": {"id": "unknown"}},
        {"category": {"id": ""}},
        {"category": {"id": "x" * 65}},
        {"category": {"id": "chess\0"}},
        {"category": {"title": "Шахматы"}},
        {"category": "chess"},
        None,
    ],
)
@pytest.mark.parametrize("channel_url", ["streamer", "silent"])
async def test_a_change_that_is_none_changes_nothing(http, allowing, refusal, stream, channel_url):
    owner = await allowing(1, Scope.CHANNEL_STREAM_SETTINGS)
    before = (await http.get("/v1/channel", params={"channel_url": channel_url}, headers=owner)).json()

    with_title = {"title": "another", **stream} if isinstance(stream, dict) else stream
    answer = await edit(http, owner, with_title, status=400, channel_url=channel_url)

    assert refusal(answer) == (400, "invalid_param")
    assert (await http.get("/v1/channel", params={"channel_url": channel_url}, headers=owner)).json() == before


async def test_a_title_may_be_as_long_as_it_says(http, allowing):
    owner = await allowing(1, Scope.CHANNEL_STREAM_SETTINGS)

    await edit(http, owner, {"title": "ж" * MAX_TITLE})
    await edit(http, owner, {"title": "Hello"})


@pytest.mark.parametrize(
    ("user", "channel_url", "expected"),
    [
        (2, "streamer", (403, "forbidden")),
        (1, "gone", (403, "channel_banned")),
        (1, "unknown", (404, "channel_not_found")),
    ],
)
async def test_only_an_owner_changes_a_stream(http, allowing, refusal, user, channel_url, expected):
    headers = await allowing(user, *Scope)
    answer = await edit(http, headers, {"title": "Mine"}, status=expected[0], channel_url=channel_url)

    assert refusal(answer) == expected
