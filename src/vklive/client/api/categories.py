"""The area ``category``: what streams can be about (vk.md 2.8)."""

from __future__ import annotations

from vklive.client.api.caller import Caller
from vklive.client.api.method import Method, Params
from vklive.client.api.pages import PAGE_SIZE, clamped
from vklive.devapi.models import Categories, CategoryAnswer, CategoryInfo, Data

GET = Method("GET", "/v1/category")
SEARCH = Method("GET", "/v1/category/search")


class CategoriesApi:
    """Categories. For users and applications.

    Args:
        caller: makes the calls.
    """

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def get(self, category_id: str) -> CategoryInfo:
        """A category.

        Raises:
            NotFoundError: when there is no such category.
        """
        return (await self._caller.ask(GET, Data[CategoryAnswer], params={"category_id": category_id})).category

    async def search(
        self, query: str, *, category_type: str | None = None, limit: int = PAGE_SIZE
    ) -> list[CategoryInfo]:
        """Categories by what they are called.

        Args:
            query: some of the title.
            category_type: ``game`` or ``irl``; `None` for both.
            limit: how many at most, from 1 to 200; what lies outside is the nearest of these.
        """
        params: Params = {"query": query, "type": category_type, "limit": clamped(limit)}
        return (await self._caller.ask(SEARCH, Data[Categories], params=params)).categories
