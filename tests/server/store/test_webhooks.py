"""The queue of WebHooks, however long it is."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert

from vklive.server.store import Store, parse_seed
from vklive.server.store.tables import WebhookRow
from vklive.server.store.webhooks import next_due, take_due

SEED = b"""
[[users]]
id = 1
nick = "owner"
[[applications]]
id = 7
client_id = "down"
client_secret = "a secret"
[[applications]]
id = 8
client_id = "up"
client_secret = "a secret"
"""


@pytest.fixture
async def store(database_url, clock):
    async with Store(database_url, clock=clock) as opened:
        await opened.plant(parse_seed(SEED, origin="test"))
        yield opened


async def fill(store: Store, *rows: tuple[int, int, str, float]) -> None:
    """Put events into the queue: id, application, state, and in how many seconds it is due."""
    now = store.database.now()
    common: dict[str, Any] = {"user_id": 1, "type": "channel_follow_create", "data": "{}", "created_at": now}
    async with store.database.writing() as session:
        for id_, application, state, due in rows:
            more = {"id": id_, "application_id": application, "state": state, "next_at": now + timedelta(seconds=due)}
            await session.execute(insert(WebhookRow).values(common | more))


async def test_the_first_that_waits_for_each_application_is_the_one_that_counts(store):
    await fill(
        store,
        (1, 7, "delivered", 0),
        (2, 7, "waiting", 50),
        (3, 7, "waiting", 0),
        (4, 8, "given_up", 0),
        (5, 8, "waiting", 10),
        (6, 8, "waiting", 0),
    )
    now = store.database.now()

    async def taken(seconds: float, *busy: int) -> int | None:
        async with store.database.writing() as session:
            due = await take_due(session, now=now + timedelta(seconds=seconds), busy=busy, lease=timedelta(seconds=100))
            return None if due is None else due.id

    async with store.database.reading() as session:
        assert await next_due(session, busy=()) == now + timedelta(seconds=10)
        assert await next_due(session, busy=(8,)) == now + timedelta(seconds=50)
        assert await next_due(session, busy=(7, 8)) is None
    assert await taken(9) is None
    assert await taken(60, 8) == 2
    assert await taken(60) == 5
    assert await taken(60) is None


async def test_a_look_at_the_queue_costs_nothing_for_what_waits_and_was_delivered(sqlite_url, clock):
    thousands_of_steps = 0

    def count() -> int:
        nonlocal thousands_of_steps
        thousands_of_steps += 1
        return 0

    async with Store(sqlite_url, clock=clock) as store:
        await store.plant(parse_seed(SEED, origin="test"))
        rows = [(number, 7, "delivered" if number <= 300 else "waiting", -1.0) for number in range(1, 601)]
        await fill(store, (601, 8, "waiting", 9), *rows)
        now = store.database.now()
        async with store.database.writing() as session:
            driver = (await (await session.connection()).get_raw_connection()).driver_connection
            assert driver is not None
            await driver.set_progress_handler(count, 1000)
            due = await take_due(session, now=now, busy=(), lease=timedelta(seconds=9))
            again = await take_due(session, now=now, busy=(), lease=timedelta(seconds=9))
            await next_due(session, busy=())
            await driver.set_progress_handler(None, 0)

    assert due is not None
    assert (due.id, again) == (301, None)
    assert thousands_of_steps < 5
