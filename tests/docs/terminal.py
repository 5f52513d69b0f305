"""A terminal that a test types into: one bash, whose output is a file."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

PATIENCE = 20.0
"""Seconds that a line may take to appear."""

_TIME = re.compile(r"\d\d:\d\d:\d\d")


class Terminal:
    """A bash in a folder.

    Args:
        folder: where it begins.
        environment: its whole environment.
        record: the file that it writes to, errors too.
    """

    def __init__(self, folder: Path, *, environment: Mapping[str, str], record: Path) -> None:
        self._record = record
        self._read = 0
        with record.open("wb") as output:
            self._bash = subprocess.Popen(
                ["bash"],
                cwd=folder,
                env=dict(environment),
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def type(self, commands: str) -> None:
        """Type commands. They run one after another; a further call may come while the last one runs."""
        assert self._bash.stdin is not None
        self._bash.stdin.write(commands.encode())
        self._bash.stdin.flush()

    def shows(self, text: str) -> None:
        """Wait until these lines have appeared in this order, after those that were found before.

        Raises:
            AssertionError: one did not, in time.
        """
        deadline = time.monotonic() + PATIENCE
        for line in text.splitlines():
            # The time of day is another one each day; that there is one is what counts.
            likeness = _TIME.sub(lambda _: _TIME.pattern, re.escape(line))
            wanted = re.compile(f"^{likeness}$", re.MULTILINE)
            while (found := wanted.search(self.output, self._read)) is None:
                assert time.monotonic() < deadline, f"{line!r} did not appear in:\n{self.output}"
                time.sleep(0.02)
            self._read = found.end()

    @property
    def output(self) -> str:
        """Everything so far."""
        return self._record.read_text(encoding="utf-8", errors="replace")

    def close(self) -> None:
        """End it, and everything that runs in it."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._bash.pid, signal.SIGTERM)
        assert self._bash.stdin is not None
        self._bash.stdin.close()
        try:
            self._bash.wait(PATIENCE)
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._bash.pid, signal.SIGKILL)
