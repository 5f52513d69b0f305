"""How the platform does something: one transaction, and what is told when it has ended well.

::

    async with self._acting() as act:
        …  # rules, and changes by act.session
        act.announce(channel, FollowCreated(follow=…))

Over the WebSocket an event is told at most once: when the process ends between the transaction and the publication, it
is not told. WebHooks are written down in the transaction itself, and are told at least once.

What happens in one channel is told by one process in the order in which it was done.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime
from typing import Protocol, TypeAlias
from weakref import WeakValueDictionary

import msgspec
from msgspec import Raw, Struct
from sqlalchemy.ext.asyncio import AsyncSession

from vklive.devapi.topics import Topic
from vklive.events import EventData, UnknownEvent
from vklive.protocol.messages import Publication
from vklive.server.names import WsChannel, build
from vklive.server.platform.routing import ws_channel_of
from vklive.server.store.database import Database
from vklive.server.targets import Target

_log = logging.getLogger("vklive.server.platform")

Publish: TypeAlias = Callable[[str, Publication], Awaitable[object]]
"""Publishes into a ws channel: `vklive.server.node.Node.publish`."""

Deafen: TypeAlias = Callable[[Target, str], Awaitable[None]]
"""Ends what somebody hears of a ws channel: `vklive.server.node.Node.deafen`."""


class ChannelFacts(Struct, frozen=True, kw_only=True):
    """What has to be known of a channel to tell what happens in it."""

    id: int
    url: str
    owner_id: int


class Announcement(Struct, frozen=True, kw_only=True):
    """Something that has happened.

    Attributes:
        channel: where.
        event: what; an `UnknownEvent` when only a foreign platform knows what it means.
        user_id: who alone is to hear it; `None` for all whom it concerns.
        limited: it is of a limited stream.
        topic: where it is heard, instead of where its type says.
        given: the JSON of its data as a foreign platform gave it, with the fields that `event` does not know; `None`
            when `event` is all that there is.
        certain: the same event as outboxes tell it, when that says more; `None` when it does not.
    """

    channel: ChannelFacts
    event: EventData
    user_id: int | None = None
    limited: bool = False
    topic: Topic | None = None
    given: Raw | None = None
    certain: EventData | None = None

    @property
    def type(self) -> str:
        """Its type on the wire."""
        return self.event.type if isinstance(self.event, UnknownEvent) else self.event.event_type

    @property
    def data(self) -> Raw:
        """The JSON of its data."""
        return Raw(msgspec.json.encode(self.event)) if self.given is None else self.given

    @property
    def certain_data(self) -> Raw:
        """The JSON of its data for an outbox."""
        return self.data if self.certain is None else Raw(msgspec.json.encode(self.certain))

    @property
    def ws_channel(self) -> str:
        """The name of the ws channel where it is heard."""
        return ws_channel_of(
            self.event,
            channel_id=self.channel.id,
            owner_id=self.channel.owner_id,
            user_id=self.user_id,
            limited=self.limited,
            topic=self.topic,
        )


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
        self.deafened: list[tuple[str, str]] = []

    def announce(
        self,
        channel: ChannelFacts,
        event: EventData,
        *,
        user_id: int | None = None,
        limited: bool = False,
        topic: Topic | None = None,
        given: Raw | None = None,
        certain: EventData | None = None,
    ) -> Announcement:
        """Tell of it when it is done; see `Announcement`. Announcements of one act are told in their order."""
        announcement = Announcement(
            channel=channel,
            event=event,
            user_id=user_id,
            limited=limited,
            topic=topic,
            given=given,
            certain=certain,
        )
        self.announcements.append(announcement)
        return announcement

    def deafen(self, channel: ChannelFacts, user_id: int) -> None:
        """When it is done, and before it is told, end what the user hears of the channel that not everybody may."""
        limited = WsChannel(Topic.LIMITED_CHAT, channel.id), WsChannel(Topic.LIMITED_PRIVATE_CHAT, channel.id, user_id)
        self.deafened += [(str(user_id), build(ws_channel)) for ws_channel in limited]


class Acting:
    """Does things: calling it begins one.

    Args:
        database: where.
        publish: tells of it over the WebSocket.
        deafen: ends what somebody may hear no longer; `None` where nobody hears anything.
        outboxes: tell of it in other ways.
    """

    def __init__(
        self,
        database: Database,
        publish: Publish,
        *,
        deafen: Deafen | None = None,
        outboxes: Sequence[Outbox] = (),
    ) -> None:
        self._database = database
        self._publish = publish
        self._deafen = deafen
        self._outboxes = outboxes
        self._turns: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()

    @asynccontextmanager
    async def __call__(self) -> AsyncGenerator[Act]:
        """One act. When the block raises, nothing has happened, and nothing is told.

        When it has ended well it has happened, so that nothing is raised any more: a caller would do it twice. What
        cannot be published then is logged, and the rest is told.

        Raises:
            DirectoryUnavailableError: the database does not answer.
        """
        async with AsyncExitStack() as turns:
            async with self._database.writing() as session:
                act = Act(session, self._database.now())
                yield act
                for announcement in act.announcements:
                    for outbox in self._outboxes:
                        await outbox.add(session, announcement, now=act.now)
                # Whoever has its turn must not wait for a row that somebody holds who waits for theirs.
                await session.flush()
                for channel_id in sorted({announcement.channel.id for announcement in act.announcements}):
                    turn = self._turns.setdefault(channel_id, asyncio.Lock())
                    await turns.enter_async_context(turn)
            try:
                await self._tell(act)
            finally:
                if act.announcements:
                    for outbox in self._outboxes:
                        outbox.wake()

    async def _tell(self, act: Act) -> None:
        if self._deafen is not None:
            for user, ws_channel in act.deafened:
                await self._deafen(Target(user=user), ws_channel)
        for announcement in act.announcements:
            try:
                await self._publish(announcement.ws_channel, _publication(announcement))
            except Exception:  # noqa: BLE001 - whatever it is, the others are to be told
                _log.exception("%s has happened, and could not be published", announcement.type)


def _publication(announcement: Announcement) -> Publication:
    return Publication(data=Raw(msgspec.json.encode({"type": announcement.type, "data": announcement.data})))
