"""The server that the recordings were made with, as ours."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from tests.vectors.script import API_KEY, KEY, RECORDED
from tests.vectors.worlds import SocketWorld

from vklive.server.app import Server
from vklive.server.namespaces import Namespace
from vklive.server.settings import PubSubSettings, Settings, TokenSettings

NOW = 1_800_000_000
"""Unix time in a replay. It stands still, so that times to live come out as recorded."""


class StandingClock:
    """The loop's own monotonic clock, and a wall clock that stands still."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self.monotonic = monotonic

    def wall(self) -> float:
        return float(NOW)


def recorded_namespaces() -> list[Namespace]:
    """The recorded configuration, as far as namespaces have options here."""
    config = json.loads((RECORDED / "_server_config.json").read_text())
    return [_namespace({**config, "name": ""}), *map(_namespace, config["namespaces"])]


def _namespace(options: dict[str, Any]) -> Namespace:
    known = {name: value for name, value in options.items() if name in Namespace.__struct_fields__}
    if "history_ttl" in known:
        known["history_ttl"] = float(known["history_ttl"].removesuffix("s"))
    return Namespace(**known)


def recorded_settings() -> Settings:
    config = json.loads((RECORDED / "_server_config.json").read_text())
    return Settings(
        port=0,
        database_url="sqlite+aiosqlite:///:memory:",
        api_key=API_KEY,
        tokens=TokenSettings(secret=KEY),
        pubsub=PubSubSettings(
            allowed_origins=tuple(config["allowed_origins"]),
            channel_limit=config["client_channel_limit"],
            allow_anonymous_connect_without_token=config["allow_anonymous_connect_without_token"],
        ),
    )


@pytest.fixture
async def socket_world() -> AsyncIterator[SocketWorld]:
    clock = StandingClock(asyncio.get_running_loop().time)
    async with Server(recorded_settings(), namespaces=recorded_namespaces(), clock=clock) as server:
        world = SocketWorld(server.url, server.ws_url)
        yield world
        await world.close()
