"""Where a program was in a stream, kept in a file, so that after a restart it goes on from there.

What counts is what the program has taken: an event is done with when the next one is asked for, or when the stream is
closed without an error. So a program that fails in the middle of an event gets it again, and one that ends well gets
nothing twice.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import tempfile
from pathlib import Path

import msgspec
from msgspec import Struct

from vklive.errors import ConfigError
from vklive.events import ChatMessageSent, Event, Listening
from vklive.protocol.position import Position

_log = logging.getLogger("vklive.client.resume")

SAVE_EVERY = 1.0
"""Seconds between two savings at least. A program that is killed gets again what it took after the last one."""

MAX_FILE_SIZE = 1024 * 1024
"""Bytes of a file that is read; ours are far smaller."""

_VERSION = 1


class Bookmark(Struct, omit_defaults=True):
    """Where a program is in one ws channel.

    Attributes:
        epoch: of the history, where the ws channel keeps one.
        offset: in it.
        message: id of the last message of a chat.
    """

    epoch: str = ""
    offset: int = 0
    message: int = 0

    @property
    def position(self) -> Position | None:
        """The position in the history; `None` where there is none."""
        return Position(self.epoch, self.offset) if self.epoch else None


class _Saved(Struct, forbid_unknown_fields=True):
    vklive_resume: int
    channel: str
    ws_channels: dict[str, Bookmark]


class Progress:
    """The bookmarks of one stream. The constructor does no I/O.

    Args:
        path: of the file. It belongs to one stream: two would overwrite each other.
        channel_url: the slug of the stream's channel.
    """

    def __init__(self, path: Path, *, channel_url: str) -> None:
        self._path = path
        self._channel_url = channel_url
        self._bookmarks: dict[str, Bookmark] = {}
        self._in_hand: Event | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._changed = False

    def load(self) -> None:
        """Read the file, if there is one.

        Raises:
            ConfigError: it cannot be read, or is not of this channel. It is left as it is.
        """
        try:
            with self._path.open("rb") as file:
                content = file.read(MAX_FILE_SIZE)
        except FileNotFoundError:
            return
        except OSError as error:
            raise ConfigError(str(self._path), f"cannot be read: {error.strerror}") from error
        hint = "name another file, or remove this one to begin anew"
        try:
            saved = msgspec.json.decode(content, type=_Saved)
        except (msgspec.MsgspecError, ValueError, RecursionError) as error:
            raise ConfigError(str(self._path), "this is no file to resume from", hint=hint) from error
        if saved.vklive_resume != _VERSION:
            raise ConfigError(str(self._path), f"it is of version {saved.vklive_resume}, not {_VERSION}", hint=hint)
        if saved.channel != self._channel_url:
            problem = f"it is of the channel {saved.channel!r}, not {self._channel_url!r}"
            raise ConfigError(str(self._path), problem, hint=hint)
        self._bookmarks = saved.ws_channels

    def bookmark(self, ws_channel: str) -> Bookmark | None:
        """Where the program was in a ws channel; `None` when it never listened to it."""
        return self._bookmarks.get(ws_channel)

    def hand_over(self, event: Event) -> None:
        """The program gets an event."""
        self._in_hand = event

    def done(self) -> None:
        """The program has done with the event that it has."""
        event, self._in_hand = self._in_hand, None
        if event is None or not (event.raw or isinstance(event.data, Listening)):
            return
        self._changed = True
        known = self._bookmarks.setdefault(event.ws_channel, Bookmark())
        if event.position is not None:
            known.epoch, known.offset = event.position.epoch, event.position.offset
        elif isinstance(event.data, Listening):
            known.epoch, known.offset = "", 0
        if isinstance(event.data, ChatMessageSent):
            known.message = max(known.message, event.data.chat_message.id)
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(SAVE_EVERY, self._save_now)

    def close(self) -> None:
        """Save what is to be saved, and no more."""
        self._save_now()

    def _save_now(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if not self._changed:
            return
        saved = _Saved(vklive_resume=_VERSION, channel=self._channel_url, ws_channels=self._bookmarks)
        try:
            _write(self._path, msgspec.json.format(msgspec.json.encode(saved), indent=2))
        except OSError as error:
            # A disk that is full now may have room later; what is listened to is not to suffer.
            _log.error("%s cannot be written: %s", self._path, error.strerror)
        else:
            self._changed = False


def _write(path: Path, content: bytes) -> None:
    """Replace a file as a whole: whoever reads it, also after a crash, finds the old content or the new."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise
