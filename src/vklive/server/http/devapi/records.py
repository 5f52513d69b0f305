"""``/v1/stream_record`` and ``/v1/stream_records``."""

from __future__ import annotations

from typing import Annotated

from litestar import Router, get
from litestar.di import NamedDependency, Provide
from litestar.params import QueryParameter, SkipValidation

from vklive.devapi.models import Data, Page, StreamRecordAnswer, StreamRecords
from vklive.devapi.models.base import TEXT
from vklive.server.http.devapi.describing import ChannelUrl, Limit, Offset, errors
from vklive.server.http.devapi.players import Ip, UserAgent, WithSourceUrls, player_of
from vklive.server.platform.records import Records

_Methods = NamedDependency[SkipValidation[Records]]


@get(
    "/stream_record",
    summary="A recorded stream",
    description="For users and applications.",
    responses=errors(400, 404),
)
async def stream_record(
    methods: _Methods,
    record_id: Annotated[
        str, QueryParameter(description="The id of the record", min_length=1, max_length=64, pattern=TEXT)
    ],
    with_source_urls: WithSourceUrls = False,
    ip: Ip = "",
    user_agent: UserAgent = "",
) -> Data[StreamRecordAnswer]:
    """``GET /v1/stream_record``."""
    player = player_of(with_source_urls=with_source_urls, ip=ip, user_agent=user_agent)
    return Data(await methods.one(record_id, player=player))


@get(
    "/stream_records",
    summary="The recorded streams of a channel",
    description="For users and applications. The newest come first.",
    responses=errors(400, 404),
)
async def stream_records(
    methods: _Methods, channel_url: ChannelUrl, limit: Limit, offset: Offset = 0
) -> Page[StreamRecords]:
    """``GET /v1/stream_records``."""
    return await methods.several(channel_url, offset=offset, limit=limit)


def records_area(records: Records) -> Router:
    """The methods that tell of recorded streams."""
    return Router(
        path="/",
        route_handlers=[stream_record, stream_records],
        dependencies={"methods": Provide(lambda: records, sync_to_thread=False)},
        tags=["stream_records"],
    )
