"""The chats as a whole: their areas, and what runs beside them."""

from __future__ import annotations

import asyncio

from vklive.protocol.messages import Publication
from vklive.server.directory import Directory
from vklive.server.platform.acting import Acting
from vklive.server.platform.channels import Channels
from vklive.server.platform.chat.archive import Archive
from vklive.server.platform.chat.history import History
from vklive.server.platform.chat.people import Listeners, People
from vklive.server.platform.chat.retention import Retention
from vklive.server.platform.chat.sending import Sending
from vklive.server.platform.chat.settings import Settings
from vklive.server.store.database import Database
from vklive.server.tasks import Tasks


class Chat:
    """All that concerns chats. What it does not do is raised as a `vklive.server.refusal.RefusalError`.

    `start` it when the database is open, and `stop` it before that is closed.

    Args:
        database: where everything is.
        directory: knows what people are to channels.
        acting: how something is done.
        channels: finds channels.
        listeners: says who is connected.
        retention: seconds for which messages are kept.
        tasks: where something runs beside the calls.

    Attributes:
        archive: keeps what is published.
        history: tells what was said.
        people: tells who is there.
        sending: lets users write.
        settings: how chats are kept in order.
    """

    def __init__(
        self,
        database: Database,
        directory: Directory,
        acting: Acting,
        channels: Channels,
        *,
        listeners: Listeners,
        retention: float,
        tasks: Tasks,
    ) -> None:
        self.archive = Archive(database, tasks)
        self.history = History(database, channels, self.archive)
        self.people = People(database, directory, channels, self.archive, listeners=listeners)
        self.sending = Sending(acting, channels, self.archive)
        self.settings = Settings(database, acting, channels)
        self._retention = Retention(database, seconds=retention)
        self._tasks = tasks
        self._forgetting: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to forget what is too old."""
        self._forgetting = self._tasks.start(self._retention.run(), name="retention of chats")

    async def stop(self) -> None:
        """Write what was published and is not written yet; then the database may be closed."""
        self._retention.end()
        if self._forgetting is not None:
            await self._forgetting
        await self.archive.stop()

    def take(self, ws_channel: str, publication: Publication) -> None:
        """Something was published: for `vklive.server.node.Node.on_publication`."""
        self.archive.take(ws_channel, publication)
