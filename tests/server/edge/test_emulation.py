"""Sessions that are busy."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from tests.server.edge.http_peer import HttpPeer

from vklive.server.broker.memory import MemoryBroker
from vklive.server.centrifugo.server import PubSubServer
from vklive.server.connection import MAX_WAITING_COMMANDS
from vklive.server.edge import emulation


@pytest.fixture
def broker_is_there(monkeypatch) -> asyncio.Event:
    """Until this is set, whoever wants to subscribe waits."""
    there = asyncio.Event()
    subscribe = MemoryBroker.subscribe

    async def subscribe_once_it_is(self: MemoryBroker, ws_channel: str) -> None:
        await there.wait()
        await subscribe(self, ws_channel)

    monkeypatch.setattr(MemoryBroker, "subscribe", subscribe_once_it_is)
    return there


async def opened(server: PubSubServer) -> tuple[HttpPeer, dict[str, str]]:
    peer = await HttpPeer.ask(server.port, "POST", "/connection/http_stream", body=b'{"id":1,"connect":{}}')
    connected = json.loads(await peer.until(b"\n"))["connect"]
    return peer, {name: connected[name] for name in ("session", "node")}


async def say(server: PubSubServer, place: dict[str, str], commands: list[dict[str, Any]]) -> int:
    data = "\n".join(map(json.dumps, commands))
    answer = await HttpPeer.ask(server.port, "POST", "/emulation", body=json.dumps({**place, "data": data}).encode())
    answer.leave()
    return answer.status


def subscriptions(*numbers: int) -> list[dict[str, Any]]:
    return [{"id": number, "subscribe": {"channel": f"pub:{number}"}} for number in numbers]


async def ids(peer: HttpPeer, count: int) -> list[int]:
    return [json.loads(await peer.until(b"\n"))["id"] for _ in range(count)]


async def test_who_says_more_than_a_session_can_take_waits_and_keeps_the_order(server, broker_is_there):
    peer, place = await opened(server)
    many = MAX_WAITING_COMMANDS + 10
    assert await say(server, place, subscriptions(*range(2, 2 + many))) == 204
    later = asyncio.gather(*(say(server, place, [{"id": 1000 + number, "rpc": {}}]) for number in range(3)))
    await asyncio.sleep(0)
    assert not later.done()
    broker_is_there.set()
    assert await later == [204, 204, 204]
    heard = await ids(peer, many + 3)
    assert heard[:many] == [*range(2, 2 + many)]
    assert sorted(heard[many:]) == [1000, 1001, 1002]
    peer.leave()


async def test_who_waits_too_long_is_told_so_and_the_session_goes_on(server, broker_is_there, monkeypatch):
    monkeypatch.setattr(emulation, "TIMEOUT", 0.05)
    peer, place = await opened(server)
    many = MAX_WAITING_COMMANDS + 10
    assert await say(server, place, subscriptions(*range(2, 2 + many))) == 204
    assert await say(server, place, [{"id": 1000, "rpc": {}}]) == 500
    broker_is_there.set()
    assert await ids(peer, many) == [*range(2, 2 + many)]
    assert await say(server, place, [{"id": 1001, "rpc": {}}]) == 204
    assert await ids(peer, 1) == [1001]
    peer.leave()


async def test_who_waits_when_the_stream_ends_waits_no_longer(server, broker_is_there):
    peer, place = await opened(server)
    assert await say(server, place, subscriptions(*range(2, 100))) == 204
    later = asyncio.ensure_future(say(server, place, [{"id": 1000, "rpc": {}}]))
    peer.leave()
    assert await later == 204
    broker_is_there.set()
