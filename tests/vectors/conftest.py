"""The server that the recordings were made with, as ours: made from the same configuration."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest
from msgspec import structs
from tests.vectors.script import RECORDED
from tests.vectors.stream_world import StreamWorld
from tests.vectors.worlds import SocketWorld

from vklive.server.centrifugo.configuration import PubSubConfiguration
from vklive.server.centrifugo.reading import read_configuration
from vklive.server.centrifugo.server import PubSubServer
from vklive.server.settings import TransportSettings

NOW = 1_800_000_000
"""Unix time in a replay. It stands still, so that times to live come out as recorded."""


class StandingClock:
    """The loop's own monotonic clock, and a wall clock that stands still."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self.monotonic = monotonic

    def wall(self) -> float:
        return float(NOW)


def recorded_configuration() -> PubSubConfiguration:
    configuration = read_configuration(RECORDED / "_server_config.json", environ={}, flags={})
    transports = TransportSettings(http_stream=True, sse=True)
    return structs.replace(configuration, port=0, transports=transports)


@pytest.fixture
async def socket_world() -> AsyncIterator[SocketWorld]:
    clock = StandingClock(asyncio.get_running_loop().time)
    async with PubSubServer(recorded_configuration(), clock=clock) as server:
        world = SocketWorld(server.url, server.ws_url)
        yield world
        await world.close()


@pytest.fixture(params=["http_stream", "sse"])
async def stream_world(request) -> AsyncIterator[StreamWorld]:
    clock = StandingClock(asyncio.get_running_loop().time)
    async with PubSubServer(recorded_configuration(), clock=clock) as server:
        world = StreamWorld(server.url, server.port, f"/connection/{request.param}")
        yield world
        await world.close()
