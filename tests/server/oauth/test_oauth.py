"""What has ended is deleted while the server runs, whatever happens meanwhile."""

from __future__ import annotations

import asyncio
import contextlib
from contextlib import asynccontextmanager

from sqlalchemy import func, select

from vklive.server.directory import DirectoryUnavailableError
from vklive.server.oauth import oauth as module
from vklive.server.oauth.oauth import OAuth
from vklive.server.settings import OAuthSettings
from vklive.server.store import Store, parse_seed
from vklive.server.store.tables import AccessTokenRow

SEED = b"[[users]]\nid = 7\nnick = 'Anna'\n"


async def test_it_is_done_again_and_again_also_after_the_database_did_not_answer(
    sqlite_url, clock, monkeypatch, caplog
):
    monkeypatch.setattr(module, "TIDY_EVERY", 0.01)
    async with Store(sqlite_url, clock=clock) as store:
        await store.plant(parse_seed(SEED, origin="seed"))
        writing, failures, works = store.database.writing, [1, 1], asyncio.Event()

        @asynccontextmanager
        async def sometimes():
            if failures:
                failures.pop()
                raise DirectoryUnavailableError("it sleeps")
            works.set()
            async with writing() as session:
                yield session

        monkeypatch.setattr(store.database, "writing", sometimes)
        tidying = asyncio.ensure_future(OAuth(store, OAuthSettings(), clock=clock).keep_tidy())
        try:
            async with asyncio.timeout(20):
                await works.wait()
                for _ in range(2):
                    await store.issue_access_token(user_id=7, ttl=60.0)
                    clock.advance(60.0)
                    while await count(store):
                        assert not tidying.done()
        finally:
            tidying.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await tidying
    assert caplog.text.count("it sleeps") == 2


async def count(store: Store) -> int:
    async with store.database.reading() as session:
        return (await session.scalar(select(func.count()).select_from(AccessTokenRow))) or 0
