"""What the whole platform needs: OAuth, the chat, points, subscriptions, categories, records, WebHooks."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_COUNTED = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """The tables, and the columns that are new."""
    op.create_table(
        "categories",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("title", sa.Text, server_default="", nullable=False),
        sa.Column("folded_title", sa.Text, server_default="", nullable=False),
        sa.Column("type", sa.String(32), server_default="", nullable=False),
        sa.Column("cover_url", sa.Text, server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_categories"),
    )
    op.create_table(
        "counters",
        sa.Column("name", sa.String(32), nullable=False),
        sa.Column("value", sa.BigInteger, server_default=sa.text("0"), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_counters"),
    )
    op.create_table(
        "platform_requests",
        sa.Column("key_hash", sa.String(64), nullable=False),
        sa.Column("request_hash", sa.String(64), nullable=False),
        sa.Column("answer", sa.Text, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("key_hash", name="pk_platform_requests"),
    )
    op.create_index("ix_platform_requests_created_at", "platform_requests", ["created_at"])
    op.create_table(
        "smiles",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("name", sa.Text, server_default="", nullable=False),
        sa.Column("animated", sa.Boolean, server_default=sa.false(), nullable=False),
        sa.Column("small_url", sa.Text, server_default="", nullable=False),
        sa.Column("medium_url", sa.Text, server_default="", nullable=False),
        sa.Column("large_url", sa.Text, server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_smiles"),
    )
    op.create_table(
        "authorization_codes",
        sa.Column("code_hash", sa.String(64), nullable=False),
        sa.Column("application_id", sa.BigInteger, nullable=False),
        sa.Column("user_id", sa.BigInteger, nullable=False),
        sa.Column("redirect_uri", sa.Text, nullable=False),
        sa.Column("scopes", sa.Text, server_default="", nullable=False),
        sa.Column("family", sa.String(32), nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
        sa.Column("used_at", sa.BigInteger),
        sa.ForeignKeyConstraint(
            ["application_id"], ["applications.id"], name="fk_authorization_codes_application_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_authorization_codes_user_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("code_hash", name="pk_authorization_codes"),
    )
    op.create_index("ix_authorization_codes_application_id", "authorization_codes", ["application_id"])
    op.create_index("ix_authorization_codes_expires_at", "authorization_codes", ["expires_at"])
    op.create_index("ix_authorization_codes_user_id", "authorization_codes", ["user_id"])
    op.create_table(
        "grants",
        sa.Column("user_id", sa.BigInteger, nullable=False),
        sa.Column("application_id", sa.BigInteger, nullable=False),
        sa.Column("scopes", sa.Text, server_default="", nullable=False),
        sa.Column("webhooks", sa.Boolean, server_default=sa.false(), nullable=False),
        sa.Column("granted_at", sa.BigInteger, nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"], ["applications.id"], name="fk_grants_application_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_grants_user_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", "application_id", name="pk_grants"),
    )
    op.create_index("ix_grants_application_id", "grants", ["application_id"])
    op.create_table(
        "refresh_tokens",
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("application_id", sa.BigInteger, nullable=False),
        sa.Column("user_id", sa.BigInteger, nullable=False),
        sa.Column("scopes", sa.Text, server_default="", nullable=False),
        sa.Column("family", sa.String(32), nullable=False),
        sa.Column("issued_at", sa.BigInteger, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
        sa.Column("used_at", sa.BigInteger),
        sa.Column("revoked_at", sa.BigInteger),
        sa.ForeignKeyConstraint(
            ["application_id"], ["applications.id"], name="fk_refresh_tokens_application_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_refresh_tokens_user_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("token_hash", name="pk_refresh_tokens"),
    )
    op.create_index("ix_refresh_tokens_application_id", "refresh_tokens", ["application_id"])
    op.create_index("ix_refresh_tokens_expires_at", "refresh_tokens", ["expires_at"])
    op.create_index("ix_refresh_tokens_family", "refresh_tokens", ["family"])
    op.create_index("ix_refresh_tokens_user_id", "refresh_tokens", ["user_id"])
    op.create_table(
        "sign_ins",
        sa.Column("cookie_hash", sa.String(64), nullable=False),
        sa.Column("user_id", sa.BigInteger, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_sign_ins_user_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("cookie_hash", name="pk_sign_ins"),
    )
    op.create_index("ix_sign_ins_expires_at", "sign_ins", ["expires_at"])
    op.create_index("ix_sign_ins_user_id", "sign_ins", ["user_id"])
    op.create_table(
        "webhooks",
        sa.Column("id", _COUNTED, nullable=False),
        sa.Column("application_id", sa.BigInteger, nullable=False),
        sa.Column("user_id", sa.BigInteger, nullable=False),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("data", sa.Text, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("next_at", sa.BigInteger, nullable=False),
        sa.Column("attempts", sa.Integer, server_default=sa.text("0"), nullable=False),
        sa.Column("state", sa.String(32), server_default="waiting", nullable=False),
        sa.Column("problem", sa.Text, server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"], ["applications.id"], name="fk_webhooks_application_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_webhooks_user_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_webhooks"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_webhooks_application_id_state_id", "webhooks", ["application_id", "state", "id"])
    op.create_index("ix_webhooks_created_at", "webhooks", ["created_at"])
    op.create_index("ix_webhooks_user_id", "webhooks", ["user_id"])
    op.create_table(
        "balances",
        sa.Column("user_id", sa.BigInteger, nullable=False),
        sa.Column("channel_id", sa.BigInteger, nullable=False),
        sa.Column("amount", sa.BigInteger, server_default=sa.text("0"), nullable=False),
        sa.CheckConstraint("amount >= 0", name=op.f("ck_balances_no_debt")),
        sa.ForeignKeyConstraint(["channel_id"], ["channels.id"], name="fk_balances_channel_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_balances_user_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", "channel_id", name="pk_balances"),
    )
    op.create_index("ix_balances_channel_id", "balances", ["channel_id"])
    op.create_table(
        "channel_roles",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("channel_id", sa.BigInteger, nullable=False),
        sa.Column("name", sa.Text, server_default="", nullable=False),
        sa.Column("small_url", sa.Text, server_default="", nullable=False),
        sa.Column("medium_url", sa.Text, server_default="", nullable=False),
        sa.Column("large_url", sa.Text, server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["channel_id"], ["channels.id"], name="fk_channel_roles_channel_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_channel_roles"),
    )
    op.create_index("ix_channel_roles_channel_id", "channel_roles", ["channel_id"])
    op.create_table(
        "chat_messages",
        sa.Column("channel_id", sa.BigInteger, nullable=False),
        sa.Column("id", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("author_id", sa.BigInteger, nullable=False),
        sa.Column("recipient_id", sa.BigInteger),
        sa.Column("limited", sa.Boolean, server_default=sa.false(), nullable=False),
        sa.Column("fingerprint", sa.String(64), server_default="", nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("deleted_at", sa.BigInteger),
        sa.ForeignKeyConstraint(
            ["channel_id"], ["channels.id"], name="fk_chat_messages_channel_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("channel_id", "id", name="pk_chat_messages"),
    )
    op.create_index(
        "ix_chat_messages_channel_id_author_id_created_at", "chat_messages", ["channel_id", "author_id", "created_at"]
    )
    op.create_index("ix_chat_messages_created_at", "chat_messages", ["created_at"])
    op.create_table(
        "chat_settings",
        sa.Column("channel_id", sa.BigInteger, nullable=False),
        sa.Column("allow_access", sa.String(32), server_default="any", nullable=False),
        sa.Column("allow_access_after", sa.BigInteger, server_default=sa.text("0"), nullable=False),
        sa.Column("any_message_timeout", sa.BigInteger, server_default=sa.text("0"), nullable=False),
        sa.Column("same_message_timeout", sa.BigInteger, server_default=sa.text("0"), nullable=False),
        sa.Column("follow_alert", sa.Boolean, server_default=sa.false(), nullable=False),
        sa.Column("subscription_alert", sa.Boolean, server_default=sa.false(), nullable=False),
        sa.Column("mode", sa.String(32), server_default="general", nullable=False),
        sa.Column("is_caps_prohibited", sa.Boolean, server_default=sa.false(), nullable=False),
        sa.Column("is_links_prohibited", sa.Boolean, server_default=sa.false(), nullable=False),
        sa.Column("is_ru_en_numbers", sa.Boolean, server_default=sa.false(), nullable=False),
        sa.ForeignKeyConstraint(
            ["channel_id"], ["channels.id"], name="fk_chat_settings_channel_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("channel_id", name="pk_chat_settings"),
    )
    op.create_table(
        "rewards",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("channel_id", sa.BigInteger, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("description", sa.Text, server_default="", nullable=False),
        sa.Column("price", sa.BigInteger, nullable=False),
        sa.Column("background_color", sa.Integer, server_default=sa.text("0"), nullable=False),
        sa.Column("is_message_required", sa.Boolean, server_default=sa.false(), nullable=False),
        sa.Column("max_uses_count", sa.BigInteger),
        sa.Column("max_uses_count_per_user", sa.BigInteger),
        sa.Column("repair_timeout", sa.BigInteger, server_default=sa.text("0"), nullable=False),
        sa.Column("is_disabled", sa.Boolean, server_default=sa.false(), nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("deleted_at", sa.BigInteger),
        sa.ForeignKeyConstraint(["channel_id"], ["channels.id"], name="fk_rewards_channel_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_rewards"),
    )
    op.create_index("ix_rewards_channel_id", "rewards", ["channel_id"])
    op.create_table(
        "stream_records",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("channel_id", sa.BigInteger, nullable=False),
        sa.Column("title", sa.Text, server_default="", nullable=False),
        sa.Column("category_id", sa.Text, server_default="", nullable=False),
        sa.Column("category_title", sa.Text, server_default="", nullable=False),
        sa.Column("category_type", sa.Text, server_default="", nullable=False),
        sa.Column("category_cover_url", sa.Text, server_default="", nullable=False),
        sa.Column("duration", sa.BigInteger, server_default=sa.text("0"), nullable=False),
        sa.Column("views", sa.BigInteger, server_default=sa.text("0"), nullable=False),
        sa.Column("stream_started_at", sa.BigInteger, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("preview_url", sa.Text, server_default="", nullable=False),
        sa.Column("video_id", sa.Text, server_default="", nullable=False),
        sa.Column("process_state", sa.String(32), server_default="done", nullable=False),
        sa.ForeignKeyConstraint(
            ["channel_id"], ["channels.id"], name="fk_stream_records_channel_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_stream_records"),
    )
    op.create_index("ix_stream_records_channel_id_created_at", "stream_records", ["channel_id", "created_at"])
    op.create_table(
        "subscriptions",
        sa.Column("id", _COUNTED, nullable=False),
        sa.Column("channel_id", sa.BigInteger, nullable=False),
        sa.Column("user_id", sa.BigInteger, nullable=False),
        sa.Column("level_id", sa.Text, server_default="", nullable=False),
        sa.Column("level_name", sa.Text, server_default="", nullable=False),
        sa.Column("level_price", sa.BigInteger, server_default=sa.text("0"), nullable=False),
        sa.Column("amount", sa.BigInteger, server_default=sa.text("0"), nullable=False),
        sa.Column("days_duration", sa.Integer, server_default=sa.text("0"), nullable=False),
        sa.Column("kind", sa.String(32), server_default="", nullable=False),
        sa.Column("started_at", sa.BigInteger, nullable=False),
        sa.Column("renewed_at", sa.BigInteger),
        sa.Column("ended_at", sa.BigInteger),
        sa.ForeignKeyConstraint(
            ["channel_id"], ["channels.id"], name="fk_subscriptions_channel_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_subscriptions_user_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_subscriptions"),
    )
    op.create_index("ix_subscriptions_channel_id_user_id", "subscriptions", ["channel_id", "user_id"])
    op.create_index("ix_subscriptions_user_id", "subscriptions", ["user_id"])
    op.create_table(
        "demands",
        sa.Column("id", _COUNTED, nullable=False),
        sa.Column("channel_id", sa.BigInteger, nullable=False),
        sa.Column("reward_id", sa.String(64), nullable=False),
        sa.Column("user_id", sa.BigInteger, nullable=False),
        sa.Column("status", sa.String(32), server_default="pending", nullable=False),
        sa.Column("price", sa.BigInteger, server_default=sa.text("0"), nullable=False),
        sa.Column("message", sa.Text, server_default="[]", nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.ForeignKeyConstraint(["channel_id"], ["channels.id"], name="fk_demands_channel_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["reward_id"], ["rewards.id"], name="fk_demands_reward_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_demands_user_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_demands"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_demands_channel_id_id", "demands", ["channel_id", "id"])
    op.create_index("ix_demands_reward_id_user_id", "demands", ["reward_id", "user_id"])
    op.create_index("ix_demands_user_id", "demands", ["user_id"])
    op.create_table(
        "given_roles",
        sa.Column("role_id", sa.String(64), nullable=False),
        sa.Column("user_id", sa.BigInteger, nullable=False),
        sa.ForeignKeyConstraint(["role_id"], ["channel_roles.id"], name="fk_given_roles_role_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_given_roles_user_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("role_id", "user_id", name="pk_given_roles"),
    )
    op.create_index("ix_given_roles_user_id", "given_roles", ["user_id"])
    op.add_column("access_tokens", sa.Column("issued_to", sa.BigInteger))
    op.add_column("access_tokens", sa.Column("family", sa.String(32), server_default="", nullable=False))
    op.create_index("ix_access_tokens_family", "access_tokens", ["family"])
    op.create_index("ix_access_tokens_issued_to", "access_tokens", ["issued_to"])
    op.add_column("applications", sa.Column("description", sa.Text, server_default="", nullable=False))
    op.add_column("applications", sa.Column("icon_url", sa.Text, server_default="", nullable=False))
    op.add_column("applications", sa.Column("redirect_uris", sa.Text, server_default="", nullable=False))
    op.add_column("applications", sa.Column("webhook_url", sa.Text, server_default="", nullable=False))
    op.add_column("applications", sa.Column("webhook_key", sa.Text, server_default="", nullable=False))
    op.add_column("applications", sa.Column("webhook_events", sa.Text, server_default="", nullable=False))
    op.add_column("channels", sa.Column("stream_key", sa.Text, server_default="", nullable=False))
    op.add_column("channels", sa.Column("next_title", sa.Text, server_default="", nullable=False))
    op.add_column("channels", sa.Column("next_category_id", sa.Text, server_default="", nullable=False))
    op.add_column("channels", sa.Column("next_planned_at", sa.BigInteger))
    op.add_column("channels", sa.Column("point_name", sa.Text, server_default="", nullable=False))
    op.add_column("channels", sa.Column("point_small_url", sa.Text, server_default="", nullable=False))
    op.add_column("channels", sa.Column("point_medium_url", sa.Text, server_default="", nullable=False))
    op.add_column("channels", sa.Column("point_large_url", sa.Text, server_default="", nullable=False))
    op.add_column("memberships", sa.Column("since", sa.BigInteger))
    op.add_column("streams", sa.Column("paused", sa.Boolean, server_default=sa.false(), nullable=False))
    op.add_column("streams", sa.Column("limited", sa.Boolean, server_default=sa.false(), nullable=False))
    op.create_index("ix_streams_ended_at", "streams", ["ended_at"])
    op.add_column("users", sa.Column("password_hash", sa.Text, server_default="", nullable=False))
    op.add_column("users", sa.Column("registered_at", sa.BigInteger))


def downgrade() -> None:
    """The way back, which loses what is in these tables and columns."""
    op.drop_index("ix_access_tokens_family", "access_tokens")
    op.drop_index("ix_access_tokens_issued_to", "access_tokens")
    op.drop_index("ix_streams_ended_at", "streams")
    for table, column in (
        ("access_tokens", "issued_to"),
        ("access_tokens", "family"),
        ("applications", "description"),
        ("applications", "icon_url"),
        ("applications", "redirect_uris"),
        ("applications", "webhook_url"),
        ("applications", "webhook_key"),
        ("applications", "webhook_events"),
        ("channels", "stream_key"),
        ("channels", "next_title"),
        ("channels", "next_category_id"),
        ("channels", "next_planned_at"),
        ("channels", "point_name"),
        ("channels", "point_small_url"),
        ("channels", "point_medium_url"),
        ("channels", "point_large_url"),
        ("memberships", "since"),
        ("streams", "paused"),
        ("streams", "limited"),
        ("users", "password_hash"),
        ("users", "registered_at"),
    ):
        op.drop_column(table, column)
    for table in (
        "given_roles",
        "demands",
        "subscriptions",
        "stream_records",
        "rewards",
        "chat_settings",
        "chat_messages",
        "channel_roles",
        "balances",
        "webhooks",
        "sign_ins",
        "refresh_tokens",
        "grants",
        "authorization_codes",
        "smiles",
        "platform_requests",
        "counters",
        "categories",
    ):
        op.drop_table(table)
