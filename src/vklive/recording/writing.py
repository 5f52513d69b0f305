"""The files that a recording is written into."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, Protocol

from vklive.errors import ConfigError, RecordingError

MAX_FILE_SIZE = 128 * 1024 * 1024
"""Bytes of one file by default: about 200,000 chat messages, and still quick to read."""

FILES_KEPT = 8
"""Files by default, with the one that is written: with full ones, 1 GiB is the end of it."""

_PRIVATE = 0o600
"""Mode of a new file: what was said in private chats is in it."""


class Lines(Protocol):
    """Something that lines are written to."""

    def write(self, line: bytes) -> None:
        """Write one line, with its newline, so that it is there even if this program is killed the next moment.

        Raises:
            RecordingError: it cannot be written.
            BrokenPipeError: nobody reads any more.
        """
        ...

    def close(self) -> None:
        """Write no more. May be called again."""
        ...


class LineFile:
    """Lines in a file. When it is full it becomes ``FILE.1``, the one before ``FILE.2`` and so on.

    The oldest goes when there are too many. Every line is given to the system as it is written: a kill of the program
    loses none of them. A line that was torn by a crash is ended before the first new one, so that it spoils no other.

    Args:
        path: of the file. Two programs must not write into the same.
        first_line: gives the first line of each file.
        overwrite: whether to begin anew, instead of at the end of what is there. Full files of earlier are left alone.
        max_size: bytes of a file, but for a line that alone has more.
        files: how many to keep at most, with the one that is written; at least 1.
    """

    def __init__(
        self,
        path: Path,
        *,
        first_line: Callable[[], bytes],
        overwrite: bool = False,
        max_size: int = MAX_FILE_SIZE,
        files: int = FILES_KEPT,
    ) -> None:
        self._path = path
        self._first_line = first_line
        self._overwrite = overwrite
        self._max_size = max_size
        self._files = files
        self._file: BinaryIO | None = None
        self._size = 0
        self._torn = False

    def open(self) -> None:
        """Open the file and write its first line.

        Raises:
            ConfigError: it cannot be opened.
        """
        try:
            self._open(overwrite=self._overwrite)
            self._put(self._first_line())
        except OSError as error:
            raise ConfigError(str(self._path), f"cannot be written: {error.strerror}") from error

    def write(self, line: bytes) -> None:
        """See `Lines`."""
        try:
            if self._size + len(line) > self._max_size:
                self._turn()
            self._put(line)
        except OSError as error:
            self._torn = True
            raise RecordingError(str(self._path), error.strerror or type(error).__name__) from error

    def close(self) -> None:
        """See `Lines`."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def _open(self, *, overwrite: bool) -> None:
        flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | (os.O_TRUNC if overwrite else 0)
        # Unbuffered: a line is one write.
        self._file = os.fdopen(os.open(self._path, flags, _PRIVATE), "a+b", buffering=0)
        self._size = self._file.seek(0, os.SEEK_END)
        self._torn = False
        if self._size:
            self._file.seek(-1, os.SEEK_END)
            self._torn = self._file.read(1) != b"\n"

    def _put(self, line: bytes) -> None:
        if self._file is None:
            self._open(overwrite=False)
        assert self._file is not None  # noqa: S101 - it was opened just now
        rest = memoryview(b"\n" + line if self._torn else line)
        self._torn = True
        while rest:
            written = self._file.write(rest)
            self._size += written
            rest = rest[written:]
        self._torn = False

    def _turn(self) -> None:
        """Go on in a new file."""
        self.close()
        for number in range(self._files - 1, 0, -1):
            older = self._numbered(number - 1)
            if older.exists():
                older.replace(self._numbered(number))
        self._open(overwrite=True)
        self._put(self._first_line())

    def _numbered(self, number: int) -> Path:
        return self._path.with_name(f"{self._path.name}.{number}") if number else self._path


class LinePipe:
    """Lines for whoever reads them: how much that is, is their business.

    Args:
        file: where to write; it is not closed.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def write(self, line: bytes) -> None:
        """See `Lines`."""
        self._file.write(line)
        self._file.flush()

    def close(self) -> None:
        """See `Lines`."""
