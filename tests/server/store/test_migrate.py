"""The migrations make exactly the tables of the models, on both databases."""

from __future__ import annotations

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text

from vklive.errors import ConfigError
from vklive.server.store.engine import create_engine, exclusive
from vklive.server.store.migrate import alembic_config, migrate
from vklive.server.store.tables import Table


@pytest.fixture
async def engine(database_url):
    engine = create_engine(database_url)
    yield engine
    await engine.dispose()


def default_differs(context, _, __, inspected, ___, rendered) -> bool | None:
    # Alembic takes '' and ('') for different defaults on SQLite; on PostgreSQL it asks the database.
    if context.dialect.name != "sqlite" or inspected is None or rendered is None:
        return None
    return bool(inspected.strip("()'") != rendered.strip("()'"))


async def test_models_and_migrations_agree(engine):
    def differences(connection: Connection) -> list[object]:
        context = MigrationContext.configure(connection, opts={"compare_server_default": default_differs})
        found: list[object] = compare_metadata(context, Table.metadata)
        return found

    await migrate(engine)

    async with engine.connect() as connection:
        assert await connection.run_sync(differences) == []


async def test_constraints_of_models_and_migrations_agree(engine):
    def constraints(connection: Connection) -> dict[str, set[str | None]]:
        looked_up = inspect(connection)
        return {
            table: {check["name"] for check in looked_up.get_check_constraints(table)}
            for table in Table.metadata.tables
        }

    await migrate(engine)
    async with engine.connect() as connection:
        migrated = await connection.run_sync(constraints)
    async with engine.begin() as connection:
        await connection.execute(text("DROP TABLE alembic_version"))
        await connection.run_sync(Table.metadata.drop_all)
        await connection.run_sync(Table.metadata.create_all)
        created = await connection.run_sync(constraints)

    assert migrated == created


async def test_migrating_twice_is_migrating_once(engine):
    await migrate(engine)
    async with engine.begin() as connection:
        await connection.execute(text("INSERT INTO users (id, nick) VALUES (7, 'Anna')"))

    await migrate(engine)

    async with engine.connect() as connection:
        assert (await connection.execute(text("SELECT nick FROM users"))).scalar_one() == "Anna"


async def test_there_is_a_way_back(engine):
    await migrate(engine)

    async with exclusive(engine) as connection:
        await connection.run_sync(lambda known: command.downgrade(alembic_config(known), "base"))

    async with engine.connect() as connection:
        assert await connection.run_sync(lambda known: inspect(known).get_table_names()) == ["alembic_version"]


async def test_the_migrations_have_one_end(engine):
    async with engine.connect() as connection:
        heads = await connection.run_sync(lambda known: ScriptDirectory.from_config(alembic_config(known)).get_heads())

    assert len(heads) == 1


async def test_tables_of_a_newer_version_are_left_alone(engine):
    await migrate(engine)
    async with engine.begin() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = 'of-tomorrow'"))

    with pytest.raises(ConfigError, match="newer"):
        await migrate(engine)


async def test_both_let_sqlite_give_no_id_twice(sqlite_url):
    def counting(connection: Connection) -> set[str]:
        found = connection.execute(text("SELECT name FROM sqlite_master WHERE sql LIKE '%AUTOINCREMENT%'"))
        return set(found.scalars())

    engine = create_engine(sqlite_url)
    await migrate(engine)
    async with engine.connect() as connection:
        migrated = await connection.run_sync(counting)
    async with engine.begin() as connection:
        await connection.run_sync(Table.metadata.drop_all)
        await connection.run_sync(Table.metadata.create_all)
        created = await connection.run_sync(counting)
    await engine.dispose()

    assert migrated == created == {"webhooks", "demands"}
