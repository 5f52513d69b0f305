"""What the methods of the DevAPI have in common, and what its OpenAPI page says about them."""

from __future__ import annotations

from typing import Annotated, Any, TypeAlias

from litestar import Request
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import QueryParameter

from vklive.devapi.models import ErrorBody
from vklive.server.directory import Bearer, Viewer
from vklive.server.names import MAX_ID
from vklive.server.platform.paging import MAX_LIMIT, MAX_OFFSET

# What a method works with is given to its handler as `methods`: Litestar takes a wrong field of a body for a wrong
# dependency when it has the name of one.

SCOPE = "scope"
"""Under this name a handler says in its `opt` which `vklive.devapi.scopes.Scope` it needs; without, it needs none."""

ApiRequest: TypeAlias = Request[Viewer, Bearer, Any]
"""A request of somebody who is known."""

Limit = Annotated[int, QueryParameter(description=f"How many, from 1 to {MAX_LIMIT}", ge=1, le=MAX_LIMIT)]
"""The parameter ``limit`` of a list."""

Offset = Annotated[int, QueryParameter(description="How many to pass over", ge=0, le=MAX_OFFSET)]
"""The parameter ``offset`` of a list."""

ChannelUrl = Annotated[str, QueryParameter(description="The slug of the channel, or its address")]
"""The parameter ``channel_url``."""

# Litestar writes limits as floats, and there the largest number of a database is one that is larger.
UserId = Annotated[
    int, QueryParameter(description="The id of the user", ge=1, le=MAX_ID, schema_extra={"maximum": MAX_ID})
]
"""The parameter ``user_id``."""


def errors(*more: int) -> dict[int, ResponseSpec]:
    """What a method may answer beside success: these statuses, and those that every method may answer."""
    return {
        status: ResponseSpec(ErrorBody, generate_examples=False, description=_ERRORS[status])
        for status in sorted({401, 403, 500, 503, *more})
    }


_ERRORS = {
    400: "`invalid_param`, `missing_param`",
    401: "`unauthorized`: the header is missing, or its credentials are wrong or have expired",
    403: "`forbidden`: the method is not for whoever asks; `invalid_scope`; `channel_banned`",
    404: "`channel_not_found`, `not_found`",
    413: "`invalid_param`: the body is too large",
    422: "`unprocessable_entity`",
    500: "`internal_server_error`",
    503: "`service_unavailable`: try again later",
}
