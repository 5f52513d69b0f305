"""Who tokens must be from and for: the claims ``iss`` and ``aud`` (centrifugo.md 5.1)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from vklive.errors import ConfigError
from vklive.server.tokens.claims import InvalidTokenError


class Expected:
    """What the issuer and the audience of every token must be, for both kinds of tokens.

    Args:
        audience: the text itself; of several audiences one must be it.
        audience_regex: what it must contain instead.
        issuer: the text itself.
        issuer_regex: what it must contain instead.

    Raises:
        ConfigError: a text and a pattern for the same, or a pattern that is none.
    """

    def __init__(
        self, *, audience: str = "", audience_regex: str = "", issuer: str = "", issuer_regex: str = ""
    ) -> None:
        self._audience = _matcher("token_audience", audience, audience_regex)
        self._issuer = _matcher("token_issuer", issuer, issuer_regex)

    def check(self, *, audience: str | Sequence[str] | None, issuer: str | None) -> dict[str, str]:
        """Look at the claims of a token; returns what the named groups of the patterns have found.

        Raises:
            InvalidTokenError: it is from somebody else or for somebody else.
        """
        found: dict[str, str] = {}
        if self._audience is not None:
            audiences = [audience] if isinstance(audience, str) else (audience or [])
            found |= _first(self._audience, audiences, problem="it is for another audience")
        if self._issuer is not None:
            found |= _first(self._issuer, [issuer or ""], problem="it is from another issuer")
        return found


def _first(pattern: re.Pattern[str], values: Sequence[str], *, problem: str) -> dict[str, str]:
    for value in values:
        if (match := pattern.search(value)) is not None:
            return {name: text or "" for name, text in match.groupdict().items()}
    raise InvalidTokenError(problem)


def _matcher(option: str, exact: str, pattern: str) -> re.Pattern[str] | None:
    if exact and pattern:
        raise ConfigError(option, f"{option} and {option}_regex exclude each other", hint="set one of them")
    if exact:
        return re.compile(rf"\A{re.escape(exact)}\Z")
    if not pattern:
        return None
    try:
        return re.compile(pattern)
    except re.error as error:
        raise ConfigError(f"{option}_regex", f"is not a regular expression: {error.msg}") from None


ANYBODY = Expected()
"""Tokens of any issuer for any audience."""
