"""Channels, their streams, and what people are to them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Enum, ForeignKey, Index, String, Text, false, text
from sqlalchemy.orm import Mapped, mapped_column, validates

from vklive.server.directory import Role
from vklive.server.store.tables.base import COUNTED, Table, UtcTime


class CategoryRow(Table):
    """What a stream can be about.

    `folded_title` is the title without the differences of case, written with it: to find it by, since SQLite and a
    PostgreSQL of the locale C know the case of ASCII only.
    """

    __tablename__ = "categories"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    title: Mapped[str] = mapped_column(Text, default="", server_default="")
    folded_title: Mapped[str] = mapped_column(Text, default="", server_default="")
    type: Mapped[str] = mapped_column(String(32), default="", server_default="")
    cover_url: Mapped[str] = mapped_column(Text, default="", server_default="")

    @validates("title")
    def _fold(self, _: str, title: str) -> str:
        self.folded_title = title.casefold()
        return title


class ChannelRow(Table):
    """A streamer's channel. `url` is its slug in lower case; what begins with ``next_`` is of the stream to come."""

    __tablename__ = "channels"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    url: Mapped[str] = mapped_column(String(255), unique=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    nick: Mapped[str] = mapped_column(Text)
    cover_url: Mapped[str] = mapped_column(Text, default="", server_default="")
    description: Mapped[str] = mapped_column(Text, default="", server_default="")
    status: Mapped[str] = mapped_column(String(32), default="offline", server_default="offline")
    banned: Mapped[bool] = mapped_column(default=False, server_default=false())
    stream_key: Mapped[str] = mapped_column(Text, default="", server_default="")
    next_title: Mapped[str] = mapped_column(Text, default="", server_default="")
    next_category_id: Mapped[str] = mapped_column(Text, default="", server_default="")
    next_planned_at: Mapped[datetime | None] = mapped_column(UtcTime)
    point_name: Mapped[str] = mapped_column(Text, default="", server_default="")
    point_small_url: Mapped[str] = mapped_column(Text, default="", server_default="")
    point_medium_url: Mapped[str] = mapped_column(Text, default="", server_default="")
    point_large_url: Mapped[str] = mapped_column(Text, default="", server_default="")


class StreamRow(Table):
    """One stream of a channel; `ended_at` is empty while it is on. The chat of a `limited` one is limited too."""

    __tablename__ = "streams"
    __table_args__ = (Index(None, "channel_id", "ended_at"), Index(None, "ended_at"))

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
    paused: Mapped[bool] = mapped_column(default=False, server_default=false())
    limited: Mapped[bool] = mapped_column(default=False, server_default=false())
    preview_url: Mapped[str] = mapped_column(Text, default="", server_default="")
    video_id: Mapped[str] = mapped_column(Text, default="", server_default="")
    slot_id: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    slot_url: Mapped[str] = mapped_column(Text, default="", server_default="")


class StreamRecordRow(Table):
    """A stream that was recorded."""

    __tablename__ = "stream_records"
    __table_args__ = (Index(None, "channel_id", "created_at"),)

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    channel_id: Mapped[int] = mapped_column(ForeignKey("channels.id", ondelete="CASCADE"))
    title: Mapped[str] = mapped_column(Text, default="", server_default="")
    category_id: Mapped[str] = mapped_column(Text, default="", server_default="")
    category_title: Mapped[str] = mapped_column(Text, default="", server_default="")
    category_type: Mapped[str] = mapped_column(Text, default="", server_default="")
    category_cover_url: Mapped[str] = mapped_column(Text, default="", server_default="")
    duration: Mapped[int] = mapped_column(BigInteger, default=0, server_default=text("0"))
    views: Mapped[int] = mapped_column(BigInteger, default=0, server_default=text("0"))
    stream_started_at: Mapped[datetime] = mapped_column(UtcTime)
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    preview_url: Mapped[str] = mapped_column(Text, default="", server_default="")
    video_id: Mapped[str] = mapped_column(Text, default="", server_default="")
    process_state: Mapped[str] = mapped_column(String(32), default="done", server_default="done")


def _values_of(roles: type[Role]) -> list[str]:
    return [role.value for role in roles]


class MembershipRow(Table):
    """What a user is to a channel, and since when they follow it."""

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
    since: Mapped[datetime | None] = mapped_column(UtcTime)


class SubscriptionRow(Table):
    """A paid subscription, also one that has ended."""

    __tablename__ = "subscriptions"
    __table_args__ = (Index(None, "channel_id", "user_id"),)

    id: Mapped[int] = mapped_column(COUNTED, primary_key=True)
    channel_id: Mapped[int] = mapped_column(ForeignKey("channels.id", ondelete="CASCADE"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    level_id: Mapped[str] = mapped_column(Text, default="", server_default="")
    level_name: Mapped[str] = mapped_column(Text, default="", server_default="")
    level_price: Mapped[int] = mapped_column(BigInteger, default=0, server_default=text("0"))
    amount: Mapped[int] = mapped_column(BigInteger, default=0, server_default=text("0"))
    days_duration: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    kind: Mapped[str] = mapped_column(String(32), default="", server_default="")
    started_at: Mapped[datetime] = mapped_column(UtcTime)
    renewed_at: Mapped[datetime | None] = mapped_column(UtcTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcTime)


class ChannelRoleRow(Table):
    """A role that a channel made up."""

    __tablename__ = "channel_roles"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    channel_id: Mapped[int] = mapped_column(ForeignKey("channels.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(Text, default="", server_default="")
    small_url: Mapped[str] = mapped_column(Text, default="", server_default="")
    medium_url: Mapped[str] = mapped_column(Text, default="", server_default="")
    large_url: Mapped[str] = mapped_column(Text, default="", server_default="")


class GivenRoleRow(Table):
    """That a user has a role of a channel."""

    __tablename__ = "given_roles"

    role_id: Mapped[str] = mapped_column(ForeignKey("channel_roles.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True, index=True)
