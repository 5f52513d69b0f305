"""What the methods have in common, and what their OpenAPI page says about them."""

from __future__ import annotations

from typing import Annotated, Any, TypeAlias

from litestar import Request
from litestar.di import NamedDependency
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import HeaderParameter, PathParameter, SkipValidation
from msgspec import Meta, Struct

from vklive.devapi.models import ErrorBody
from vklive.devapi.models.base import TEXT
from vklive.server.http.platform_api.once import Once
from vklive.server.names import MAX_ID
from vklive.server.platform.requests import MAX_KEY_LENGTH
from vklive.server.platform.subscriptions import MAX_DAYS

MAX_TEXT_LENGTH = 4096
"""Characters of a title, a name or an address."""

MAX_SLOT = 1000
"""The highest number of a slot: a channel has a handful of simultaneous streams."""

Methods: TypeAlias = NamedDependency[SkipValidation[Once]]
"""What a handler does its work with."""

PlatformApiRequest: TypeAlias = Request[None, None, Any]
"""A request of somebody who knows the key."""

ChannelUrl = Annotated[str, PathParameter(description="The slug of the channel")]
"""Where it happens."""

IdempotencyKey = Annotated[
    str | None,
    HeaderParameter(
        name="Idempotency-Key",
        description="What the caller calls this request; it is carried out once, however often it is sent",
        min_length=1,
        max_length=MAX_KEY_LENGTH,
    ),
]
"""What the caller calls the request."""

Id = Annotated[int, Meta(ge=1, le=MAX_ID)]
"""The id of a user or a channel."""

Amount = Annotated[int, Meta(ge=0, le=MAX_ID)]
"""How many."""

Days = Annotated[int, Meta(ge=0, le=MAX_DAYS)]
"""How long; 0 for ever."""

Slot = Annotated[int, Meta(ge=0, le=MAX_SLOT)]
"""Which of the simultaneous streams of a channel."""

Text = Annotated[str, Meta(max_length=MAX_TEXT_LENGTH, pattern=TEXT)]
"""Words."""


class Body(Struct, kw_only=True, forbid_unknown_fields=True):
    """The base of all bodies: a field that a method does not know is refused, as it might have meant something."""


class Whom(Body):
    """Who it is about."""

    user_id: Id


def errors() -> dict[int, ResponseSpec]:
    """What every method may answer beside success."""
    return {
        status: ResponseSpec(ErrorBody, generate_examples=False, description=words) for status, words in _ERRORS.items()
    }


_ERRORS = {
    400: "`invalid_param`: the body or the idempotency key is not what the method takes",
    401: "`unauthorized`: the key is missing or wrong, or the server has none",
    403: "`channel_banned`; `forbidden`: the user is banned from the channel",
    404: "`channel_not_found`; `not_found`: there is no such user or message",
    413: "`invalid_param`: the body is too large",
    422: "`unprocessable_entity`: it cannot be done as things are; the idempotency key came with another request",
    500: "`internal_server_error`",
    503: "`service_unavailable`: try again later",
}
