"""``/platform/v1/events``."""

from __future__ import annotations

from typing import Annotated

import msgspec
from litestar import post
from litestar.params import BodyKwarg
from litestar.status_codes import HTTP_200_OK
from msgspec import Meta, Raw, Struct

from vklive.devapi.errors import ApiError
from vklive.devapi.models import Data
from vklive.devapi.models.base import Model
from vklive.devapi.topics import Topic
from vklive.server.http.platform_api.describing import (
    Body,
    Id,
    IdempotencyKey,
    Methods,
    PlatformApiRequest,
    Text,
    errors,
)
from vklive.server.platform.acting import Act
from vklive.server.platform.foreign import ForeignEvent, tell
from vklive.server.platform.requests import MAX_KEY_LENGTH
from vklive.server.refusal import RefusalError

MAX_TYPE_LENGTH = 255
"""Characters of a type."""


class EventBody(Body):
    """An event. The channel is named by its slug or address, or by its id."""

    type: Annotated[str, Meta(min_length=1, max_length=MAX_TYPE_LENGTH)]
    data: dict[str, object]
    channel_url: Text | None = None
    channel_id: Id | None = None
    topic: Topic | None = None
    user_id: Id | None = None
    limited: bool = False
    idempotency_key: Annotated[str, Meta(min_length=1, max_length=MAX_KEY_LENGTH)] | None = None


class _Given(Struct):
    data: Raw


_given = msgspec.json.Decoder(_Given)


class Told(Model):
    """Where an event was told."""

    ws_channel: str


@post(
    "/events",
    summary="Tell of an event",
    description="It is published as it is. Of a known `type`, `data` must fit; of any other, `topic` must be named. "
    "With `user_id` that user alone hears it; what is private and of nobody is the owner's.",
    responses=errors(),
    status_code=HTTP_200_OK,
)
async def tell_event(
    request: PlatformApiRequest,
    methods: Methods,
    data: Annotated[EventBody, BodyKwarg(description="The event")],
    key: IdempotencyKey = None,
) -> Data[Told]:
    """``POST /platform/v1/events``."""
    told = ForeignEvent(
        channel=_channel(data),
        type=data.type,
        # What is read is not what is passed on: numbers and order are to be as they were written.
        data=_given.decode(await request.body()).data,
        topic=data.topic,
        user_id=data.user_id,
        limited=data.limited,
    )

    async def tell_it(act: Act) -> Told:
        return Told(ws_channel=await tell(act, told))

    return await methods(request, Told, tell_it, key=_key(key, data.idempotency_key))


def _channel(body: EventBody) -> str | int:
    match body.channel_url, body.channel_id:
        case str(channel_url), None:
            return channel_url
        case None, int(channel_id):
            return channel_id
        case _:
            raise RefusalError(ApiError.INVALID_PARAM, "Either channel_url or channel_id is needed, and not both")


def _key(header: str | None, body: str | None) -> str | None:
    if header is not None and body is not None and header != body:
        raise RefusalError(ApiError.INVALID_PARAM, "Idempotency-Key and idempotency_key are not the same")
    return body if header is None else header
