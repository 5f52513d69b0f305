"""Names of Python for what has names of JSON: valid, apart from each other, and as one would have chosen them."""

from __future__ import annotations

import builtins
import keyword
import re

from vklive.events import EventData
from vklive.inference.meanings import words

# What the annotations of later fields say, and what `vklive.events.EventData` has already.
_TAKEN_FIELDS = frozenset(
    {*keyword.kwlist, "str", "int", "float", "bool", "dict", "tuple", "object", *EventData.__annotations__}
)
_TAKEN_CLASSES = frozenset({*keyword.kwlist, *dir(builtins), "ClassVar", "EventData", "Struct"})

_NO_FIELD = re.compile(r'[\x00-\x1f"\\]')


def can_be_field(key: str) -> bool:
    """Whether msgspec can read a key of an object into a field."""
    return _NO_FIELD.search(key) is None


def field_name(key: str, taken: set[str]) -> str:
    """A name for a field, in ``snake_case``, that is not taken; it is taken then."""
    usual = key.isidentifier() and key.isascii() and key.islower() and not key.startswith("_")
    name = key if usual else "_".join(words(key)) or "field"
    if name[0].isdigit():
        name = f"field_{name}"
    if name in _TAKEN_FIELDS:
        name += "_"
    return _take(name, taken)


def class_name(name: str, taken: set[str], *, within: str = "") -> str:
    """A name for a class that is not taken; it is taken then.

    Args:
        name: what it is called on the wire.
        taken: the names of the module.
        within: the name of the class that it is a part of, which makes a name that is taken one's own.
    """
    made = "".join(word[0].upper() + word[1:] for word in words(name)) or "Event"
    if made[0].isdigit():
        made = f"Event{made}"
    if within and made in taken:
        made = within + made
    if made in _TAKEN_CLASSES:
        made += "Data"
    return _take(made, taken)


def singular(name: str) -> str:
    """What one of several is called, for names as APIs have them: ``badges``, ``entries``; others are left."""
    if name.endswith("ies"):
        return name[:-3] + "y"
    if name.endswith("s") and not name.endswith(("ss", "us", "is")):
        return name[:-1]
    return name


def _take(name: str, taken: set[str]) -> str:
    free, number = name, 2
    while free in taken:
        free = f"{name}_{number}" if name.islower() else f"{name}{number}"
        number += 1
    taken.add(free)
    return free
