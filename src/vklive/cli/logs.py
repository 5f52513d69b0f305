"""Where the log goes when vklive is a program. The library itself never decides that."""

from __future__ import annotations

import logging

from vklive.escaping import escape

LEVELS = ("debug", "info", "warning", "error")
"""The levels that one may ask for."""


class OneLineFormatter(logging.Formatter):
    """A formatter whose messages are one line: what strangers said is in some of them. Tracebacks keep theirs."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's name
        """The line of a record, escaped."""
        return escape(super().formatMessage(record))


def log_to_stderr(level: str | None) -> None:
    """Send what is at least this important to stderr; ``None`` for warnings.

    With ``None``, warnings of the client are left out: they are about the connection, of which a stream tells itself.
    """
    handler = logging.StreamHandler()
    handler.setFormatter(OneLineFormatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    if level is None:
        handler.addFilter(_not_told_by_the_stream)
    logging.basicConfig(level=(level or "warning").upper(), handlers=[handler])


def _not_told_by_the_stream(record: logging.LogRecord) -> bool:
    return record.levelno > logging.WARNING or not record.name.startswith("vklive.client")
