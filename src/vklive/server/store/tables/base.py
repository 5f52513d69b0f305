"""What all tables have in common. Changing a table needs a migration beside it; a test compares the two.

Ids of users, applications and channels are those of the platform and are given, never counted up here. Times are whole
unix seconds in the database, which every database compares alike, and aware UTC in Python.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, Dialect, Integer, MetaData, TypeDecorator
from sqlalchemy.orm import DeclarativeBase


class UtcTime(TypeDecorator[datetime]):
    """A moment, to the second: BIGINT of unix seconds there, aware UTC here."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:  # noqa: ARG002 - one for all
        """Unix seconds. A naive time could mean anything, and is refused."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone cannot be stored")
        return int(value.timestamp())

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:  # noqa: ANN401, ARG002 - SQLAlchemy's signature
        """Aware UTC."""
        return None if value is None else datetime.fromtimestamp(value, UTC)


class Table(DeclarativeBase):
    """The base of all tables."""

    metadata = MetaData(
        # Names, so that every constraint can be changed by a migration on every database.
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


COUNTED = BigInteger().with_variant(Integer, "sqlite")
"""The type of an id that the database counts up: SQLite does so for INTEGER alone."""

NEVER_AGAIN = {"sqlite_autoincrement": True}
"""For a table with such an id: SQLite gives the id of a row that is gone a second time else, and whoever remembers ids
takes the new one for the old one. It stands last among the arguments of the table."""
