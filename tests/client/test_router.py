"""Handlers: called for what they asked for, and their mistakes are theirs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from vklive.client.queue import EventQueue, Overflow
from vklive.client.router import Router
from vklive.events import ChatMessageDeleted, Connected, DeletedChatMessage, Event, EventData
from vklive.testing.loop import run_virtual


def event(data: EventData) -> Event:
    return Event(
        type=data.event_type,
        data=data,
        channel_url="s",
        topic="chat",
        ws_channel="c",
        position=None,
        received_at=datetime(2027, 1, 1, tzinfo=UTC),
        raw=b"{}",
    )


def deleted(number: int) -> Event:
    return event(ChatMessageDeleted(chat_message=DeletedChatMessage(id=number)))


async def stream_of(events: list[Event]) -> AsyncIterator[Event]:
    for each in events:
        yield each


class Queued:
    """An iterator that several may take from, as a stream is."""

    def __init__(self, events: list[Event]) -> None:
        self.queue = EventQueue(limit=100, overflow=Overflow.DROP_NEWEST)
        for each in events:
            self.queue.put_now(each)
        self.queue.close()

    def __aiter__(self):
        return self

    async def __anext__(self) -> Event:
        return await self.queue.get()


def test_a_handler_gets_what_it_asked_for_in_order_and_may_be_a_plain_function():
    router = Router()
    seen: list[str] = []

    @router.on(ChatMessageDeleted)
    async def deletions(one: Event) -> None:
        assert isinstance(one.data, ChatMessageDeleted)
        seen.append(f"deleted {one.data.chat_message.id}")

    @router.on(Connected)
    def connections(one: Event) -> None:
        seen.append("connected")

    @router.on()
    def all_of_them(one: Event) -> None:
        seen.append("any")

    events = [event(Connected(attempt=1, client_id="c")), deleted(1), deleted(2)]
    run_virtual(router.run(stream_of(events)))
    assert seen == ["connected", "any", "deleted 1", "any", "deleted 2", "any"]


def test_a_condition_narrows_what_is_handled():
    router = Router()
    seen: list[Event] = []
    router.on(ChatMessageDeleted, where=lambda one: one.topic == "info")(seen.append)
    run_virtual(router.run(stream_of([deleted(1)])))
    assert seen == []


def test_a_handlers_mistake_is_reported_with_its_name_and_stops_nothing(caplog):
    told: list[tuple[str, str, str]] = []
    router = Router(on_error=lambda error, one, name: told.append((str(error), one.type, name)))
    seen: list[Event] = []

    @router.on(ChatMessageDeleted)
    async def clumsy(one: Event) -> None:
        raise ValueError("a mistake")

    router.on(ChatMessageDeleted)(seen.append)
    run_virtual(router.run(stream_of([deleted(1), deleted(2)])))
    assert len(seen) == 2
    assert told[0][:2] == ("a mistake", "channel_chat_message_delete")
    assert told[0][2].endswith("clumsy")
    assert "clumsy failed" in caplog.text
    assert "a mistake" in caplog.text


def test_a_condition_that_fails_is_a_mistake_like_any_other(caplog):
    router = Router()
    router.on(where=lambda one: one.data.nothing)(lambda one: None)  # type: ignore[attr-defined]
    run_virtual(router.run(stream_of([deleted(1)])))
    assert "no attribute 'nothing'" in caplog.text


def test_several_events_are_handled_at_a_time_where_that_is_asked_for():
    async def run(concurrency: int) -> float:
        router = Router()

        @router.on(ChatMessageDeleted)
        async def slow(one: Event) -> None:
            await asyncio.sleep(10)

        await router.run(Queued([deleted(number) for number in range(8)]), concurrency=concurrency)
        return asyncio.get_running_loop().time()

    assert run_virtual(run(1)) == pytest.approx(80)
    assert run_virtual(run(4)) == pytest.approx(20)


def test_nothing_at_a_time_is_refused():
    async def run() -> None:
        with pytest.raises(ValueError, match="at least one"):
            await Router().run(stream_of([]), concurrency=0)

    run_virtual(run())


def test_the_error_that_ends_a_stream_ends_the_router():
    async def broken() -> AsyncIterator[Event]:
        yield deleted(1)
        raise ConnectionError("over")

    async def run() -> None:
        with pytest.raises(ConnectionError, match="over"):
            await Router().run(broken())

    run_virtual(run())


def test_events_of_a_generator_may_be_handled_several_at_a_time():
    async def run() -> float:
        router = Router()

        @router.on(ChatMessageDeleted)
        async def slow(one: Event) -> None:
            await asyncio.sleep(10)

        async def generated() -> AsyncIterator[Event]:
            for number in range(8):
                await asyncio.sleep(0.1)
                yield deleted(number)

        await router.run(generated(), concurrency=4)
        return asyncio.get_running_loop().time()

    assert run_virtual(run()) == pytest.approx(20.8, abs=0.5)


def test_with_the_error_that_ends_a_stream_no_handler_is_left_running():
    async def broken() -> AsyncIterator[Event]:
        yield deleted(1)
        await asyncio.sleep(1)
        raise ConnectionError("over")

    async def run() -> list[str]:
        router = Router()
        seen: list[str] = []

        @router.on(ChatMessageDeleted)
        async def slow(one: Event) -> None:
            try:
                await asyncio.sleep(100)
            finally:
                seen.append("let go")

        with pytest.raises(ConnectionError, match="over"):
            await router.run(broken(), concurrency=2)
        assert len(asyncio.all_tasks()) == 1
        return seen

    assert run_virtual(run()) == ["let go"]


def test_a_mistake_of_the_error_hook_stops_nothing(caplog):
    def clumsy_hook(error: Exception, one: Event, name: str) -> None:
        raise ValueError("a mistake in the hook")

    router = Router(on_error=clumsy_hook)
    seen: list[Event] = []

    @router.on(ChatMessageDeleted)
    async def clumsy(one: Event) -> None:
        raise ValueError("a mistake")

    router.on(ChatMessageDeleted)(seen.append)
    run_virtual(router.run(stream_of([deleted(1), deleted(2)])))
    assert len(seen) == 2
    assert "a mistake in the hook" in caplog.text


def test_who_cancels_the_router_cancels_its_handlers():
    async def run() -> None:
        router = Router()

        @router.on(ChatMessageDeleted)
        async def slow(one: Event) -> None:
            await asyncio.sleep(100)

        with pytest.raises(TimeoutError):
            async with asyncio.timeout(1):
                await router.run(stream_of([deleted(1)]), concurrency=3)
        assert len(asyncio.all_tasks()) == 1

    run_virtual(run())


def test_a_handler_that_hangs_is_cancelled_and_reported_and_the_others_go_on():
    async def scene() -> None:
        mistakes: list[tuple[str, str]] = []
        handled: list[int] = []
        router = Router(
            on_error=lambda error, _, name: mistakes.append((type(error).__name__, name.rpartition(".")[2]))
        )

        @router.on(ChatMessageDeleted, timeout=5)
        async def hangs(_: Event) -> None:
            await asyncio.Event().wait()

        @router.on(ChatMessageDeleted)
        async def works(each: Event) -> None:
            assert isinstance(each.data, ChatMessageDeleted)
            handled.append(each.data.chat_message.id)

        await router.run(stream_of([deleted(1), deleted(2)]))
        assert handled == [1, 2]
        assert mistakes == [("TimeoutError", "hangs")] * 2
        assert asyncio.get_running_loop().time() == pytest.approx(10)

    run_virtual(scene())


def test_a_handler_that_is_given_all_the_time_takes_it():
    async def scene() -> None:
        router = Router()
        done: list[float] = []

        @router.on(ChatMessageDeleted, timeout=None)
        async def slow(_: Event) -> None:
            await asyncio.sleep(3600)
            done.append(asyncio.get_running_loop().time())

        await router.run(stream_of([deleted(1)]))
        assert done == [3600]

    run_virtual(scene())
