"""Writes down which application is to be told of what."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from vklive.devapi.webhooks import WEBHOOK_TYPES
from vklive.server.platform.acting import Announcement
from vklive.server.platform.webhooks.wording import with_place
from vklive.server.store.tables import WebhookRow
from vklive.server.store.webhooks import linked_applications


class WebhookOutbox:
    """A `vklive.server.platform.acting.Outbox`.

    Args:
        wake: called when something was written down.
    """

    def __init__(self, wake: Callable[[], None]) -> None:
        self.wake = wake

    async def add(self, session: AsyncSession, announcement: Announcement, *, now: datetime) -> None:
        """Write it down for every application that the channel's owner has linked for it."""
        if announcement.type not in WEBHOOK_TYPES:
            return
        channel = announcement.channel
        applications = await linked_applications(session, user_id=channel.owner_id, event_type=announcement.type)
        if not applications:
            return
        data = with_place(announcement.certain_data, channel_url=channel.url, owner_id=channel.owner_id)
        session.add_all(
            WebhookRow(
                application_id=application,
                user_id=channel.owner_id,
                type=announcement.type,
                data=data,
                created_at=now,
                next_at=now,
            )
            for application in applications
        )
