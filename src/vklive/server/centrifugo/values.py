"""Single values, as Centrifugo reads them."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import cast

_UNITS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}
_PART = re.compile(r"(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h)")
_DURATION = re.compile(rf"(?:{_PART.pattern})+")
_TRUE = frozenset({"1", "t", "T", "TRUE", "true", "True"})
_FALSE = frozenset({"0", "f", "F", "FALSE", "false", "False", ""})


class UnreadableValueError(ValueError):
    """A value is not of the kind that its option has.

    Attributes:
        expected: which kind that is, in words.
    """

    def __init__(self, expected: str) -> None:
        super().__init__(f"expected {expected}")
        self.expected = expected


def duration(value: object) -> float:
    """Seconds of a Go duration: ``25s``, ``1h30m``, ``500ms``.

    Raises:
        UnreadableValueError: it is none. A plain number, which Centrifugo takes for nanoseconds, is none but for 0.
    """
    if not isinstance(value, bool) and value in (0, "0", ""):  # A list, which has no hash, may come too.
        return 0.0
    if not isinstance(value, str) or _DURATION.fullmatch(value) is None:
        raise UnreadableValueError('a duration with its unit, for example "25s", "5m" or "500ms"')
    parts = cast("list[tuple[str, str]]", _PART.findall(value))
    return sum(float(number) * _UNITS[unit] for number, unit in parts)


def boolean(value: object) -> bool:
    """True or false, also as text.

    Raises:
        UnreadableValueError: it is neither.
    """
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value in _TRUE | _FALSE:
        return value in _TRUE
    raise UnreadableValueError("true or false")


def whole(value: object) -> int:
    """A whole number, also as text.

    Raises:
        UnreadableValueError: it is none.
    """
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and re.fullmatch(r"[+-]?\d{1,18}", value):
        return int(value)
    raise UnreadableValueError("a whole number")


def text(value: object) -> str:
    """A text.

    Raises:
        UnreadableValueError: it is none.
    """
    if isinstance(value, str):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    raise UnreadableValueError("a text")


def texts(value: object) -> tuple[str, ...]:
    """A list of texts, or one text with white space between them.

    Raises:
        UnreadableValueError: it is none.
    """
    if isinstance(value, str):
        # Braces may hold commas: `https://{a,b}.example`.
        if "," in value and "{" not in value:
            raise UnreadableValueError("a list of texts, or one text with white space between them")
        return tuple(value.split())
    if isinstance(value, list):
        return tuple(text(one) for one in cast("list[object]", value))
    raise UnreadableValueError("a list of texts")


def word(value: object) -> str:
    """A text in which capitals do not count.

    Raises:
        UnreadableValueError: it is none.
    """
    return text(value).lower()


def path(value: object) -> str:
    """The path of an address; slashes at its end do not count.

    Raises:
        UnreadableValueError: it is none.
    """
    return text(value).rstrip("/") or "/"


def port(value: object) -> int:
    """A port, which is 0 where a text is empty.

    Raises:
        UnreadableValueError: it is none.
    """
    return 0 if value == "" else whole(value)


Read = Callable[[object], object]
"""Reads a value.

Raises:
    UnreadableValueError: it is not of the kind.
"""
