"""Brings a database to the tables that this version of vklive needs.

The migrations are Alembic's and ship inside the package. They run in one transaction under a lock, so that servers
which start at the same time run them once, and one that fails leaves the database as it was.
"""

from __future__ import annotations

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import AsyncEngine

from vklive.errors import ConfigError
from vklive.server.store.engine import exclusive

SCRIPTS = "vklive.server.store:migrations"
"""Where the migrations are, in Alembic's words: the folder of a package."""


def alembic_config(connection: Connection) -> Config:
    """Alembic's configuration, for a connection that is open already; there is no ``alembic.ini``."""
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", SCRIPTS)
    return config


async def migrate(engine: AsyncEngine) -> None:
    """Run the migrations that are missing.

    Raises:
        ConfigError: the database was last used by a newer vklive.
    """
    async with exclusive(engine) as connection:
        await connection.run_sync(_upgrade)


def _upgrade(connection: Connection) -> None:
    try:
        command.upgrade(alembic_config(connection), "head")
    except CommandError as error:
        raise ConfigError(
            "database_url",
            f"the tables of the database are not known to this version of vklive: {error}",
            hint="it was probably last used by a newer one; update vklive",
        ) from error
