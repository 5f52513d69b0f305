"""What there is to watch, on SQLite and on a real PostgreSQL alike."""

from __future__ import annotations

import pytest
import pytest_asyncio
from sqlalchemy import event, text

from vklive.server.store import Store, catalog, parse_seed
from vklive.server.store.catalog import Wanted
from vklive.server.store.tables import StreamRow

SEED = """
[[users]]
id = 1
nick = "owner"

[[categories]]
id = "chess"
title = "Шахматы и Шашки"
type = "game"
cover_url = "https://example/chess.png"
[[categories]]
id = "ege"
title = "ЁЖ 100%_Fun"
type = "game"
[[categories]]
id = "talk"
title = "Говорим про шахматы"
type = "irl"

[[channels]]
id = 42
url = "a"
owner = 1
live = true
stream = { id = "s42", viewers = 5, category = { id = "chess", title = "Шахматы и Шашки", type = "game" } }
[[channels]]
id = 43
url = "b"
owner = 1
live = true
stream = { id = "s43", viewers = 9, video_id = "v", category = { id = "talk", title = "Talk", type = "irl" } }
[[channels]]
id = 44
url = "c"
owner = 1
live = true
stream = { id = "s44", viewers = 5, category = { id = "chess", title = "Шахматы и Шашки", type = "game" } }
[[channels]]
id = 45
url = "banned"
owner = 1
live = true
banned = true
stream = { id = "s45", viewers = 1000, category = { id = "chess", title = "Шахматы и Шашки", type = "game" } }
[[channels]]
id = 46
url = "silent"
owner = 1
stream = { category = { id = "chess" } }
[[channels]]
id = 47
url = "plain"
owner = 1
live = true
stream = { id = "s47" }
"""


@pytest_asyncio.fixture
async def store(database_url, clock):
    async with Store(database_url, clock=clock) as opened:
        await opened.plant(parse_seed(SEED.encode(), origin="test.toml"))
        async with opened.database.writing() as session:
            now = opened.database.now()
            chess = {"category_id": "chess", "category_title": "Шахматы и Шашки", "category_type": "game"}
            session.add_all(
                [
                    StreamRow(
                        id="second", channel_id=43, viewers=7, started_at=now, slot_id=1, slot_url="two", **chess
                    ),
                    StreamRow(id="over", channel_id=44, viewers=99, started_at=now, ended_at=now, **chess),
                ]
            )
        yield opened


async def on(store, *, offset: int = 0, limit: int = 10, **wanted) -> list[str]:
    async with store.database.reading() as session:
        return [row.id for row in await catalog.streams_on(session, Wanted(**wanted), offset=offset, limit=limit)]


async def test_each_channel_is_there_once_with_what_most_watch_of_it(store):
    assert await on(store) == ["s43", "s42", "s44", "s47"]


async def test_every_stream_is_there_when_that_is_asked_for(store):
    assert await on(store, every=True) == ["s43", "second", "s42", "s44", "s47"]


@pytest.mark.parametrize("every", [False, True])
async def test_parts_together_are_the_whole(store, every):
    whole = await on(store, every=every)

    for limit in (1, 2, 3):
        parts = [await on(store, every=every, offset=at, limit=limit) for at in range(0, len(whole) + limit, limit)]
        assert [id_ for part in parts for id_ in part] == whole


async def test_filters_leave_what_is_wanted_and_of_a_channel_the_stream_that_is(store):
    assert await on(store, category_id="chess") == ["second", "s42", "s44"]
    assert await on(store, category_type="irl") == ["s43"]
    assert await on(store, with_video=True) == ["s43"]
    assert await on(store, with_video=True, category_id="chess") == []
    assert await on(store, category_id="' OR 1=1 --") == []


async def categories(store, category_type: str = "", *, offset: int = 0, limit: int = 10) -> list[tuple[str, int]]:
    async with store.database.reading() as session:
        found = await catalog.online_categories(session, category_type=category_type, offset=offset, limit=limit)
    return [(each.category.id, each.viewers) for each in found]


async def test_categories_of_which_something_is_on_with_all_their_viewers(store):
    assert await categories(store) == [("chess", 17), ("talk", 9)]
    assert await categories(store, "irl") == [("talk", 9)]
    assert await categories(store, offset=1, limit=1) == [("talk", 9)]


async def test_a_category_with_its_viewers_and_one_that_nobody_watches(store):
    async with store.database.reading() as session:
        chess = await catalog.watched_category(session, "chess")
        ege = await catalog.watched_category(session, "ege")
        nothing = await catalog.watched_category(session, "nothing")

    assert chess is not None
    assert ege is not None
    assert (chess.category.title, chess.category.cover_url) == ("Шахматы и Шашки", "https://example/chess.png")
    assert (chess.viewers, ege.viewers, nothing) == (17, 0, None)
    assert isinstance(chess.viewers, int)


@pytest.mark.parametrize(
    ("words", "category_type", "found"),
    [
        ("шахматы и", "", ["chess"]),
        ("ШАХМАТ", "", ["chess", "talk"]),
        ("ШАХМАТ", "irl", ["talk"]),
        ("шашки", "irl", []),
        ("ёж", "", ["ege"]),
        ("ЁЖ", "", ["ege"]),
        ("fUN", "", ["ege"]),
        ("%_", "", ["ege"]),
        ("%", "", ["ege"]),
        ("_", "", ["ege"]),
        ("/", "", []),
        ("шахматы%шашки", "", []),
    ],
)
async def test_a_category_is_found_by_a_part_of_its_title_whatever_its_case(store, words, category_type, found):
    async with store.database.reading() as session:
        hits = await catalog.search(session, words, category_type=category_type, limit=10)

    assert [each.category.id for each in hits] == found


async def test_a_search_gives_no_more_than_it_is_asked_for_and_the_most_watched_first(store):
    async with store.database.reading() as session:
        hits = await catalog.search(session, "шахмат", category_type="", limit=1)

    assert [(each.category.id, each.viewers) for each in hits] == [("chess", 17)]


async def test_a_category_whose_title_changes_is_found_by_the_new_one(store):
    await store.plant(parse_seed("[[categories]]\nid = 'chess'\ntitle = 'ПОКЕР'\n".encode(), origin="test.toml"))

    async with store.database.reading() as session:
        (found,) = await catalog.search(session, "покер", category_type="", limit=9)
        assert found.category.id == "chess"
        assert await catalog.search(session, "шашки", category_type="", limit=9) == []


async def test_what_only_a_stream_names_is_a_category_and_what_is_one_stays_as_it_is(store):
    channels = "\n".join(
        f"[[channels]]\nid = {id_}\nurl = '{id_}'\nowner = 1\nlive = true\nstream.category = {about}"
        for id_, about in ((90, "{ id = 'new', title = 'New' }"), (91, "{ id = 'new' }"), (92, "{ id = 'chess' }"))
    )
    await store.plant(parse_seed(channels.encode(), origin="test.toml"))

    async with store.database.reading() as session:
        new, chess = await catalog.category(session, "new"), await catalog.category(session, "chess")
        assert new is not None
        assert chess is not None
        assert chess.title == "Шахматы и Шашки"


async def test_no_more_channels_are_read_than_are_shown(store):
    read: list[int] = []

    def loaded(*_: object) -> None:
        read.append(1)

    event.listen(StreamRow, "load", loaded)
    try:
        await on(store, limit=2)
    finally:
        event.remove(StreamRow, "load", loaded)

    assert len(read) == 2


async def test_what_is_on_is_found_without_a_look_at_all_that_was(sqlite_url, clock):
    # PostgreSQL plans by what it has counted; in a small table it looks at every row.
    async with Store(sqlite_url, clock=clock) as store, store.database.reading() as session:
        plan = await session.execute(text("EXPLAIN QUERY PLAN SELECT id FROM streams WHERE ended_at IS NULL"))

        assert "ix_streams_ended_at" in str(plan.all())
