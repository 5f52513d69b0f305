"""``/v1/category`` and ``/v1/catalog``.

What ``has_vk_video`` and ``all_streams`` mean is nowhere written, and is inferred from their names.

``catalog/active_channels``, ``catalog/categories`` and ``promo`` are named in notes only, and nobody has shown what
they take and answer (vk.md 2.8); ``video`` has a page that nobody has copied (vk.md 2.9). They are answered as every
path that nobody knows, with 404 and `unknown_api_method`.
"""

from __future__ import annotations

from typing import Annotated

from litestar import Router, get
from litestar.di import NamedDependency, Provide
from litestar.params import QueryParameter, SkipValidation

from vklive.devapi.models import Categories, CategoryAnswer, Data, OnlineChannels, Page
from vklive.devapi.models.base import TEXT
from vklive.server.http.devapi.describing import ApiRequest, Limit, Offset, errors
from vklive.server.platform.catalog import Catalog
from vklive.server.store.catalog import Wanted

_Methods = NamedDependency[SkipValidation[Catalog]]

_CategoryId = Annotated[
    str, QueryParameter(description="The id of the category", min_length=1, max_length=64, pattern=TEXT)
]
_CategoryType = Annotated[
    str,
    QueryParameter(
        description="Only of this type: `game`, `irl` or another word; by default of any", max_length=32, pattern=TEXT
    ),
]
MAX_QUERY = 255
"""Characters of what is searched for."""


@get(
    "/category",
    summary="A category, and how many watch it",
    description="For users and applications.",
    responses=errors(400, 404),
)
async def category(methods: _Methods, category_id: _CategoryId) -> Data[CategoryAnswer]:
    """``GET /v1/category``."""
    return Data(await methods.category(category_id))


@get(
    "/category/search",
    summary="Categories by a part of their title",
    description="For users and applications. Case does not matter. The most watched come first.",
    responses=errors(400),
)
async def category_search(
    methods: _Methods,
    text: Annotated[
        str,
        QueryParameter(
            name="query", description="A part of the title", min_length=1, max_length=MAX_QUERY, pattern=TEXT
        ),
    ],
    limit: Limit,
    category_type: Annotated[
        str, QueryParameter(name="type", description="Only of this type: `game`, `irl`", max_length=32, pattern=TEXT)
    ] = "",
) -> Data[Categories]:
    """``GET /v1/category/search``."""
    return Data(await methods.search(text, category_type=category_type, limit=limit))


@get(
    "/catalog/online_channels",
    summary="Channels that are live",
    description="For users and applications. The most watched come first, then by id. A channel is there once, with"
    " the one of its streams that most watch of those that are wanted.",
    responses=errors(400),
)
async def online_channels(
    request: ApiRequest,
    methods: _Methods,
    limit: Limit,
    offset: Offset = 0,
    category_id: Annotated[
        str, QueryParameter(description="Only streams of this category; by default of any", max_length=64, pattern=TEXT)
    ] = "",
    category_type: _CategoryType = "",
    has_vk_video: Annotated[
        bool, QueryParameter(description="Only streams that have a `video_id`: those that are at VK Video too")
    ] = False,
    all_streams: Annotated[
        bool, QueryParameter(description="A channel is there as often as it has streams that are wanted, with each")
    ] = False,
) -> Page[OnlineChannels]:
    """``GET /v1/catalog/online_channels``."""
    wanted = Wanted(category_id=category_id, category_type=category_type, with_video=has_vk_video, every=all_streams)
    return await methods.online_channels(request.user, wanted, offset=offset, limit=limit)


@get(
    "/catalog/online_categories",
    summary="Categories of which something is on",
    description="For users and applications. The most watched come first, then by id.",
    responses=errors(400),
)
async def online_categories(
    methods: _Methods, limit: Limit, offset: Offset = 0, category_type: _CategoryType = ""
) -> Page[Categories]:
    """``GET /v1/catalog/online_categories``."""
    return await methods.online_categories(category_type=category_type, offset=offset, limit=limit)


def catalog_area(catalog: Catalog) -> Router:
    """The methods that tell what there is to watch."""
    return Router(
        path="/",
        route_handlers=[category, category_search, online_channels, online_categories],
        dependencies={"methods": Provide(lambda: catalog, sync_to_thread=False)},
        tags=["catalog"],
    )
