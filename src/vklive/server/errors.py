"""Why the pub/sub does not do what it was asked."""

from __future__ import annotations

from vklive.errors import VkliveError
from vklive.protocol.codes import ErrorCode


class NodeError(VkliveError):
    """The pub/sub cannot do it; whoever asked is told the code.

    Attributes:
        code: for the one who asked.
        why: the exact reason, for the log.
    """

    def __init__(self, code: ErrorCode, why: str) -> None:
        super().__init__(code, why)
        self.code = code
        self.why = why

    def __str__(self) -> str:
        return f"{self.code.value} {self.code.message}: {self.why}"
