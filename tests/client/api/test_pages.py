"""Lists by pages, from servers that say where they end, and from others."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET, UnsetType

from vklive.client.api.pages import MAX_PAGE_SIZE, Pages
from vklive.devapi.models import Extra
from vklive.errors import UnavailableError


class Server:
    """Has a list, gives it by pages, and says more or less about where they end."""

    def __init__(self, entries: Sequence[int], *, told: str = "all", most: int = MAX_PAGE_SIZE) -> None:
        self.entries = list(entries)
        self.asked: list[tuple[int, int]] = []
        self._told = told
        self._most = most

    async def fetch(self, offset: int, limit: int) -> tuple[list[int], Extra | UnsetType]:
        self.asked.append((offset, limit))
        assert len(self.asked) < 100, "asked for ever"
        if self._told == "the first page always":
            return self.entries[:limit], Extra(offset=limit, is_last=False)
        page = self.entries[offset : offset + min(limit, self._most)]
        end = offset + len(page)
        match self._told:
            case "all":
                return page, Extra(offset=end, is_last=end >= len(self.entries))
            case "the place that was asked for":
                return page, Extra(offset=offset, is_last=end >= len(self.entries))
            case "never the last":
                return page, Extra(offset=end, is_last=False)
            case _:
                return page, UNSET

    def pages(self, size: int) -> Pages[int]:
        return Pages(self.fetch, size=size, key=lambda entry: entry)


async def taken(pages: Pages[int]) -> list[int]:
    return [each async for each in pages]


@given(
    count=st.integers(0, 40),
    size=st.integers(1, 9),
    told=st.sampled_from(["all", "the place that was asked for", "never the last", "nothing"]),
)
def test_every_entry_comes_once_and_in_order_whatever_the_server_says_of_the_end(count, size, told):
    server = Server(range(count), told=told)
    assert asyncio.run(taken(server.pages(size))) == list(range(count))


@given(count=st.integers(1, 40), size=st.integers(1, 9))
def test_a_server_that_does_not_turn_the_page_is_left(count, size):
    server = Server(range(count), told="the first page always")
    assert asyncio.run(taken(server.pages(size))) == list(range(min(count, size)))
    assert len(server.asked) == 2


async def test_a_server_that_gives_fewer_than_asked_for_is_asked_on():
    server = Server(range(7), most=2)
    assert await taken(server.pages(5)) == list(range(7))
    assert server.asked == [(0, 5), (2, 5), (4, 5), (6, 5)]


async def test_a_page_is_asked_for_when_it_is_needed():
    server = Server(range(10))
    pages = server.pages(2)
    assert server.asked == []
    assert [await anext(pages), await anext(pages)] == [0, 1]
    assert len(server.asked) == 1
    assert await anext(pages) == 2
    assert len(server.asked) == 2


async def test_a_server_that_says_nothing_of_the_end_is_asked_until_nothing_comes():
    server = Server(range(3), told="nothing", most=2)
    assert await taken(server.pages(5)) == [0, 1, 2]
    assert server.asked == [(0, 5), (2, 5), (3, 5)]


@pytest.mark.parametrize(("size", "asked"), [(-1, 1), (0, 1), (200, 200), (201, 200)])
async def test_a_page_has_a_size_that_the_api_takes(size, asked):
    server = Server([])
    assert await taken(server.pages(size)) == []
    assert server.asked == [(0, asked)]


async def test_what_was_pushed_to_the_next_page_does_not_come_twice():
    server = Server([3, 2, 1, 0])
    pages = server.pages(2)
    heard = [await anext(pages), await anext(pages)]
    server.entries.insert(0, 4)
    assert [*heard, *await taken(pages)] == [3, 2, 1, 0]


async def test_after_an_error_the_same_page_is_asked_for_again():
    server = Server(range(4))
    troubles = [UnavailableError("GET /v1/x", status=503)]

    async def fetch(offset: int, limit: int) -> tuple[list[int], Extra | UnsetType]:
        if offset and troubles:
            raise troubles.pop()
        return await server.fetch(offset, limit)

    pages = Pages(fetch, size=2, key=lambda entry: entry)
    heard: list[int] = []
    with pytest.raises(UnavailableError):
        async for each in pages:
            heard.append(each)
    assert heard == [0, 1]
    assert await taken(pages) == [2, 3]


async def test_what_is_over_stays_over():
    pages = Server([1]).pages(2)
    assert await taken(pages) == [1]
    assert await taken(pages) == []
