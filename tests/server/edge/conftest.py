"""A pub/sub with all its transports, on a port of its own."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from msgspec import Raw

from vklive.protocol.messages import Publication
from vklive.server.centrifugo.configuration import PubSubConfiguration, VerifyingSettings
from vklive.server.centrifugo.server import PubSubServer
from vklive.server.namespaces import Namespace
from vklive.server.settings import PubSubSettings, TransportSettings

QUIET = 86_400.0
"""Seconds between pings: the first comes at a random time, and would now and then be among what a test reads."""

OPEN = Namespace(name="pub", allow_subscribe_for_client=True, allow_subscribe_for_anonymous=True)
KEPT = Namespace(
    name="rec",
    allow_subscribe_for_client=True,
    allow_subscribe_for_anonymous=True,
    history_size=10,
    history_ttl=60.0,
    force_recovery=True,
)
ALL_WAYS = TransportSettings(http_stream=True, sse=True, uni_websocket=True, uni_sse=True, uni_http_stream=True)


def everything(*, transports: TransportSettings = ALL_WAYS, **pubsub: Any) -> PubSubConfiguration:
    """A configuration in which everybody may come, by every way."""
    settings: dict[str, Any] = {
        "allow_anonymous_connect_without_token": True,
        "allowed_origins": ("https://good.example",),
        "ping_interval": QUIET,
    }
    return PubSubConfiguration(
        host="127.0.0.1",
        port=0,
        shutdown_timeout=10.0,
        tokens=VerifyingSettings(hmac_secret="a secret that is long enough for HS256 to be happy"),
        pubsub=PubSubSettings(**{**settings, **pubsub}),
        transports=transports,
        namespaces=[OPEN, KEPT],
    )


@pytest.fixture
async def server() -> AsyncIterator[PubSubServer]:
    async with PubSubServer(everything()) as running:
        yield running


async def publish(server: PubSubServer, channel: str, data: object) -> None:
    """Publish, as the server API does."""
    await server.node.publish(channel, Publication(data=Raw(json.dumps(data).encode())))


async def until(condition: Callable[[], bool]) -> None:
    """Let the loop turn until something holds; the test's time limit is the limit."""
    while not condition():  # noqa: ASYNC110 - the server runs in this loop and has no event to wait for
        await asyncio.sleep(0)
