"""Channel points, rewards, and the demands for them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, Text, false, text
from sqlalchemy.orm import Mapped, mapped_column

from vklive.server.store.tables.base import COUNTED, NEVER_AGAIN, Table, UtcTime


class BalanceRow(Table):
    """How many points a user has in a channel."""

    __tablename__ = "balances"
    __table_args__ = (CheckConstraint("amount >= 0", name="no_debt"),)

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    channel_id: Mapped[int] = mapped_column(ForeignKey("channels.id", ondelete="CASCADE"), primary_key=True, index=True)
    amount: Mapped[int] = mapped_column(BigInteger, default=0, server_default=text("0"))


class RewardRow(Table):
    """Something to be had for points. One that is deleted stays for the demands that name it."""

    __tablename__ = "rewards"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    channel_id: Mapped[int] = mapped_column(ForeignKey("channels.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(Text)
    description: Mapped[str] = mapped_column(Text, default="", server_default="")
    price: Mapped[int] = mapped_column(BigInteger)
    background_color: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    is_message_required: Mapped[bool] = mapped_column(default=False, server_default=false())
    max_uses_count: Mapped[int | None] = mapped_column(BigInteger)
    max_uses_count_per_user: Mapped[int | None] = mapped_column(BigInteger)
    repair_timeout: Mapped[int] = mapped_column(BigInteger, default=0, server_default=text("0"))
    is_disabled: Mapped[bool] = mapped_column(default=False, server_default=false())
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    deleted_at: Mapped[datetime | None] = mapped_column(UtcTime)


class DemandRow(Table):
    """A viewer's wish to have a reward. `message` is the JSON of its parts, `price` what was paid."""

    __tablename__ = "demands"
    __table_args__ = (
        Index(None, "reward_id", "user_id"),
        Index(None, "channel_id", "id"),
        NEVER_AGAIN,
    )

    id: Mapped[int] = mapped_column(COUNTED, primary_key=True)
    channel_id: Mapped[int] = mapped_column(ForeignKey("channels.id", ondelete="CASCADE"))
    reward_id: Mapped[str] = mapped_column(ForeignKey("rewards.id", ondelete="CASCADE"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    status: Mapped[str] = mapped_column(String(32), default="pending", server_default="pending")
    price: Mapped[int] = mapped_column(BigInteger, default=0, server_default=text("0"))
    message: Mapped[str] = mapped_column(Text, default="[]", server_default="[]")
    created_at: Mapped[datetime] = mapped_column(UtcTime)
