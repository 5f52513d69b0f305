"""Reads the code blocks of a page, each with the comment above it that says what is done with it.

::

    <!-- make -->                 commands of the Makefile: planned, not run
    <!-- file: NAME -->           is saved under that name
    <!-- terminal N -->           is typed into that terminal
    <!-- terminal N shows -->     appears there, line by line; other lines may stand between
    <!-- excerpt -->              lines that `make demo` shows
    <!-- picture -->              is looked at
    <!-- not run: WHY -->         is only parsed
"""

from __future__ import annotations

import re
from pathlib import Path

from msgspec import Struct

_BLOCK = re.compile(
    r"(?:^<!-- (?P<role>[^\n]*?) -->\n)?^```(?P<language>\w*)\n(?P<text>.*?)^```$", re.DOTALL | re.MULTILINE
)


class Block(Struct, frozen=True):
    """A code block.

    Attributes:
        role: the comment above it; empty when there is none.
        language: what stands after the fence.
        text: its lines, the last one ended too.
        line: the number of its fence in the page.
    """

    role: str
    language: str
    text: str
    line: int


def blocks(page: Path) -> list[Block]:
    """The blocks of a page, in order."""
    content = page.read_text(encoding="utf-8")
    return [
        Block(
            role=found["role"] or "",
            language=found["language"],
            text=found["text"],
            line=content.count("\n", 0, found.start("text")),
        )
        for found in _BLOCK.finditer(content)
    ]
