"""Reads recordings, line by line. A line that cannot be read spoils no other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from msgspec import Struct

from vklive.recording.lines import AnyLine, decode_line

MAX_LINE_SIZE = 128 * 1024 * 1024
"""Bytes of a line: more than the largest message, were all of it escapes. A longer one is passed over."""


class BadLine(Struct, frozen=True):
    """A line that cannot be read.

    Attributes:
        where: file and number of the line, ``file:3``.
        reason: what is wrong with it.
    """

    where: str
    reason: str


class Placed(Struct, frozen=True):
    """A line, and where it stands."""

    where: str
    line: AnyLine


def read_lines(file: BinaryIO, name: str) -> Iterator[Placed | BadLine]:
    """The lines of a recording, read as they are asked for; empty ones are passed over.

    Args:
        file: where to read.
        name: what to call it.

    Raises:
        OSError: it cannot be read on.
    """
    number = 0
    while text := file.readline(MAX_LINE_SIZE):
        number += 1
        where = f"{name}:{number}"
        if len(text) >= MAX_LINE_SIZE and not text.endswith(b"\n"):
            _pass_over(file)
            yield BadLine(where, f"it has more than {MAX_LINE_SIZE} bytes")
        elif text.strip():
            yield _read(text, where)


def _read(text: bytes, where: str) -> Placed | BadLine:
    try:
        return Placed(where, decode_line(text))
    except ValueError as error:
        torn = "" if text.endswith(b"\n") else "; the recording ends in the middle of it"
        return BadLine(where, f"{error}{torn}")


def _pass_over(file: BinaryIO) -> None:
    while (rest := file.readline(MAX_LINE_SIZE)) and not rest.endswith(b"\n"):
        pass
