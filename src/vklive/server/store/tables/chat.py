"""What is said in chats, and what may be said there."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, false, text
from sqlalchemy.orm import Mapped, mapped_column

from vklive.server.store.tables.base import Table, UtcTime


class ChatMessageRow(Table):
    """A message, with its JSON as it was published: it may be of a platform that says more than vklive knows.

    Attributes:
        id: given by `CounterRow` to those that are sent here; those of another platform have its ids.
        author_id: not a reference, as authors of another platform need not be known here.
        recipient_id: who alone may see it; empty for everybody.
        limited: said in the chat of a limited stream.
        fingerprint: equal for equal messages.
    """

    __tablename__ = "chat_messages"
    __table_args__ = (
        Index(None, "channel_id", "author_id", "created_at"),
        Index(None, "created_at"),
    )

    channel_id: Mapped[int] = mapped_column(ForeignKey("channels.id", ondelete="CASCADE"), primary_key=True)
    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    author_id: Mapped[int] = mapped_column(BigInteger)
    recipient_id: Mapped[int | None] = mapped_column(BigInteger)
    limited: Mapped[bool] = mapped_column(default=False, server_default=false())
    fingerprint: Mapped[str] = mapped_column(String(64), default="", server_default="")
    body: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    deleted_at: Mapped[datetime | None] = mapped_column(UtcTime)


class CounterRow(Table):
    """The last number that was given to something, across all channels."""

    __tablename__ = "counters"

    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    value: Mapped[int] = mapped_column(BigInteger, default=0, server_default=text("0"))


class ChatSettingsRow(Table):
    """How a chat is kept in order; a channel without a row has the defaults.

    `mode` is ``general`` or ``only_smiles``.
    """

    __tablename__ = "chat_settings"

    channel_id: Mapped[int] = mapped_column(ForeignKey("channels.id", ondelete="CASCADE"), primary_key=True)
    allow_access: Mapped[str] = mapped_column(String(32), default="any", server_default="any")
    allow_access_after: Mapped[int] = mapped_column(BigInteger, default=0, server_default=text("0"))
    any_message_timeout: Mapped[int] = mapped_column(BigInteger, default=0, server_default=text("0"))
    same_message_timeout: Mapped[int] = mapped_column(BigInteger, default=0, server_default=text("0"))
    follow_alert: Mapped[bool] = mapped_column(default=False, server_default=false())
    subscription_alert: Mapped[bool] = mapped_column(default=False, server_default=false())
    mode: Mapped[str] = mapped_column(String(32), default="general", server_default="general")
    is_caps_prohibited: Mapped[bool] = mapped_column(default=False, server_default=false())
    is_links_prohibited: Mapped[bool] = mapped_column(default=False, server_default=false())
    is_ru_en_numbers: Mapped[bool] = mapped_column(default=False, server_default=false())


class SmileRow(Table):
    """A picture that can be written in chats."""

    __tablename__ = "smiles"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[str] = mapped_column(Text, default="", server_default="")
    animated: Mapped[bool] = mapped_column(default=False, server_default=false())
    small_url: Mapped[str] = mapped_column(Text, default="", server_default="")
    medium_url: Mapped[str] = mapped_column(Text, default="", server_default="")
    large_url: Mapped[str] = mapped_column(Text, default="", server_default="")
