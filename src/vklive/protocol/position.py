"""A place in a ws channel that keeps history."""

from __future__ import annotations

from msgspec import Struct


class Position(Struct, frozen=True):
    """A place in a ws channel that keeps history; both fields are zero where there is no history.

    Attributes:
        epoch: which history; it changes when the server starts a new one.
        offset: number of the publication in it, from 1 on; 0 is the place before the first.
    """

    epoch: str = ""
    offset: int = 0
