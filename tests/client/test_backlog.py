"""Events that wait behind a full queue: in order, up to a limit, one handled after the other."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from msgspec import Raw

from vklive.client import backlog
from vklive.client.backlog import Backlog
from vklive.protocol.client_events import ClientEvent, Published, Refreshed
from vklive.testing.loop import run_virtual

NOON = datetime(2027, 1, 1, 12, tzinfo=UTC)


def published(text: str) -> Published:
    return Published(ws_channel="a", data=Raw(text.encode()), position=None)


class Program:
    """Takes an event a second."""

    def __init__(self) -> None:
        self.took: list[tuple[ClientEvent, datetime]] = []
        self.jobs: list[asyncio.Task[None]] = []
        self.backlog = Backlog(self.take, start_job=self.start_job)

    async def take(self, event: ClientEvent, read_at: datetime) -> None:
        await asyncio.sleep(1)
        self.took.append((event, read_at))

    def start_job(self, work: Callable[[], Coroutine[None, None, None]]) -> None:
        self.jobs.append(asyncio.get_running_loop().create_task(work()))


@given(st.lists(st.lists(st.text(max_size=3), max_size=5), max_size=5))
def test_everything_is_handled_once_and_in_order_with_the_time_at_which_it_was_read(bursts):
    async def scene() -> None:
        program, expected = Program(), []
        for number, burst in enumerate(bursts):
            for text in burst:
                expected.append((published(text), NOON + timedelta(seconds=number)))
                program.backlog.add(*expected[-1])
            await asyncio.sleep(2)
        await program.backlog.empty()
        assert program.took == expected
        assert not program.backlog
        await asyncio.gather(*program.jobs)

    run_virtual(scene())


def test_it_is_full_by_number_or_by_bytes_until_something_is_handled(monkeypatch):
    monkeypatch.setattr(backlog, "MAX_HELD_EVENTS", 3)
    monkeypatch.setattr(backlog, "MAX_HELD_SIZE", 100)

    async def scene() -> None:
        loop = asyncio.get_running_loop()
        program = Program()
        for _ in range(3):
            assert not program.backlog.is_full
            program.backlog.add(Refreshed(None), NOON)
        assert program.backlog.is_full
        await program.backlog.room()
        assert loop.time() == 1
        await program.backlog.empty()
        assert loop.time() == 3
        program.backlog.add(published("x" * 100), NOON)
        assert program.backlog.is_full
        await program.backlog.room()
        assert loop.time() == 4
        await asyncio.gather(*program.jobs)

    run_virtual(scene())
