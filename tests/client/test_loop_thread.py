"""An event loop in a thread of its own."""

from __future__ import annotations

import asyncio
import threading

import pytest

from vklive.client.loop_thread import LoopThread
from vklive.errors import LocalProtocolError


@pytest.fixture
def thread():
    made = LoopThread()
    made.start()
    yield made
    made.stop()


def test_what_is_called_runs_there_and_its_result_or_error_comes_back(thread):
    async def where() -> str:
        return threading.current_thread().name

    async def fail() -> None:
        raise ValueError("there")

    assert thread.call(where()) == "vklive"
    with pytest.raises(ValueError, match="there"):
        thread.call(fail())


def test_with_the_thread_everything_in_it_ends(thread):
    threads = threading.active_count()
    ended: list[str] = []

    async def forever() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append("task")

    async def begin() -> asyncio.Task[None]:
        # A name is looked up in a thread of the loop's.
        await asyncio.get_running_loop().getaddrinfo("127.0.0.1", 1)
        task = asyncio.get_running_loop().create_task(forever())
        await asyncio.sleep(0)
        return task

    task = thread.call(begin())
    assert threading.active_count() > threads
    thread.stop()
    thread.stop()
    assert ended == ["task"]
    assert task.cancelled()
    assert threading.active_count() == threads - 1


def test_what_is_not_running_says_so_and_runs_nothing():
    made = LoopThread()

    async def never() -> None:
        raise AssertionError

    assert not made.is_running
    with pytest.raises(LocalProtocolError, match="not open"):
        made.call(never())


def test_the_thread_is_not_made_to_wait_for_itself(thread):
    async def never() -> None:
        raise AssertionError

    async def call() -> None:
        thread.call(never())

    with pytest.raises(LocalProtocolError, match="wait for itself"):
        thread.call(call())


def test_a_loop_that_cannot_be_made_is_told_to_who_starts_it(monkeypatch):
    def fail() -> asyncio.AbstractEventLoop:
        raise OSError("too many open files")

    monkeypatch.setattr(asyncio.events, "new_event_loop", fail)
    made = LoopThread()
    with pytest.raises(OSError, match="too many open files"):
        made.start()
    assert not made.is_running
