"""The queue between connection and program: bounded, ordered, and honest about what it lets go."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vklive.client import queue as module
from vklive.client.queue import EventQueue, Overflow
from vklive.errors import LocalProtocolError, QueueOverflowError
from vklive.events import Connected, Dropped, Event, decode_payload
from vklive.testing.loop import run_virtual

NOW = datetime(2027, 1, 1, tzinfo=UTC)


def event(number: int) -> Event:
    raw = b'{"type":"test","data":%d}' % number
    kind, data = decode_payload(raw)
    return Event(
        type=kind, data=data, channel_url="s", topic="chat", ws_channel="c", position=None, received_at=NOW, raw=raw
    )


def lifecycle(number: int) -> Event:
    data = Connected(attempt=number, client_id="c")
    return Event(
        type=data.event_type,
        data=data,
        channel_url="s",
        topic="",
        ws_channel="",
        position=None,
        received_at=NOW,
        raw=b"",
    )


def seen(one: Event) -> int | str:
    match one.data:
        case Dropped(count=count):
            return f"dropped {count}"
        case Connected(attempt=attempt):
            return f"connected {attempt}"
        case _:
            return int(one.raw[22:-1])


def drain(queue: EventQueue) -> list[int | str]:
    async def take() -> list[int | str]:
        queue.close()
        found: list[int | str] = []
        while True:
            try:
                found.append(seen(await queue.get()))
            except StopAsyncIteration:
                return found

    return run_virtual(take())


def filled(overflow: Overflow, count: int, *, limit: int = 3) -> EventQueue:
    queue = EventQueue(limit=limit, overflow=overflow)
    for number in range(count):
        queue.put_now(event(number))
    return queue


def test_what_fits_comes_out_in_order():
    queue = filled(Overflow.DROP_OLDEST, 3)
    assert queue.depth == 3
    assert drain(queue) == [0, 1, 2]
    assert (queue.depth, queue.dropped) == (0, 0)


def test_the_oldest_make_room_and_the_hole_is_told_where_it_is():
    queue = filled(Overflow.DROP_OLDEST, 8)
    assert queue.dropped == 5
    assert drain(queue) == ["dropped 5", 5, 6, 7]


def test_the_newest_are_let_go_and_the_hole_is_told_where_it_is():
    queue = filled(Overflow.DROP_NEWEST, 8)
    assert queue.dropped == 5
    assert drain(queue) == [0, 1, 2, "dropped 5"]


def test_a_hole_before_an_event_that_found_room_again_is_told_before_it():
    async def scene() -> list[int | str]:
        queue = filled(Overflow.DROP_NEWEST, 5)
        first = seen(await queue.get())
        queue.put_now(event(9))
        return [first, *[seen(await queue.get()) for _ in range(4)]]

    assert run_virtual(scene()) == [0, 1, 2, "dropped 2", 9]


def test_an_episode_is_warned_about_once(caplog):
    filled(Overflow.DROP_OLDEST, 100)
    assert len(caplog.records) == 1
    assert "come faster than they are taken" in caplog.text


def test_a_program_that_would_rather_stop_gets_what_was_there_and_then_the_error():
    async def scene() -> None:
        queue = filled(Overflow.DISCONNECT, 4)
        assert [seen(await queue.get()) for _ in range(3)] == [0, 1, 2]
        with pytest.raises(QueueOverflowError) as stopped:
            await queue.get()
        assert stopped.value.limit == 3

    run_virtual(scene())


def test_who_blocks_waits_for_room_and_loses_nothing():
    async def scene() -> None:
        queue = EventQueue(limit=2, overflow=Overflow.BLOCK)

        async def produce() -> None:
            for number in range(50):
                await queue.room()
                queue.put_now(event(number))
            queue.close()

        async with asyncio.TaskGroup() as group:
            group.create_task(produce())
            found = []
            await asyncio.sleep(1)
            assert queue.depth == 2
            with pytest.raises(StopAsyncIteration):
                while True:
                    found.append(seen(await queue.get()))
        assert found == list(range(50))

    run_virtual(scene())


def test_a_blocked_producer_is_let_go_when_the_queue_is_closed():
    async def scene() -> None:
        queue = filled(Overflow.BLOCK, 3)
        async with asyncio.TaskGroup() as group:
            waiting = group.create_task(queue.room())
            await asyncio.sleep(1)
            assert not waiting.done()
            queue.close()

    run_virtual(scene())


def test_what_cannot_wait_is_not_put_into_a_full_queue_that_waits():
    with pytest.raises(LocalProtocolError):
        filled(Overflow.BLOCK, 4)


@pytest.mark.parametrize("overflow", list(Overflow))
def test_what_happens_to_the_connection_is_never_dropped_and_keeps_its_place(overflow):
    queue = EventQueue(limit=2, overflow=overflow)
    queue.put_now(lifecycle(1))
    queue.put_now(event(0))
    queue.put_now(lifecycle(2))
    queue.put_now(event(1))
    queue.put_now(lifecycle(3))
    assert queue.depth == 2
    assert drain(queue) == ["connected 1", 0, "connected 2", 1, "connected 3"]


@pytest.mark.parametrize("overflow", list(Overflow))
def test_of_a_program_that_takes_nothing_for_hours_only_the_latest_of_the_connection_is_kept(
    overflow, monkeypatch, caplog
):
    monkeypatch.setattr(module, "CONNECTION_LIMIT", 3)
    queue = EventQueue(limit=2, overflow=overflow)
    queue.put_now(event(0))
    queue.put_now(lifecycle(1))
    queue.put_now(event(1))
    for number in range(2, 10):
        queue.put_now(lifecycle(number))
    assert queue.dropped == 7
    assert [record.getMessage() for record in caplog.records] == [
        "nobody takes the events of 's'; the oldest are dropped"
    ]
    assert drain(queue) == [0, "dropped 7", 1, "connected 8", "connected 9"]


def test_an_error_is_raised_after_everything_was_taken():
    async def scene() -> None:
        queue = filled(Overflow.DROP_OLDEST, 1)
        queue.close(RuntimeError("why"))
        queue.close()
        queue.put_now(event(5))
        assert seen(await queue.get()) == 0
        with pytest.raises(RuntimeError, match="why"):
            await queue.get()

    run_virtual(scene())


def test_a_cancelled_get_loses_nothing():
    async def scene() -> None:
        queue = EventQueue()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(1):
                await queue.get()
        queue.put_now(event(1))
        assert seen(await queue.get()) == 1

    run_virtual(scene())


def test_a_queue_that_holds_nothing_is_refused():
    with pytest.raises(ValueError, match="at least one"):
        EventQueue(limit=0)


@given(
    st.sampled_from([Overflow.DROP_OLDEST, Overflow.DROP_NEWEST]),
    st.integers(1, 5),
    st.lists(st.sampled_from(["put", "put", "put", "tell", "get"]), max_size=60),
)
@settings(deadline=None)
def test_nothing_is_lost_without_being_counted_and_the_limit_holds(overflow, limit, steps):
    async def scene() -> None:
        queue = EventQueue(limit=limit, overflow=overflow)
        put: list[int | str] = []
        got: list[int | str] = []
        for number, step in enumerate(steps):
            if step == "put":
                queue.put_now(event(number))
                put.append(number)
            elif step == "tell":
                queue.put_now(lifecycle(number))
                put.append(f"connected {number}")
            elif queue.depth:
                got.append(seen(await queue.get()))
            assert queue.depth <= limit
        queue.close()
        while True:
            try:
                got.append(seen(await queue.get()))
            except StopAsyncIteration:
                break
        told = sum(int(str(one).removeprefix("dropped ")) for one in got if str(one).startswith("dropped"))
        heard = [one for one in got if not str(one).startswith("dropped")]
        assert told == queue.dropped
        assert len(heard) + told == len(put)
        assert heard == [one for one in put if one in heard]
        assert [one for one in heard if isinstance(one, str)] == [one for one in put if isinstance(one, str)]

    run_virtual(scene())


@given(
    st.sampled_from([Overflow.DROP_OLDEST, Overflow.DROP_NEWEST]),
    st.lists(st.sampled_from(["put", "tell", "tell", "tell", "get"]), max_size=60),
)
@settings(deadline=None)
def test_nobody_taking_anything_costs_no_more_than_both_limits_and_every_loss_is_told(overflow, steps):
    async def scene() -> None:
        queue = EventQueue(limit=2, overflow=overflow)
        put = 0
        got: list[int | str] = []
        for number, step in enumerate(steps):
            if step == "get":
                if queue.depth:
                    got.append(seen(await queue.get()))
                continue
            queue.put_now(event(number) if step == "put" else lifecycle(number))
            put += 1
            assert len(queue._events) <= 2 + 4
        queue.close()
        while True:
            try:
                got.append(seen(await queue.get()))
            except StopAsyncIteration:
                break
        told = sum(int(str(one).removeprefix("dropped ")) for one in got if str(one).startswith("dropped"))
        heard = [one for one in got if not str(one).startswith("dropped")]
        assert told == queue.dropped
        assert len(heard) + told == put

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "CONNECTION_LIMIT", 4)
        run_virtual(scene())


def test_who_waits_for_the_queue_to_be_emptied_waits_for_the_last_event_and_the_last_word():
    async def scene() -> None:
        queue = filled(Overflow.DROP_NEWEST, 5)
        queue.put_now(lifecycle(1))
        queue.close()
        waiting = asyncio.ensure_future(queue.emptied())
        taken = []
        for _ in range(5):
            await asyncio.sleep(1)
            assert not waiting.done()
            taken.append(seen(await queue.get()))
        await waiting
        assert taken == [0, 1, 2, "dropped 2", "connected 1"]

    run_virtual(scene())
