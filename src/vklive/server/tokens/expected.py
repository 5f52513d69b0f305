"""Who tokens must be from and for: the claims ``iss`` and ``aud`` (centrifugo.md 5.1)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from vklive.errors import ConfigError
from vklive.server.re2 import RegexError, compiled
from vklive.server.tokens.claims import InvalidTokenError

MAX_LENGTH = 1024
"""Characters of an issuer or an audience that is looked at. Patterns see it before the signature has been checked."""


class Expected:
    """What the issuer and the audience of every token must be, for both kinds of tokens.

    Args:
        audience: the text itself; of several audiences one must be it.
        audience_regex: a pattern (`vklive.server.re2`) that is to be found in it instead.
        issuer: the text itself.
        issuer_regex: a pattern that is to be found in it instead.

    Raises:
        ConfigError: a text and a pattern for the same, or a pattern that is none.
    """

    def __init__(
        self, *, audience: str = "", audience_regex: str = "", issuer: str = "", issuer_regex: str = ""
    ) -> None:
        self._audience = _matcher("token_audience", audience, audience_regex)
        self._issuer = _matcher("token_issuer", issuer, issuer_regex)

    @property
    def names(self) -> frozenset[str]:
        """The names of the groups in the patterns."""
        patterns = (self._audience, self._issuer)
        return frozenset(name for pattern in patterns if pattern is not None for name in pattern.groupindex)

    def check(self, *, audience: str | Sequence[str] | None, issuer: str | None) -> dict[str, str]:
        """Look at the claims of a token.

        Returns:
            What each named group of the patterns has found, empty when it has found nothing. Of two groups of one
            name, that of the audience counts.

        Raises:
            InvalidTokenError: it is from somebody else or for somebody else.
        """
        of_audience: dict[str, str] = {}
        of_issuer: dict[str, str] = {}
        if self._audience is not None:
            audiences = [audience] if isinstance(audience, str) else (audience or [])
            of_audience = _first(self._audience, audiences, problem="it is for another audience")
        if self._issuer is not None:
            of_issuer = _first(self._issuer, [issuer or ""], problem="it is from another issuer")
        return of_issuer | of_audience


def _first(pattern: re.Pattern[str], values: Sequence[str], *, problem: str) -> dict[str, str]:
    for value in values:
        if len(value) > MAX_LENGTH:
            continue
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
        return compiled(pattern)
    except RegexError as error:
        raise ConfigError(f"{option}_regex", f"is {error}") from None


ANYBODY = Expected()
"""Tokens of any issuer for any audience."""
