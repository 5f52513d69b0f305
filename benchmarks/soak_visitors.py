"""The clients of the soak: they come, subscribe, publish, are cut off or leave, and come back to where they were."""

from __future__ import annotations

import asyncio
import itertools
import random
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from soak_lines import EventLine, Line, StreamLine, WebSocketLine

WAYS: tuple[type[WebSocketLine | StreamLine], ...] = (WebSocketLine, WebSocketLine, StreamLine, EventLine)
"""Half of the visits are by WebSocket."""

OPENING_AT_ONCE = 100
"""Visitors that may be connecting; the rest waits, as nobody's backlog is endless."""


@dataclass
class Crowd:
    """What all visitors share.

    Attributes:
        port: where the server is.
        channels: how many ws channels there are of each kind.
        stay: seconds that a visit lasts at most; half of that on average.
        happened: what, and how often.
    """

    port: int
    channels: int
    stay: float
    happened: Counter[str] = field(default_factory=Counter)
    opening: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(OPENING_AT_ONCE))

    @property
    def away(self) -> float:
        """Seconds between two visits at most."""
        return self.stay / 10

    @property
    def between_publishing(self) -> float:
        """Seconds between two publications of a visitor, on average."""
        return self.stay / 2.5

    async def come_and_go(self, visitors: int, *, seconds: float) -> None:
        """So many visitors, for so long; all have gone when this returns."""
        until = asyncio.get_running_loop().time() + seconds
        async with asyncio.TaskGroup() as group:
            for number in range(visitors):
                group.create_task(Visitor(self, number).visit_until(until))


class Visitor:
    """One of them. It remembers where it was in the ws channel that keeps a history."""

    def __init__(self, crowd: Crowd, number: int) -> None:
        self._crowd = crowd
        self._random = random.Random(number)  # noqa: S311 - a soak that can be repeated
        self._kept = f"kept:{number % crowd.channels}"
        self._seen = f"seen:{number % crowd.channels}"
        self._position: tuple[str, int] | None = None
        self._ids = itertools.count(4)

    async def visit_until(self, until: float) -> None:
        """Visit again and again."""
        loop = asyncio.get_running_loop()
        await asyncio.sleep(self._random.uniform(0, min(self._crowd.stay, until - loop.time())))
        while loop.time() < until:
            try:
                async with self._crowd.opening:
                    line = await self._open()
            except (OSError, EOFError) as error:
                self._crowd.happened[f"could not connect: {type(error).__name__}"] += 1
            else:
                await self._stay(line, until=min(until, loop.time() + self._random.uniform(0, self._crowd.stay)))
            await asyncio.sleep(self._random.uniform(0, min(self._crowd.away, max(0.0, until - loop.time()))))

    async def _open(self) -> Line:
        wanted: dict[str, Any] = {"channel": self._kept}
        if self._position is not None:
            epoch, offset = self._position
            wanted |= {"recover": True, "epoch": epoch, "offset": offset}
        return await self._random.choice(WAYS).begin(
            self._crowd.port,
            {"id": 1, "connect": {}},
            {"id": 2, "subscribe": wanted},
            {"id": 3, "subscribe": {"channel": self._seen}},
        )

    async def _stay(self, line: Line, *, until: float) -> None:
        happened = self._crowd.happened
        happened["visits"] += 1
        try:
            await self._listen(line, until)
        except TimeoutError:
            pass  # It has stayed as long as it wanted to.
        except (OSError, EOFError) as error:
            happened[f"lost: {type(error).__name__}"] += 1
        if self._random.random() < 0.5:
            happened["cut off"] += 1
            line.cut()
        else:
            happened["left"] += 1
            await line.close()

    async def _listen(self, line: Line, until: float) -> None:
        loop = asyncio.get_running_loop()
        publishes = loop.time() + self._random.expovariate(1 / self._crowd.between_publishing)
        async with asyncio.timeout_at(until):
            while True:
                try:
                    async with asyncio.timeout_at(min(publishes, until)):
                        messages = await line.hear()
                except TimeoutError:
                    if loop.time() >= until:
                        raise
                    publishes = loop.time() + self._random.expovariate(1 / self._crowd.between_publishing)
                    await line.say(*self._next())
                    continue
                for message in messages:
                    if message:
                        self._take(message)
                    else:
                        await line.say({})

    def _next(self) -> list[dict[str, Any]]:
        number = next(self._ids)
        if self._random.random() < 0.1:
            again = {"id": number, "subscribe": {"channel": self._seen}}
            return [{"id": number, "unsubscribe": {"channel": self._seen}}, again]
        if self._random.random() < 0.2:
            return [{"id": number, "presence_stats": {"channel": self._seen}}]
        self._crowd.happened["publications"] += 1
        return [{"id": number, "publish": {"channel": self._kept, "data": {"n": number, "text": "x" * 100}}}]

    def _take(self, message: dict[str, Any]) -> None:
        happened = self._crowd.happened
        push = message.get("push", {})
        if "error" in message:
            happened[f"refused: {message['error']['code']}"] += 1
        elif message.get("id") == 2 and "subscribe" in message:
            result = message["subscribe"]
            if "was_recovering" in result:
                happened["recovered" if "recovered" in result else "not recovered"] += 1
            self._position = (result.get("epoch", ""), result.get("offset", 0))
            for publication in result.get("publications", ()):
                self._hear(publication["offset"])
        elif "pub" in push:
            self._hear(push["pub"]["offset"])
        elif "disconnect" in push or "unsubscribe" in push:
            happened[f"sent away: {push}"] += 1
        elif push:
            happened["joins and leaves"] += 1

    def _hear(self, offset: int) -> None:
        assert self._position is not None
        epoch, last = self._position
        self._crowd.happened["deliveries" if offset == last + 1 else "gaps"] += 1
        self._position = (epoch, offset)
