"""What others publish in chats is kept, and what was not said here is not made up."""

from __future__ import annotations

import asyncio
import logging

import pytest
from sqlalchemy import func, select, text

from vklive.server.directory import DirectoryUnavailableError
from vklive.server.platform.chat.archive import ATTEMPTS, OVERHEAD, PATIENCE, Archive
from vklive.server.store.database import Database
from vklive.server.store.tables import ChatMessageRow
from vklive.server.tasks import Tasks

CHAT = "api-channel-chat:42"


async def test_what_is_published_is_read_byte_for_byte_at_once(world):
    odd = '{ "id": "7", "author": {"id":"5","новое":[1]},\n "created_at": 1e3, "parts": [{"poll": 1}] }'
    world.publish(CHAT, b'{"type":"channel_chat_message_send","data":{"chat_message":%b}}' % odd.encode())
    async with world.store.database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(ChatMessageRow)) == 0
    assert await world.ids() == ["7"]
    async with world.store.database.reading() as session:
        row = await session.scalar(select(ChatMessageRow))
    assert row is not None
    assert (row.body, row.id, row.author_id) == (odd, 7, 5)


async def test_private_messages_are_for_their_user_and_limited_ones_in_no_answer(world, says):
    world.publish(CHAT, says(1))
    world.publish(f"{CHAT}#11", says(2))
    world.publish("api-channel-limited-chat:42", says(3))
    world.publish("api-channel-limited-chat:42#13", says(4))
    world.publish(CHAT, says(5))
    assert await world.ids("stranger") == [1, 2, 5]
    assert await world.ids("subscriber") == [1, 5]


async def test_a_message_that_was_taken_back_is_gone_and_stays_so(world, says, takes_back):
    for number in (1, 2, 3):
        world.publish(CHAT, says(number))
    world.publish(CHAT, takes_back(1))
    assert await world.ids() == [2, 3]
    world.publish(CHAT, takes_back(2))
    world.publish(CHAT, says(1))
    assert await world.ids() == [3]


async def test_a_message_is_taken_back_where_it_was_said(world, says, takes_back):
    world.publish(f"{CHAT}#11", says(1))
    world.publish(CHAT, takes_back(1))
    world.publish(f"{CHAT}#12", takes_back(1))
    assert await world.ids("stranger") == [1]
    world.publish(f"{CHAT}#11", takes_back(1))
    assert await world.ids("stranger") == []


async def test_what_comes_twice_is_kept_once_and_as_it_was_first(world, says):
    world.publish(CHAT, says(1, note="first"))
    world.publish(CHAT, says(1, note="again"))
    assert [message["note"] for message in await world.told()] == ["first"]
    world.publish(CHAT, says(1, note="later"))
    assert [message["note"] for message in await world.told()] == ["first"]


async def test_what_is_no_message_of_a_chat_is_passed_over_and_costs_no_other(world, says):
    said = b'{"type":"channel_chat_message_send","data":{"chat_message":%b}}'
    world.publish(CHAT, says(1))
    for ws_channel, payload in (
        (CHAT, b"no json"),
        (CHAT, b"[" * 100_000),
        (CHAT, b'{"type":"channel_chat_message_send","data":[]}'),
        (CHAT, said % b'{"id":"seven"}'),
        (CHAT, said % b'{"id":0}'),
        (CHAT, said % b'{"id":9223372036854775808}'),
        (CHAT, said % b'{"id":7,"x":"\xff"}'),
        (CHAT, b'{"type":"other","data":{"chat_message":{"id":7}}}'),
        (CHAT, b'{"type":"channel_chat_message_delete","data":{"chat_message":{"id":9223372036854775807}}}'),
        ("api-channel-info:42", said % b'{"id":7}'),
        ("other:42", said % b'{"id":7}'),
        ("api-channel-chat:999", said % b'{"id":7}'),
    ):
        world.publish(ws_channel, payload)
    world.publish(CHAT, says(2))
    assert await world.ids() == [1, 2]
    assert world.platform.chat.archive.lost == 0


async def test_a_message_is_kept_also_when_its_author_cannot_be_read(world, says):
    authors: list[object] = [None, "x", [], {"id": {}}, {"id": -1}, {"id": 2**63}, {}]
    for number, author in enumerate(authors, 1):
        world.publish(CHAT, says(number, author=author))
    assert [message["author"] for message in await world.told()] == authors


async def test_messages_said_through_the_devapi_are_recognised(world):
    await world.send("stranger")
    assert len(world.heard) == 1
    assert await world.ids() == [1]


async def test_thousands_at_once_are_kept_and_the_newest_told(world, says):
    for number in range(1, 1301):
        world.publish(CHAT, says(number))
    assert await world.ids() == list(range(1101, 1301))
    assert await world.ids(limit=2) == [1299, 1300]


async def test_of_too_many_the_oldest_are_not_kept_and_that_is_said(world, says, caplog):
    tasks = Tasks()
    archive = Archive(world.store.database, tasks, limit=3 * (OVERHEAD + 100))
    world.platform.chat.archive = archive
    with caplog.at_level(logging.WARNING, logger="vklive.server.platform.chat"):
        for number in range(1, 11):
            world.publish(CHAT, says(number, note="x" * 50))
    await archive.settled()
    assert await world.ids() == [8, 9, 10]
    assert archive.lost == 7
    assert [record.getMessage().split()[0] for record in caplog.records] == ["1", "2", "4"]


class _Down(Database):
    """A database that does not answer so many times."""

    def __init__(self, database: Database, times: int) -> None:
        self._database = database
        self.times = times

    def now(self):
        return self._database.now()

    def reading(self):
        if self.times:
            self.times -= 1
            raise DirectoryUnavailableError("gone")
        return self._database.reading()

    def writing(self):
        return self._database.writing()


@pytest.mark.parametrize(("times", "lost"), [(ATTEMPTS - 1, 0), (ATTEMPTS, 1)])
async def test_a_database_that_does_not_answer_is_asked_again_and_not_for_ever(
    world, says, times, lost, monkeypatch, caplog
):
    monkeypatch.setattr("vklive.server.platform.chat.archive.PAUSE", 0.0)
    archive = Archive(_Down(world.store.database, times), Tasks())
    world.platform.chat.archive = archive
    world.publish(CHAT, says(1))
    await archive.settled()
    # Those that come later are kept in any case.
    world.publish(CHAT, says(2))
    await archive.stop()
    assert archive.lost == lost
    assert (await _ids(world)) == ([2] if lost else [1, 2])
    assert ("the database does not take them" in caplog.text) is bool(lost)


async def _ids(world) -> list[int]:
    async with world.store.database.reading() as session:
        return list(await session.scalars(select(ChatMessageRow.id).order_by(ChatMessageRow.id)))


async def test_a_reader_does_not_wait_for_ever(world, says, monkeypatch, caplog):
    monkeypatch.setattr("vklive.server.platform.chat.archive.PATIENCE", 0.0)
    archive = Archive(_Down(world.store.database, 1), Tasks())
    world.platform.chat.archive = archive
    world.publish(CHAT, says(1))
    await asyncio.wait_for(archive.settled(), 5)
    await archive.stop()
    assert "broken off" in caplog.text
    assert archive.lost == 1


async def test_a_mistake_while_writing_costs_what_was_written_then_and_no_reader_waits_for_it(
    world, says, monkeypatch, caplog
):
    async def mistaken(*_: object, **__: object) -> None:
        monkeypatch.undo()
        raise ZeroDivisionError

    monkeypatch.setattr("vklive.server.platform.chat.archive.keep", mistaken)
    world.publish(CHAT, says(1))
    async with asyncio.timeout(PATIENCE / 2):
        assert await world.ids() == []
    world.publish(CHAT, says(2))
    assert await world.ids() == [2]
    assert world.platform.chat.archive.lost == 1
    assert "archive of chats failed" in caplog.text


async def test_what_waits_is_written_when_the_server_stops(world, says):
    for number in range(1, 4):
        world.publish(CHAT, says(number))
    await world.platform.chat.stop()
    assert await _ids(world) == [1, 2, 3]


async def test_a_channel_that_goes_meanwhile_costs_no_message_of_others(world, says):
    world.publish("api-channel-chat:43", says(1))
    world.publish(CHAT, says(1))
    async with world.store.database.writing() as session:
        await session.execute(text("DELETE FROM channels WHERE id = 43"))
    assert await world.ids() == [1]
