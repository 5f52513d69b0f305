"""What the value of a setting must be: by its dotted key, and in words for who gave another."""

from __future__ import annotations

import math
from collections.abc import Iterator

import msgspec
from msgspec import Struct, inspect, structs


class MisfitError(Exception):
    """A value does not fit its setting.

    Attributes:
        expected: what would, in words.
    """

    def __init__(self, expected: str) -> None:
        super().__init__(f"expected {expected}")
        self.expected = expected


def kinds_by_key(section: type[Struct]) -> Iterator[tuple[str, object]]:
    """The dotted key and the type of each setting of a section and of those in it."""
    for outer in structs.fields(section):
        kind: object = outer.type
        if isinstance(kind, type) and issubclass(kind, Struct):
            yield from ((f"{outer.name}.{key}", inner) for key, inner in kinds_by_key(kind))
        else:
            yield outer.name, kind


def fit(value: object, kind: object, *, is_text: bool = False) -> object:
    """The value as its type wants it.

    Args:
        value: of whatever type.
        kind: the type, with its limits.
        is_text: it is text that may stand for something else, as in the environment.

    Raises:
        MisfitError: it does not fit.
    """
    info = core_of(kind)
    try:
        fitted: object = msgspec.convert(value, kind, strict=not is_text)
    except msgspec.ValidationError:
        raise MisfitError(_expected(info)) from None
    if isinstance(fitted, float) and not math.isfinite(fitted):
        raise MisfitError(_expected(info))
    return fitted


def core_of(kind: object) -> inspect.Type:
    """A type without what is said beside it."""
    info = inspect.type_info(kind)
    return info.type if isinstance(info, inspect.Metadata) else info


def _expected(info: inspect.Type) -> str:
    words = "a text"
    match info:
        case inspect.IntType(ge=low, le=high):
            words = f"a whole number, {low} or more" if high is None else f"a whole number from {low} to {high}"
        case inspect.FloatType(gt=None):
            words = "a number of seconds, 0 or more"
        case inspect.FloatType():
            words = "a number of seconds greater than 0"
        case inspect.BoolType():
            words = "true or false"
        case inspect.VarTupleType():
            words = "a list of texts"
        case inspect.LiteralType(values=values):
            words = "one of " + ", ".join(str(value) for value in values)
        case inspect.StrType(pattern="^/"):
            words = "a path that begins with /"
        case _:
            pass
    return words
