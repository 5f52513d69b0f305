"""Every method through Cent 4, Centrifugo's makers' client of its API up to v4."""

from __future__ import annotations

import asyncio
from typing import Any

import cent
import pytest
from tests.interop.server_api.conftest import API_KEY


@pytest.fixture
def cent4(server):
    """Calls a method of the client, which blocks, in a thread."""
    client = cent.Client(server.url + "/api", api_key=API_KEY, timeout=5)

    async def call(method: str, *args: Any, **options: Any) -> Any:
        return await asyncio.to_thread(getattr(client, method), *args, **options)

    return call


async def test_publish_and_broadcast(cent4, listen):
    listener = await listen("42", "pub:a")
    assert await cent4("publish", "pub:a", {"text": "<привет>"}) == {}
    answer = await cent4("broadcast", ["pub:a", "nope:a"], 2)
    assert answer["responses"] == [{"result": {}}, {"error": {"code": 102, "message": "unknown channel"}}]
    assert [(await listener.push())["pub"]["data"] for _ in range(2)] == [{"text": "<привет>"}, 2]


async def test_subscribe_unsubscribe_and_disconnect(cent4, listen):
    listener, other = await listen("42"), await listen("42")
    await cent4("subscribe", "42", "pub:a", client=listener.client)
    await cent4("unsubscribe", "42", "pub:a", client=listener.client)
    await cent4("disconnect", "42")
    assert await listener.push() == {"channel": "pub:a", "subscribe": {}}
    assert (await listener.push())["unsubscribe"]["code"] == 2000
    assert await listener.closed() == (3503, "force disconnect")
    assert await other.closed() == (3503, "force disconnect")


async def test_presence_and_its_stats(cent4, listen):
    listener = await listen("42", "pres:a")
    assert await cent4("presence", "pres:a") == {listener.client: {"user": "42", "client": listener.client}}
    assert await cent4("presence_stats", "pres:a") == {"num_clients": 1, "num_users": 1}


async def test_history_and_its_removal(cent4):
    place = await cent4("publish", "rec:a", 1)
    await cent4("publish", "rec:a", 2, skip_history=True)
    await cent4("publish", "rec:a", 3)
    newest = await cent4("history", "rec:a", limit=1, reverse=True)
    assert newest == {"publications": [{"data": 3, "offset": 2}], "offset": 2, "epoch": place["epoch"]}
    assert (await cent4("history", "rec:a", limit=5, since=place))["publications"] == [{"data": 3, "offset": 2}]
    await cent4("history_remove", "rec:a")
    assert await cent4("history", "rec:a", limit=-1) == {"publications": [], "offset": 2, "epoch": place["epoch"]}


async def test_channels_and_info(cent4, listen):
    await listen("42", "pub:a", "pres:a")
    assert await cent4("channels") == {"pub:a": {"num_clients": 1}, "pres:a": {"num_clients": 1}}
    assert await cent4("channels", pattern="*:a") == {"pub:a": {"num_clients": 1}, "pres:a": {"num_clients": 1}}
    (node,) = (await cent4("info"))["nodes"]
    assert (node["version"], node["num_clients"]) == ("4.1.5", 1)


async def test_a_pipeline(server):
    client = cent.Client(server.url + "/api", api_key=API_KEY, timeout=5)
    for number in range(3):
        client.add("publish", client.get_publish_params("rec:a", number))
    client.add("presence", client.get_presence_params("pub:a"))
    *published, denied = await asyncio.to_thread(client.send)
    assert [answer["result"]["offset"] for answer in published] == [1, 2, 3]
    assert denied == {"error": {"code": 108, "message": "not available"}}


async def test_what_is_refused(cent4, server):
    with pytest.raises(cent.ResponseError):
        await cent4("publish", "nope:a", 1)
    stranger = cent.Client(server.url + "/api", api_key="wrong", timeout=5)
    with pytest.raises(cent.RequestException, match="401"):
        await asyncio.to_thread(stranger.info)
