"""What the docstring of a class says, for descriptions in schemas."""

from __future__ import annotations

import re
from inspect import cleandoc

_SECTIONS = re.compile(r"^(Attributes|Raises):$", re.MULTILINE)
_SOURCE = re.compile(r" Source: .*$")  # for those who have the source at hand
_ATTRIBUTE = re.compile(r"^    (\w+): (.*(?:\n {8,}.*)*)", re.MULTILINE)


def description(cls: type) -> str:
    """What a class is: its docstring without the sections and the sources, each paragraph in one line."""
    paragraphs = _SECTIONS.split(_docstring(cls), maxsplit=1)[0].strip().split("\n\n")
    return "\n\n".join(_SOURCE.sub("", _in_one_line(paragraph)) for paragraph in paragraphs)


def summary(cls: type) -> str:
    """The first line of it, without the full stop."""
    return _docstring(cls).partition("\n")[0].rstrip(".")


def attributes(cls: type) -> dict[str, str]:
    """What the attributes are of which the docstring tells, those of the bases included."""
    told: dict[str, str] = {}
    for base in reversed(cls.__mro__):
        parts = _SECTIONS.split(_docstring(base))
        for title, text in zip(parts[1::2], parts[2::2], strict=True):
            if title == "Attributes":
                told |= {found[1]: _in_one_line(found[2]) for found in _ATTRIBUTE.finditer(text)}
    return told


def _docstring(cls: type) -> str:
    return cleandoc(cls.__dict__.get("__doc__") or "")


def _in_one_line(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()
