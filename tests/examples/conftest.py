"""The databases that the examples' server runs on."""

from __future__ import annotations

from tests.server.conftest import (  # noqa: F401 - pytest finds fixtures by their names
    database_url,
    free_port,
    new_postgresql_database,
    postgresql_url,
    sqlite_url,
)
