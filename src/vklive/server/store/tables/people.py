"""Users, applications, and what one may do in the name of the other."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, String, Text, false, text
from sqlalchemy.orm import Mapped, mapped_column

from vklive.server.store.tables.base import Table, UtcTime


class UserRow(Table):
    """A person. Who has no password cannot sign in at the authorize page."""

    __tablename__ = "users"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    nick: Mapped[str] = mapped_column(Text)
    nick_color: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    avatar_url: Mapped[str] = mapped_column(Text, default="", server_default="")
    is_verified_streamer: Mapped[bool] = mapped_column(default=False, server_default=false())
    password_hash: Mapped[str] = mapped_column(Text, default="", server_default="")
    registered_at: Mapped[datetime | None] = mapped_column(UtcTime)


class ApplicationRow(Table):
    """A program with credentials of its own; its secret is stored hashed.

    `redirect_uris` and `webhook_events` are separated by line breaks. `webhook_key` is stored as it is, since events
    are signed with it.
    """

    __tablename__ = "applications"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    client_id: Mapped[str] = mapped_column(String(255), unique=True)
    secret_hash: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(Text)
    description: Mapped[str] = mapped_column(Text, default="", server_default="")
    icon_url: Mapped[str] = mapped_column(Text, default="", server_default="")
    redirect_uris: Mapped[str] = mapped_column(Text, default="", server_default="")
    webhook_url: Mapped[str] = mapped_column(Text, default="", server_default="")
    webhook_key: Mapped[str] = mapped_column(Text, default="", server_default="")
    webhook_events: Mapped[str] = mapped_column(Text, default="", server_default="")


class AccessTokenRow(Table):
    """What stands for an access token, which is itself not stored. It is either a user's or an application's.

    `issued_to` is the application that a user gave it to (no reference: SQLite adds none to a table that is there);
    `family` names the refresh tokens that it ends with.
    """

    __tablename__ = "access_tokens"
    __table_args__ = (CheckConstraint("(user_id IS NULL) <> (application_id IS NULL)", name="one_bearer"),)

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    application_id: Mapped[int | None] = mapped_column(ForeignKey("applications.id", ondelete="CASCADE"), index=True)
    issued_to: Mapped[int | None] = mapped_column(BigInteger, index=True)
    family: Mapped[str] = mapped_column(String(32), default="", server_default="", index=True)
    scopes: Mapped[str] = mapped_column(Text, default="", server_default="")
    issued_at: Mapped[datetime] = mapped_column(UtcTime)
    expires_at: Mapped[datetime | None] = mapped_column(UtcTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcTime)


class GrantRow(Table):
    """What a user has allowed an application. `webhooks` is false as long as it is not linked for events."""

    __tablename__ = "grants"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    application_id: Mapped[int] = mapped_column(
        ForeignKey("applications.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    scopes: Mapped[str] = mapped_column(Text, default="", server_default="")
    webhooks: Mapped[bool] = mapped_column(default=False, server_default=false())
    granted_at: Mapped[datetime] = mapped_column(UtcTime)


class AuthorizationCodeRow(Table):
    """What stands for a code of the authorize page. One that is used twice ends the tokens of its `family`."""

    __tablename__ = "authorization_codes"

    code_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("applications.id", ondelete="CASCADE"), index=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    redirect_uri: Mapped[str] = mapped_column(Text)
    scopes: Mapped[str] = mapped_column(Text, default="", server_default="")
    family: Mapped[str] = mapped_column(String(32))
    expires_at: Mapped[datetime] = mapped_column(UtcTime, index=True)
    used_at: Mapped[datetime | None] = mapped_column(UtcTime)


class RefreshTokenRow(Table):
    """What stands for a refresh token. It is good for one use; one more ends all tokens of its `family`."""

    __tablename__ = "refresh_tokens"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("applications.id", ondelete="CASCADE"), index=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    scopes: Mapped[str] = mapped_column(Text, default="", server_default="")
    family: Mapped[str] = mapped_column(String(32), index=True)
    issued_at: Mapped[datetime] = mapped_column(UtcTime)
    expires_at: Mapped[datetime] = mapped_column(UtcTime, index=True)
    used_at: Mapped[datetime | None] = mapped_column(UtcTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcTime)


class SignInRow(Table):
    """A browser in which somebody has signed in at the authorize page; its cookie is stored hashed."""

    __tablename__ = "sign_ins"

    cookie_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    expires_at: Mapped[datetime] = mapped_column(UtcTime, index=True)
