"""What the values of a place seem to mean, from what they look like and what the place is called. Only ever a hint."""

from __future__ import annotations

import re

from vklive.inference.limits import MIN_ENUM, MIN_REPETITIONS
from vklive.inference.scalars import Numbers, Texts

_EARLIEST = 978_307_200
"""2001-01-01: this platform is younger."""
_LATEST = 4_102_444_800
"""2100-01-01: no event is so far away."""
_MILLISECONDS = 1000

_TIME_WORDS = frozenset({"at", "time", "date", "timestamp", "ts", "since", "until", "expires", "expire"})
_CONSTANT = re.compile(r"[A-Za-z0-9_.:-]+")
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[0-9]+")


def words(name: str) -> list[str]:
    """The words of a name in ``snake_case``, ``camelCase`` or anything else, in lower case."""
    return [word.lower() for word in _WORD.findall(name)]


def time_unit(numbers: Numbers, name: str) -> str:
    """``unix seconds`` or ``unix milliseconds`` when the integers under a name seem to be that, else empty."""
    low = numbers.low_but_zero
    if low is None or numbers.low < 0 or not _TIME_WORDS & set(words(name)):
        return ""
    if low >= _EARLIEST and numbers.high <= _LATEST:
        return "unix seconds"
    if low >= _EARLIEST * _MILLISECONDS and numbers.high <= _LATEST * _MILLISECONDS:
        return "unix milliseconds"
    return ""


def is_id(name: str) -> bool:
    """Whether a name is that of an id: its values name things, and are neither a range nor an enumeration."""
    return words(name)[-1:] in (["id"], ["ids"])


def text_format(texts: Texts) -> str:
    """``uuid`` or ``uri`` when every text that is not empty is one, else empty."""
    filled = texts.count - texts.empty
    if not filled:
        return ""
    if texts.uuids == filled:
        return "uuid"
    return "uri" if texts.uris == filled else ""


def constants(texts: Texts, name: str) -> list[str]:
    """The values of the enumeration that the texts under a name seem to be, sorted; none when they seem to be none.

    They are one when between `MIN_ENUM` and `MAX_ENUM` distinct texts were seen, each `MIN_REPETITIONS` times on
    average, all look like constants (letters, digits and ``_ . : -``, at most `MAX_ENUM_LENGTH`), and no id is meant.
    """
    seen = texts.seen
    if seen is None or len(seen) < MIN_ENUM or texts.count < MIN_REPETITIONS * len(seen):
        return []
    if is_id(name) or texts.uuids or not all(map(_CONSTANT.fullmatch, seen)):
        return []
    return sorted(seen)
