"""What the platform has been told, and what it has yet to tell."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from vklive.server.store.tables.base import COUNTED, NEVER_AGAIN, Table, UtcTime


class WebhookRow(Table):
    """An event that an application is to be told of by a WebHook. `id` is that of the event.

    Attributes:
        user_id: who has linked the application.
        data: the JSON of the event's data.
        state: ``waiting``, ``delivered`` or ``given_up``.
        next_at: when it is to be sent again; also while it is being sent, so that a crash loses nothing.
        problem: why it was not taken the last time.
    """

    __tablename__ = "webhooks"
    __table_args__ = (
        # By it the first that waits for an application is found at once, however many wait and have been delivered.
        Index(None, "application_id", "state", "id"),
        NEVER_AGAIN,
    )

    id: Mapped[int] = mapped_column(COUNTED, primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("applications.id", ondelete="CASCADE"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    type: Mapped[str] = mapped_column(Text)
    data: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcTime, index=True)
    next_at: Mapped[datetime] = mapped_column(UtcTime)
    attempts: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    state: Mapped[str] = mapped_column(String(32), default="waiting", server_default="waiting")
    problem: Mapped[str] = mapped_column(Text, default="", server_default="")


class PlatformRequestRow(Table):
    """A request of the platform that was carried out, by the key that it came with: it is never done twice.

    Attributes:
        request_hash: of what was asked: the same key with another request is a mistake.
        answer: what was answered.
    """

    __tablename__ = "platform_requests"

    key_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    request_hash: Mapped[str] = mapped_column(String(64))
    answer: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcTime, index=True)
