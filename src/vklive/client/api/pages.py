"""Lists that the DevAPI gives by pages (vk.md 2.0)."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Hashable, Sequence
from typing import Generic, Self, TypeVar

from msgspec import UNSET, UnsetType

from vklive.devapi.models import Extra

PAGE_SIZE = 100
"""Entries that are asked for at once, unless a program says otherwise."""

MAX_PAGE_SIZE = 200
"""Entries that the API gives at once, at most."""

T = TypeVar("T")

Fetch = Callable[[int, int], Awaitable[tuple[Sequence[T], Extra | UnsetType]]]
"""Asks for a page: how many entries lie before it, and how many it may have. Gives them, and where the page ends."""


def clamped(limit: int) -> int:
    """A number of entries that the API takes: from 1 to `MAX_PAGE_SIZE`."""
    return min(max(limit, 1), MAX_PAGE_SIZE)


class Pages(AsyncIterator[T], Generic[T]):
    """The entries of a list, page by page as they are taken. To be iterated once.

    It ends when the server says so, and also when a page is empty or has only what the page before it had: a server
    that never says so is not asked for ever. The server counts entries by their place, so what is added or taken out
    meanwhile can move others to the next page, where they are left out, or to one that was asked for already, where
    they are missed. After an error the iteration can go on: the same page is asked for again.

    Args:
        fetch: asks for a page.
        size: entries of one, from 1 to `MAX_PAGE_SIZE`; what lies outside is the nearest of these.
        key: what tells two entries apart.
    """

    def __init__(self, fetch: Fetch[T], *, size: int, key: Callable[[T], Hashable]) -> None:
        self._fetch = fetch
        self._size = clamped(size)
        self._key = key
        self._waiting: deque[T] = deque()
        self._last_keys: frozenset[Hashable] = frozenset()
        self._offset = 0
        self._is_over = False

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> T:
        while not self._waiting:
            if self._is_over:
                raise StopAsyncIteration
            await self._turn()
        return self._waiting.popleft()

    async def _turn(self) -> None:
        entries, extra = await self._fetch(self._offset, self._size)
        fresh = [entry for entry in entries if self._key(entry) not in self._last_keys]
        self._last_keys = frozenset(map(self._key, entries))
        is_last, told = (False, 0) if extra is UNSET else (extra.is_last, extra.offset)
        # A server that tells no place further on may repeat the one that was asked for.
        self._offset = told if told > self._offset else self._offset + len(entries)
        self._is_over = is_last or not fresh
        self._waiting.extend(fresh)
