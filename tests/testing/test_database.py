"""The database in memory is the server's own, and takes no virtual time."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from vklive.server.directory import User
from vklive.server.store import Store, parse_seed
from vklive.testing.clock import VirtualClock
from vklive.testing.database import memory_engine
from vklive.testing.loop import run_virtual

SEED = b"""
[[users]]
id = 7
nick = "Anna"
access_tokens = ["token of anna"]
"""


def in_a_store(work):
    async def play():
        clock = VirtualClock(lambda: asyncio.get_running_loop().time())
        async with Store(memory_engine(), clock=clock) as store:
            return await work(store)

    return run_virtual(play())


def test_what_is_planted_is_found():
    async def work(store: Store):
        await store.plant(parse_seed(SEED, origin="test"))
        return await store.bearer("token of anna")

    bearer = in_a_store(work)

    assert bearer is not None
    assert bearer.viewer == User(id=7, nick="Anna")


def test_no_virtual_time_passes_even_when_many_ask_at_once():
    async def work(store: Store):
        loop = asyncio.get_running_loop()
        began = loop.time()
        # A timer that would be jumped to, if anything waited for something outside of the loop.
        timer = loop.call_later(0.001, lambda: None)
        await store.plant(parse_seed(SEED, origin="test"))
        await asyncio.gather(*(store.bearer("token of anna") for _ in range(20)))
        timer.cancel()
        return loop.time() - began

    assert in_a_store(work) == 0.0


def test_each_has_a_database_of_its_own():
    async def plant(store: Store):
        await store.plant(parse_seed(SEED, origin="test"))

    in_a_store(plant)

    assert in_a_store(lambda store: store.bearer("token of anna")) is None


def test_what_contradicts_itself_is_refused_and_nothing_of_it_stays():
    async def work(store: Store):
        with pytest.raises(IntegrityError):
            async with store.database.writing() as session:
                await session.execute(text("INSERT INTO users (id, nick) VALUES (1, 'one')"))
                await session.execute(text("INSERT INTO channels (id, url, owner_id, nick) VALUES (1, 'x', 2, 'x')"))
        async with store.database.reading() as session:
            return (await session.execute(text("SELECT count(*) FROM users"))).scalar_one()

    assert in_a_store(work) == 0
