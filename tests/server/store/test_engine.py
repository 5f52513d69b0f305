"""Addresses of databases, and what SQLite has to be told."""

from __future__ import annotations

import asyncio
import logging
import sys

import pytest
from sqlalchemy import text

from vklive.errors import ConfigError, MissingExtraError
from vklive.server.store.engine import create_engine, prepare_file


@pytest.mark.parametrize(
    "url",
    [
        "",
        "vklive.sqlite3",
        "sqlite:///vklive.sqlite3",
        "postgresql://someone:hunter2@host/database",
        "mysql+aiomysql://someone:hunter2@host/database",
        "postgresql+asyncpg://someone:hunter2@host:port/database",
    ],
)
def test_other_addresses_are_refused_with_a_hint_and_without_the_password(url):
    with pytest.raises(ConfigError) as caught:
        create_engine(url)

    assert caught.value.where == "database_url"
    assert "sqlite+aiosqlite:///" in caught.value.hint
    assert "hunter2" not in str(caught.value)


def test_without_asyncpg_the_error_names_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "asyncpg", None)

    with pytest.raises(MissingExtraError) as caught:
        create_engine("postgresql+asyncpg://someone@host/database")

    assert caught.value.extra == "postgres"


async def test_no_log_has_the_parameters_of_statements(database_url, caplog):
    caplog.set_level(logging.DEBUG)
    engine = create_engine(database_url)
    async with engine.connect() as connection:
        found = await connection.execute(text("SELECT CAST(:secret AS TEXT)"), {"secret": "hunter2"})
        assert found.scalar_one() == "hunter2"
    await engine.dispose()

    assert "hunter2" not in caplog.text


async def test_sqlite_keeps_references_and_lets_readers_read_while_one_writes(sqlite_url):
    engine = create_engine(sqlite_url)
    await prepare_file(engine)
    async with engine.connect() as connection:
        settings = {
            name: (await connection.execute(text(f"PRAGMA {name}"))).scalar_one()
            for name in ("foreign_keys", "journal_mode", "busy_timeout")
        }
    await engine.dispose()

    assert settings == {"foreign_keys": 1, "journal_mode": "wal", "busy_timeout": 5000}


async def test_a_failed_transaction_on_sqlite_takes_changed_tables_back_too(sqlite_url):
    engine = create_engine(sqlite_url)
    async with engine.connect() as connection:
        await connection.execute(text("CREATE TABLE half_done (id INTEGER)"))
        await connection.rollback()
    async with engine.connect() as connection:
        tables = (await connection.execute(text("SELECT name FROM sqlite_master"))).all()
    await engine.dispose()

    assert tables == []


async def test_a_file_is_prepared_by_many_at_once(sqlite_url):
    async def prepare() -> None:
        engine = create_engine(sqlite_url)
        await prepare_file(engine)
        await engine.dispose()

    await asyncio.gather(*(prepare() for _ in range(20)))


async def test_there_is_no_file_to_prepare_for_other_databases():
    for url in ("sqlite+aiosqlite://", "sqlite+aiosqlite:///:memory:", "postgresql+asyncpg://someone@host/database"):
        await prepare_file(create_engine(url))
