"""Patterns over names, as Centrifugo has them: for origins that may connect and for ws channels that are asked for.

Source: the library gobwas/glob that Centrifugo v4 uses, without separators: ``*`` for any run of characters, ``?`` for
any one, ``[abc]`` and ``[a-z]`` for one of some, ``[!abc]`` for one of all others, ``{a,b}`` for either; a backslash
takes the meaning from what follows it.

Matching takes time that grows with the length of the name times that of the pattern, whatever both are: a ``*`` takes
as little as it can and never gives it back, which is right because only another ``*`` can follow what stands behind it.
"""

from __future__ import annotations

import re

from vklive.errors import VkliveError

MAX_LENGTH = 1024
"""Characters of a pattern."""

MAX_ALTERNATIVES = 256
"""How many patterns without braces one with braces may stand for."""


class PatternError(VkliveError):
    """A text is not a pattern.

    Attributes:
        problem: what is wrong with it.
    """

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem

    def __str__(self) -> str:
        return f"not a pattern: {self.problem}"


class Glob:
    """A pattern.

    Raises:
        PatternError: it is none, or beyond one of the limits.
    """

    def __init__(self, pattern: str) -> None:
        if len(pattern) > MAX_LENGTH:
            raise PatternError(f"it has {len(pattern)} characters, at most {MAX_LENGTH}")
        try:
            self._regex = re.compile("|".join(map(_regex, _alternatives(pattern))), re.DOTALL)
        except re.error as error:
            raise PatternError(error.msg) from None

    def matches(self, name: str) -> bool:
        """Whether the whole name is one that the pattern stands for."""
        return self._regex.fullmatch(name) is not None


_STAR = ".*"
_TOKEN = re.compile(r"\\(?P<escaped>.?)|\[(?P<not>!?)(?P<class>(?:\\.|[^\]\\])+)\]|(?P<other>.)", re.DOTALL)
_RANGE = re.compile(r"\\?(.)-\\?(.)|\\?(.)", re.DOTALL)

_Sequence = tuple[str, ...]
"""Regular expressions of one character each, or `_STAR`."""


def _alternatives(pattern: str) -> list[_Sequence]:
    """The pattern without its braces: everything that it can stand for. A brace that is left open ends at the end."""
    outer: list[tuple[list[_Sequence], list[_Sequence]]] = []
    ready: list[_Sequence] = []
    current: list[_Sequence] = [()]
    for token in _TOKEN.finditer(pattern):
        match token["other"]:
            case "{":
                outer.append((ready, current))
                ready, current = [], [()]
            case "," if outer:
                ready, current = ready + current, [()]
            case "}" if outer:
                inner = ready + current
                ready, current = outer.pop()
                current = _each_with_each(current, inner)
            case _:
                current = [(*sequence, _atom(token)) for sequence in current]
    while outer:
        inner = ready + current
        ready, current = outer.pop()
        current = _each_with_each(current, inner)
    return current


def _each_with_each(starts: list[_Sequence], ends: list[_Sequence]) -> list[_Sequence]:
    if len(starts) * len(ends) > MAX_ALTERNATIVES:
        raise PatternError(f"its braces stand for more than {MAX_ALTERNATIVES} patterns")
    return [start + end for start in starts for end in ends]


def _atom(token: re.Match[str]) -> str:
    if token["class"] is not None:
        return f"[{'^' if token['not'] else ''}{_RANGE.sub(_one_of, token['class'])}]"
    if token["escaped"] is not None:
        if not token["escaped"]:
            raise PatternError("nothing follows the last backslash")
        return re.escape(token["escaped"])
    match token["other"]:
        case "*":
            return _STAR
        case "?":
            return "."
        case character:
            return re.escape(character)


def _one_of(found: re.Match[str]) -> str:
    """A character or a range of a class, with nothing in it that means more in a regular expression."""
    first, last, single = found.groups()
    return re.escape(single) if single else f"{re.escape(first)}-{re.escape(last)}"


def _regex(sequence: _Sequence) -> str:
    """A pattern without braces as a regular expression that never tries one thing twice."""
    start, *middle = _between_stars(sequence)
    if not middle:
        return start
    *middle, end = middle
    # Atomic: once the text between two stars is found at its first place, no later place can help what follows.
    return start + "".join(f"(?>.*?{part})" for part in middle if part) + _STAR + end


def _between_stars(sequence: _Sequence) -> list[str]:
    parts = [""]
    for atom in sequence:
        if atom == _STAR:
            parts.append("")
        else:
            parts[-1] += atom
    return parts
