"""A program that listens to a server of the kit while something happens; what it heard."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from vklive.client import Client
from vklive.client.stream import Stream
from vklive.events import ChatMessageSent, Event, EventData
from vklive.testing.fake_server import FakeServer

D = TypeVar("D", bound=EventData)
Scene = Callable[[], Awaitable[None]]


def server_with(*, history: int = 0, token_ttl: float = 3600.0) -> FakeServer:
    """A server with one channel."""
    server = FakeServer(history=history, token_ttl=token_ttl)
    server.add_channel("streamer")
    return server


def listen(
    server: FakeServer,
    scene: Callable[[Client, Stream], Awaitable[None]],
    *,
    topics: set[str] | None = None,
    **settings: Any,
) -> list[Event]:
    """Play a scene while a client listens, until a second after its end."""
    heard: list[Event] = []

    async def take(stream: Stream) -> None:
        async for event in stream:
            heard.append(event)

    async def play() -> None:
        async with server.client(**settings) as client, client.listen("streamer", topics=topics or {"chat"}) as stream:
            taking = asyncio.ensure_future(take(stream))
            await server.heard("streamer")
            await scene(client, stream)
            await asyncio.sleep(1)
            stream.close()
            await taking

    server.run(play())
    return heard


def of(kind: type[D], heard: list[Event]) -> list[D]:
    """What was said of one kind."""
    return [event.data for event in heard if isinstance(event.data, kind)]


def texts(heard: list[Event]) -> list[str]:
    """What was written in chats."""
    return [sent.chat_message.text for sent in of(ChatMessageSent, heard)]
