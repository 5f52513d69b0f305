"""Keeps what others publish in chats: messages that came by the server API or from another part of a platform.

Publishing does not wait for the database, so what is published is queued here and written soon after. Whoever reads
waits for what is queued, so that everybody can read what they have published.

What is said through the DevAPI is stored before it is published; it comes by here too, and is recognised.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque

import msgspec
from msgspec import Raw, Struct
from sqlalchemy.exc import IntegrityError

from vklive.devapi.topics import Topic
from vklive.events import ChatMessageDeleted, ChatMessageSent
from vklive.protocol.messages import Publication
from vklive.server import names
from vklive.server.directory import DirectoryUnavailableError
from vklive.server.store.chat import Change, Kept, TakenBack, keep, not_yet_kept
from vklive.server.store.database import Database
from vklive.server.tasks import Tasks

_log = logging.getLogger("vklive.server.platform.chat")

MAX_WAITING = 16 * 1024 * 1024
"""Bytes of messages that may wait to be written: minutes of the busiest chats. Of more, the oldest are not kept."""

OVERHEAD = 256
"""Bytes that a change is taken to need beside the message itself."""

BATCH = 500
"""Changes that are written in one transaction."""

ATTEMPTS = 5
"""How often it is tried to write a batch, before it is given up for those that wait behind it."""

PAUSE = 1.0
"""Seconds between two attempts."""

PATIENCE = ATTEMPTS * PAUSE
"""Seconds that a reader waits for what is queued, before it reads what there is."""

_CHATS = frozenset({Topic.CHAT, Topic.PRIVATE_CHAT, Topic.LIMITED_CHAT, Topic.LIMITED_PRIVATE_CHAT})
_LIMITED = frozenset({Topic.LIMITED_CHAT, Topic.LIMITED_PRIVATE_CHAT})


class _Data(Struct, frozen=True):
    chat_message: Raw = Raw(b"{}")


class _Envelope(Struct, frozen=True):
    type: str = ""
    data: _Data = _Data()


class _Message(Struct, frozen=True):
    id: int = 0
    author: Raw = Raw(b"{}")


class _Author(Struct, frozen=True):
    id: int = 0


_read = msgspec.json.Decoder(_Envelope)
# Other platforms may write numbers as strings.
_read_message = msgspec.json.Decoder(_Message, strict=False)
_read_author = msgspec.json.Decoder(_Author, strict=False)
_UNREADABLE = (msgspec.MsgspecError, ValueError, RecursionError)


class Archive:
    """Writes down what is published in chats.

    Args:
        database: where.
        tasks: where it is written from.
        limit: bytes that may wait.

    Attributes:
        lost: how many changes were not kept, since too many waited or the database did not take them.
    """

    def __init__(self, database: Database, tasks: Tasks, *, limit: int = MAX_WAITING) -> None:
        self.lost = 0
        self._database = database
        self._tasks = tasks
        self._limit = limit
        self._waiting: deque[Change] = deque()
        self._size = 0
        # Changes are numbered in the order in which they came; all up to the second number are dealt with.
        self._taken = self._settled = 0
        self._progress = asyncio.Event()
        self._writing: asyncio.Task[None] | None = None

    def take(self, ws_channel: str, publication: Publication) -> None:
        """Something was published; whatever is no message of a chat is passed over. To be called inside the loop."""
        change = _change(ws_channel, publication)
        if change is None:
            return
        self._waiting.append(change)
        self._taken += 1
        self._size += _size(change)
        while self._size > self._limit:
            self._size -= _size(self._waiting.popleft())
            self._settled += 1
            self._lose(1, "too many of them wait")
        if self._writing is None or self._writing.done():
            self._writing = self._tasks.start(self._write(), name="archive of chats")

    async def settled(self) -> None:
        """Wait until everything that was published before is written, or given up; at most `PATIENCE`."""
        wanted = self._taken
        try:
            async with asyncio.timeout(PATIENCE):
                while self._settled < wanted:
                    await self._progress.wait()
        except TimeoutError:
            _log.warning("messages of chats are read while %d changes wait to be written", self._taken - self._settled)

    async def stop(self) -> None:
        """Write what was published before, as long as `settled` waits for it, and write no more."""
        await self.settled()
        if self._writing is not None and not self._writing.done():
            self._writing.cancel()
            await asyncio.wait({self._writing})
        if self._waiting:
            self._lose(len(self._waiting), "the server stops")
            self._waiting.clear()
        self._settled = self._taken

    async def _write(self) -> None:
        while self._waiting:
            batch = [self._waiting.popleft() for _ in range(min(BATCH, len(self._waiting)))]
            self._size -= sum(map(_size, batch))
            try:
                await self._write_batch(batch)
            except BaseException:
                self._lose(len(batch), "writing them was broken off")
                raise
            finally:
                self._settled += len(batch)
                done, self._progress = self._progress, asyncio.Event()
                done.set()

    async def _write_batch(self, batch: list[Change]) -> None:
        problem = ""
        for attempt in range(ATTEMPTS):
            if attempt:
                await asyncio.sleep(PAUSE)
            try:
                async with self._database.reading() as session:
                    changes = await not_yet_kept(session, batch)
                if changes:
                    async with self._database.writing() as session:
                        await keep(session, changes, now=self._database.now())
            except (DirectoryUnavailableError, IntegrityError) as error:
                # What contradicts itself: a channel that was there is gone. The next look will tell.
                problem = f"{type(error).__name__}"
            else:
                return
        self._lose(len(batch), f"the database does not take them ({problem})")

    def _lose(self, count: int, why: str) -> None:
        self.lost += count
        # Not for each of thousands: at 1, 2, 4, 8 …
        if (self.lost - count).bit_length() < self.lost.bit_length():
            _log.warning("%d changes of chats are not kept by now: %s", self.lost, why)


def _size(change: Change) -> int:
    return OVERHEAD + (len(change.body) if isinstance(change, Kept) else 0)


def _change(ws_channel: str, publication: Publication) -> Change | None:
    named = names.parse(ws_channel)
    if named is None or named.topic not in _CHATS:
        return None
    limited = named.topic in _LIMITED
    try:
        envelope = _read.decode(publication.data)
        message = _read_message.decode(envelope.data.chat_message)
        body = bytes(envelope.data.chat_message).decode()
    except _UNREADABLE:
        return None
    if not 1 <= message.id <= names.MAX_ID or "\0" in body:
        return None
    if envelope.type == ChatMessageDeleted.event_type:
        return TakenBack(channel_id=named.channel_id, id=message.id, recipient_id=named.user_id, limited=limited)
    if envelope.type != ChatMessageSent.event_type:
        return None
    return Kept(
        channel_id=named.channel_id,
        id=message.id,
        author_id=_author_id(message.author),
        recipient_id=named.user_id,
        limited=limited,
        body=body,
    )


def _author_id(author: Raw) -> int:
    """Who wrote it; 0 for nobody known: a message is kept also when its author cannot be read."""
    try:
        number = _read_author.decode(author).id
    except _UNREADABLE:
        return 0
    return number if 1 <= number <= names.MAX_ID else 0
