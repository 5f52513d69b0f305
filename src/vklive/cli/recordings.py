"""Recordings that are given to a command: several files as one, and what is told of their bad lines."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO

import click

from vklive.errors import ConfigError
from vklive.escaping import escape
from vklive.recording.reading import BadLine, Placed, read_lines

MAX_BAD_LINES_TOLD = 20
"""Bad lines that are told one by one: with more, somebody has given the wrong file."""


class BadLines:
    """Tells on stderr, file and line, what could not be read, and counts it."""

    def __init__(self) -> None:
        self.count = 0

    def tell(self, where: str, reason: str) -> None:
        """One more."""
        self.count += 1
        if self.count <= MAX_BAD_LINES_TOLD:
            click.echo(escape(f"{where}: {reason}"), err=True)

    def tell_rest(self) -> None:
        """How many were not told one by one."""
        if self.count > MAX_BAD_LINES_TOLD:
            click.echo(f"and {self.count - MAX_BAD_LINES_TOLD} more lines that cannot be read", err=True)


def recorded(files: Iterable[str], bad: BadLines) -> Iterator[Placed]:
    """The lines of recordings, one file after the other; a minus sign is stdin. What cannot be read is passed over.

    Raises:
        ConfigError: a file cannot be read.
    """
    for name in files:
        with ExitStack() as stack:
            try:
                for found in read_lines(_open(name, stack), "stdin" if name == "-" else name):
                    match found:
                        case BadLine(where=where, reason=reason):
                            bad.tell(where, reason)
                        case Placed():
                            yield found
            except OSError as error:
                raise ConfigError(name, f"cannot be read: {error.strerror}") from error


def _open(name: str, stack: ExitStack) -> BinaryIO:
    return sys.stdin.buffer if name == "-" else stack.enter_context(Path(name).open("rb"))
