"""``/v1/stream``, ``/v1/channel/stream/edit`` and ``/v1/channel/credentials``."""

from __future__ import annotations

from typing import Annotated

from litestar import Router, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import BodyKwarg, QueryParameter, SkipValidation
from litestar.status_codes import HTTP_200_OK

from vklive.devapi.models import Data, Empty, StreamCredentials, StreamEditRequest, StreamInfo
from vklive.devapi.models.base import TEXT
from vklive.devapi.models.channel import MAX_TITLE
from vklive.devapi.scopes import Scope
from vklive.server.http.authentication import user_of
from vklive.server.http.devapi.describing import SCOPE, ApiRequest, ChannelUrl, errors
from vklive.server.http.devapi.players import Ip, UserAgent, WithSourceUrls, player_of
from vklive.server.platform.stream import Streams

_Methods = NamedDependency[SkipValidation[Streams]]

_SlotUrl = Annotated[
    str,
    QueryParameter(description="Of which of the channel's slots; by default the first", max_length=255, pattern=TEXT),
]


@get(
    "/stream",
    summary="A stream, its channel and its owner",
    description="For users and applications. Streams that have ended are told of too, with the status `ended`.",
    responses=errors(400, 404),
)
async def stream(
    request: ApiRequest,
    methods: _Methods,
    stream_id: Annotated[
        str, QueryParameter(description="The id of the stream", min_length=1, max_length=64, pattern=TEXT)
    ],
    with_source_urls: WithSourceUrls = False,
    ip: Ip = "",
    user_agent: UserAgent = "",
) -> Data[StreamInfo]:
    """``GET /v1/stream``."""
    player = player_of(with_source_urls=with_source_urls, ip=ip, user_agent=user_agent)
    return Data(await methods.one(request.user, stream_id, player=player))


@get(
    "/channel/credentials",
    opt={SCOPE: Scope.CHANNEL_CREDENTIALS},
    summary="Where a streamer's program sends the video, and with which key",
    description="For the owner of the channel, with the scope `channel:credentials`. Whoever has the key can stream.",
    responses=errors(400, 404),
)
async def credentials(
    request: ApiRequest, methods: _Methods, channel_url: ChannelUrl, slot_url: _SlotUrl = ""
) -> Data[StreamCredentials]:
    """``GET /v1/channel/credentials``."""
    return Data(await methods.credentials(user_of(request.user), channel_url, slot_url=slot_url))


@post(
    "/channel/stream/edit",
    opt={SCOPE: Scope.CHANNEL_STREAM_SETTINGS},
    summary="Change title and category of the stream, and when the next one is planned",
    description="For the owner of the channel, with the scope `channel:stream:settings`. While no stream is on, it is"
    f" the next one that changes. A title has at most {MAX_TITLE} characters; of the category the id is enough.",
    responses=errors(400, 404, 413),
    status_code=HTTP_200_OK,
)
async def edit_stream(
    request: ApiRequest,
    methods: _Methods,
    data: Annotated[StreamEditRequest, BodyKwarg(description="What is to change; what is missing stays as it is")],
    channel_url: ChannelUrl,
    slot_url: _SlotUrl = "",
) -> Empty:
    """``POST /v1/channel/stream/edit``."""
    await methods.edit(user_of(request.user), channel_url, data.stream, slot_url=slot_url)
    return Empty()


def stream_area(streams: Streams) -> Router:
    """The methods that tell of streams and change them."""
    return Router(
        path="/",
        route_handlers=[stream, credentials, edit_stream],
        dependencies={"methods": Provide(lambda: streams, sync_to_thread=False)},
        tags=["stream"],
    )
