"""What was said long ago is forgotten, and nothing else is."""

from __future__ import annotations

import asyncio
import logging

from sqlalchemy import func, select

from vklive.server.directory import DirectoryUnavailableError
from vklive.server.platform.chat import retention
from vklive.server.platform.chat.retention import Retention
from vklive.server.store.database import Database
from vklive.server.store.tables import ChatMessageRow

CHAT = "api-channel-chat:42"
DAY = 86_400.0


async def test_only_what_is_too_old_is_forgotten_in_batches(world, says, monkeypatch):
    monkeypatch.setattr(retention, "BATCH", 3)
    for number in range(1, 9):
        world.publish(CHAT, says(number))
    await world.ids()
    world.clock.advance(DAY)
    world.publish(CHAT, says(9))
    await world.ids()
    sweeper = Retention(world.store.database, seconds=DAY)
    assert await sweeper.sweep() == 0
    world.clock.advance(1)
    assert await sweeper.sweep() == 8
    assert await world.ids() == [9]
    assert await sweeper.sweep() == 0


async def test_it_goes_on_by_itself_until_it_is_ended(world, says, monkeypatch, caplog):
    monkeypatch.setattr(retention, "INTERVAL", 0.0)
    world.publish(CHAT, says(1))
    await world.ids()
    sweeper = Retention(world.store.database, seconds=DAY)
    running = asyncio.ensure_future(sweeper.run())
    assert await count(world) == 1
    world.clock.advance(DAY + 1)
    with caplog.at_level(logging.INFO, logger="vklive.server.platform.chat"):
        async with asyncio.timeout(20):
            while await count(world):
                pass
            sweeper.end()
            await running
    assert "1 messages of chats were older than 1 day" in caplog.text


async def count(world) -> int:
    async with world.store.database.reading() as session:
        return await session.scalar(select(func.count()).select_from(ChatMessageRow)) or 0


async def test_a_database_that_does_not_answer_is_asked_again(monkeypatch, caplog, clock):
    monkeypatch.setattr(retention, "INTERVAL", 0.0)
    asked = 0

    class Down(Database):
        def __init__(self):
            pass

        def now(self):
            nonlocal asked
            asked += 1
            if asked > 1:
                sweeper.end()
            raise DirectoryUnavailableError("gone")

    sweeper = Retention(Down(), seconds=DAY)
    await asyncio.wait_for(sweeper.run(), 5)
    assert asked == 2
    assert "old messages of chats stay for now" in caplog.text
