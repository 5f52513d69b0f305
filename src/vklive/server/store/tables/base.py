"""The tables. Changing them needs a migration beside it; a test compares the two.

Ids are those of the platform and are given, never counted up here. Times are whole unix seconds in the database,
which every database compares alike, and aware UTC in Python.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Dialect,
    Enum,
    ForeignKey,
    Index,
    MetaData,
    String,
    Text,
    TypeDecorator,
    false,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from vklive.server.directory import Role


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


class UserRow(Table):
    """A person."""

    __tablename__ = "users"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    nick: Mapped[str] = mapped_column(Text)
    nick_color: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    avatar_url: Mapped[str] = mapped_column(Text, default="", server_default="")
    is_verified_streamer: Mapped[bool] = mapped_column(default=False, server_default=false())


class ApplicationRow(Table):
    """A program with credentials of its own; its secret is stored hashed."""

    __tablename__ = "applications"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    client_id: Mapped[str] = mapped_column(String(255), unique=True)
    secret_hash: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(Text)


class AccessTokenRow(Table):
    """What stands for an access token, which is itself not stored. It is either a user's or an application's."""

    __tablename__ = "access_tokens"
    __table_args__ = (CheckConstraint("(user_id IS NULL) <> (application_id IS NULL)", name="one_bearer"),)

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    application_id: Mapped[int | None] = mapped_column(ForeignKey("applications.id", ondelete="CASCADE"), index=True)
    scopes: Mapped[str] = mapped_column(Text, default="", server_default="")
    issued_at: Mapped[datetime] = mapped_column(UtcTime)
    expires_at: Mapped[datetime | None] = mapped_column(UtcTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcTime)


class ChannelRow(Table):
    """A streamer's channel. `url` is its slug in lower case."""

    __tablename__ = "channels"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    url: Mapped[str] = mapped_column(String(255), unique=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    nick: Mapped[str] = mapped_column(Text)
    cover_url: Mapped[str] = mapped_column(Text, default="", server_default="")
    description: Mapped[str] = mapped_column(Text, default="", server_default="")
    status: Mapped[str] = mapped_column(String(32), default="offline", server_default="offline")
    banned: Mapped[bool] = mapped_column(default=False, server_default=false())


class StreamRow(Table):
    """One stream of a channel; `ended_at` is empty while it is on."""

    __tablename__ = "streams"
    __table_args__ = (Index(None, "channel_id", "ended_at"),)

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    channel_id: Mapped[int] = mapped_column(ForeignKey("channels.id", ondelete="CASCADE"))
    title: Mapped[str] = mapped_column(Text, default="", server_default="")
    category_id: Mapped[str] = mapped_column(Text, default="", server_default="")
    category_title: Mapped[str] = mapped_column(Text, default="", server_default="")
    category_type: Mapped[str] = mapped_column(Text, default="", server_default="")
    category_cover_url: Mapped[str] = mapped_column(Text, default="", server_default="")
    viewers: Mapped[int] = mapped_column(BigInteger, default=0, server_default=text("0"))
    views: Mapped[int] = mapped_column(BigInteger, default=0, server_default=text("0"))
    started_at: Mapped[datetime] = mapped_column(UtcTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcTime)
    preview_url: Mapped[str] = mapped_column(Text, default="", server_default="")
    video_id: Mapped[str] = mapped_column(Text, default="", server_default="")
    slot_id: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    slot_url: Mapped[str] = mapped_column(Text, default="", server_default="")


def _values_of(roles: type[Role]) -> list[str]:
    return [role.value for role in roles]


class MembershipRow(Table):
    """What a user is to a channel."""

    __tablename__ = "memberships"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    channel_id: Mapped[int] = mapped_column(ForeignKey("channels.id", ondelete="CASCADE"), primary_key=True, index=True)
    role: Mapped[Role] = mapped_column(
        Enum(
            Role,
            name="role",
            # Words in a column of text: a new role is then a changed check, and not a changed type of PostgreSQL.
            native_enum=False,
            create_constraint=True,
            length=32,
            values_callable=_values_of,
        )
    )
    banned: Mapped[bool] = mapped_column(default=False, server_default=false())
