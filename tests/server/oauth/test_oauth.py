"""What has ended is deleted while the server runs."""

from __future__ import annotations

import asyncio

from sqlalchemy import func, select

from vklive.server.app import Server
from vklive.server.settings import Settings, TokenSettings
from vklive.server.store import Store, parse_seed
from vklive.server.store.tables import AccessTokenRow

SEED = b"[[users]]\nid = 7\nnick = 'Anna'\n"


async def test_a_server_deletes_what_has_ended(sqlite_url):
    settings = Settings(port=0, database_url=sqlite_url, tokens=TokenSettings(secret="0123456789abcdef" * 2))
    async with Server(settings) as server:
        store = server._store
        await store.plant(parse_seed(SEED, origin="seed"))
        kept = await store.issue_access_token(user_id=7)
        ended = await store.issue_access_token(user_id=7)
        await store.revoke_access_token(ended)
    async with Server(settings) as server:
        async with asyncio.timeout(20):
            while await count(server._store) > 1:
                pass
        assert await server._store.bearer(kept) is not None


async def count(store: Store) -> int:
    async with store.database.reading() as session:
        return (await session.scalar(select(func.count()).select_from(AccessTokenRow))) or 0
