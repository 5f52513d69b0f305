"""Lists that are told part by part (vk.md 2.0)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from vklive.devapi.models import Extra

T = TypeVar("T")

MAX_LIMIT = 200
"""Entries of one part, as the documentation has it wherever it gives a number."""

MAX_OFFSET = 1_000_000
"""Entries before a part: a database counts through them one by one, so there is an end to it."""


def cut(found: Sequence[T], *, offset: int, limit: int) -> tuple[Sequence[T], Extra]:
    """One part, and where it ends.

    Args:
        found: what there is from `offset` on: one entry more than `limit` when there is more.
        offset: how many entries lie before it.
        limit: how many entries it has at most.
    """
    part = found[:limit]
    return part, Extra(offset=offset + len(part), is_last=len(found) <= limit)
