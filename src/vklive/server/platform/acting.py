"""How the platform does something: one transaction, and what is told when it has ended well.

::

    async with self._acting() as act:
        …  # rules, and changes by act.session
        act.announce(channel, FollowCreated(follow=…))

Over the WebSocket an event is told at most once: when the process ends between the transaction and the publication, it
is not told. WebHooks are written down in the transaction itself, and are told at least once.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Protocol, TypeAlias

import msgspec
from msgspec import Raw, Struct
from sqlalchemy.ext.asyncio import AsyncSession

from vklive.events import EventData
from vklive.protocol.messages import Publication
from vklive.server.platform.routing import ws_channel_of
from vklive.server.store.database import Database

Publish: TypeAlias = Callable[[str, Publication], Awaitable[object]]
"""Publishes into a ws channel: `vklive.server.node.Node.publish`."""


class ChannelFacts(Struct, frozen=True, kw_only=True):
    """What has to be known of a channel to tell what happens in it."""

    id: int
    url: str
    owner_id: int


class Announcement(Struct, frozen=True, kw_only=True):
    """Something that has happened.

    Attributes:
        channel: where.
        event: what.
        user_id: who alone is to hear it; `None` for all whom it concerns.
        limited: it is of a limited stream.
    """

    channel: ChannelFacts
    event: EventData
    user_id: int | None = None
    limited: bool = False


class Outbox(Protocol):
    """What else is told of an event, for certain: WebHooks."""

    async def add(self, session: AsyncSession, announcement: Announcement, *, now: datetime) -> None:
        """Write down, in the transaction of the act, what is to be told."""
        ...

    def wake(self) -> None:
        """The transaction has ended well: what was written down can be told."""
        ...


class Act:
    """Something that is being done.

    Attributes:
        session: its transaction.
        now: when it is done; aware, UTC.
    """

    def __init__(self, session: AsyncSession, now: datetime) -> None:
        self.session = session
        self.now = now
        self.announcements: list[Announcement] = []

    def announce(
        self, channel: ChannelFacts, event: EventData, *, user_id: int | None = None, limited: bool = False
    ) -> None:
        """Tell of it when it is done; see `Announcement`. Announcements of one act are told in their order."""
        self.announcements.append(Announcement(channel=channel, event=event, user_id=user_id, limited=limited))


class Acting:
    """Does things: calling it begins one.

    Args:
        database: where.
        publish: tells of it over the WebSocket.
        outboxes: tell of it in other ways.
    """

    def __init__(self, database: Database, publish: Publish, *, outboxes: Sequence[Outbox] = ()) -> None:
        self._database = database
        self._publish = publish
        self._outboxes = outboxes

    @asynccontextmanager
    async def __call__(self) -> AsyncGenerator[Act]:
        """One act. When the block raises, nothing has happened, and nothing is told.

        Raises:
            DirectoryUnavailableError: the database does not answer.
        """
        async with self._database.writing() as session:
            act = Act(session, self._database.now())
            yield act
            for announcement in act.announcements:
                for outbox in self._outboxes:
                    await outbox.add(session, announcement, now=act.now)
        for announcement in act.announcements:
            await self._publish(_ws_channel(announcement), _publication(announcement.event))
        if act.announcements:
            for outbox in self._outboxes:
                outbox.wake()


def _ws_channel(announcement: Announcement) -> str:
    channel = announcement.channel
    return ws_channel_of(
        announcement.event,
        channel_id=channel.id,
        owner_id=channel.owner_id,
        user_id=announcement.user_id,
        limited=announcement.limited,
    )


def _publication(event: EventData) -> Publication:
    return Publication(data=Raw(msgspec.json.encode({"type": event.event_type, "data": event})))
