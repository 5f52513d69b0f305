"""Users, applications, their access tokens, channels with streams and memberships."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, server_default="", nullable=False)


def _number(name: str, kind: type[sa.Integer] = sa.Integer) -> sa.Column[int]:
    return sa.Column(name, kind, server_default=sa.text("0"), nullable=False)


def _flag(name: str) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean, server_default=sa.false(), nullable=False)


def _id() -> sa.Column[int]:
    return sa.Column("id", sa.BigInteger, autoincrement=False, nullable=False)


def _refers(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=f"fk_{table}_{column}", ondelete="CASCADE")


def upgrade() -> None:
    """The first tables."""
    op.create_table(
        "users",
        _id(),
        sa.Column("nick", sa.Text, nullable=False),
        _number("nick_color"),
        _text("avatar_url"),
        _flag("is_verified_streamer"),
        sa.PrimaryKeyConstraint("id", name="pk_users"),
    )
    op.create_table(
        "applications",
        _id(),
        sa.Column("client_id", sa.String(255), nullable=False),
        sa.Column("secret_hash", sa.String(64), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_applications"),
        sa.UniqueConstraint("client_id", name="uq_applications_client_id"),
    )
    op.create_table(
        "access_tokens",
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("user_id", sa.BigInteger),
        sa.Column("application_id", sa.BigInteger),
        _text("scopes"),
        sa.Column("issued_at", sa.BigInteger, nullable=False),
        sa.Column("expires_at", sa.BigInteger),
        sa.Column("revoked_at", sa.BigInteger),
        sa.PrimaryKeyConstraint("token_hash", name="pk_access_tokens"),
        _refers("access_tokens", "user_id", "users"),
        _refers("access_tokens", "application_id", "applications"),
        sa.CheckConstraint("(user_id IS NULL) <> (application_id IS NULL)", name=op.f("ck_access_tokens_one_bearer")),
    )
    op.create_index("ix_access_tokens_user_id", "access_tokens", ["user_id"])
    op.create_index("ix_access_tokens_application_id", "access_tokens", ["application_id"])
    op.create_table(
        "channels",
        _id(),
        sa.Column("url", sa.String(255), nullable=False),
        sa.Column("owner_id", sa.BigInteger, nullable=False),
        sa.Column("nick", sa.Text, nullable=False),
        _text("cover_url"),
        _text("description"),
        sa.Column("status", sa.String(32), server_default="offline", nullable=False),
        _flag("banned"),
        sa.PrimaryKeyConstraint("id", name="pk_channels"),
        sa.UniqueConstraint("url", name="uq_channels_url"),
        _refers("channels", "owner_id", "users"),
    )
    op.create_index("ix_channels_owner_id", "channels", ["owner_id"])
    op.create_table(
        "streams",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("channel_id", sa.BigInteger, nullable=False),
        _text("title"),
        _text("category_id"),
        _text("category_title"),
        _text("category_type"),
        _text("category_cover_url"),
        _number("viewers", sa.BigInteger),
        _number("views", sa.BigInteger),
        sa.Column("started_at", sa.BigInteger, nullable=False),
        sa.Column("ended_at", sa.BigInteger),
        _text("preview_url"),
        _text("video_id"),
        _number("slot_id"),
        _text("slot_url"),
        sa.PrimaryKeyConstraint("id", name="pk_streams"),
        _refers("streams", "channel_id", "channels"),
    )
    op.create_index("ix_streams_channel_id_ended_at", "streams", ["channel_id", "ended_at"])
    op.create_table(
        "memberships",
        sa.Column("user_id", sa.BigInteger, nullable=False),
        sa.Column("channel_id", sa.BigInteger, nullable=False),
        sa.Column("role", sa.String(32), nullable=False),
        _flag("banned"),
        sa.PrimaryKeyConstraint("user_id", "channel_id", name="pk_memberships"),
        _refers("memberships", "user_id", "users"),
        _refers("memberships", "channel_id", "channels"),
        sa.CheckConstraint("role IN ('follower', 'paid_subscriber', 'moderator')", name=op.f("ck_memberships_role")),
    )
    op.create_index("ix_memberships_channel_id", "memberships", ["channel_id"])


def downgrade() -> None:
    """The way back, which loses everything."""
    for table in ("memberships", "streams", "channels", "access_tokens", "applications", "users"):
        op.drop_table(table)
