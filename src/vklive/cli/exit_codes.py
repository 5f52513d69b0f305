"""How a command ends, told to the shell."""

from __future__ import annotations

from enum import IntEnum
from typing import Self

from vklive.errors import (
    ConfigError,
    DevApiError,
    DisconnectedError,
    ForbiddenError,
    MissingExtraError,
    NotFoundError,
    RateLimitedError,
    TransportError,
    UnauthorizedError,
    UnavailableError,
    VkliveError,
)
from vklive.protocol.codes import DisconnectCode


class ExitCode(IntEnum):
    """The exit codes of all commands.

    Attributes:
        meaning: what it means, in a few words, as ``vklive --help`` says it.
    """

    meaning: str

    ENDED = 0, "ended as asked, also by --limit, --for and SIGTERM"
    FAILED = 1, "something unexpected, or ended by the server"
    USAGE = 2, "wrong usage or configuration, or an extra is missing"
    REFUSED = 3, "the credentials were refused"
    NO_ACCESS = 4, "no such channel, or no access to any topic"
    UNREACHABLE = 5, "no connection, and no other try wanted"
    INTERRUPTED = 130, "interrupted by Ctrl-C"

    def __new__(cls, code: int, meaning: str) -> Self:
        """An exit code and what it means."""
        member = int.__new__(cls, code)
        member._value_ = code
        member.meaning = meaning
        return member


# The first class that fits counts, so the special ones stand before the general ones.
_CODES: tuple[tuple[type[VkliveError], ExitCode], ...] = (
    (ConfigError, ExitCode.USAGE),
    (MissingExtraError, ExitCode.USAGE),
    (UnauthorizedError, ExitCode.REFUSED),
    (ForbiddenError, ExitCode.NO_ACCESS),
    (NotFoundError, ExitCode.NO_ACCESS),
    (RateLimitedError, ExitCode.UNREACHABLE),
    (UnavailableError, ExitCode.UNREACHABLE),
    (DevApiError, ExitCode.FAILED),
    (TransportError, ExitCode.UNREACHABLE),
)


def exit_code_of(error: VkliveError) -> ExitCode:
    """The exit code for an error that ended a command."""
    if isinstance(error, DisconnectedError) and error.code == DisconnectCode.INVALID_TOKEN:
        return ExitCode.REFUSED
    return next((code for kind, code in _CODES if isinstance(error, kind)), ExitCode.FAILED)
