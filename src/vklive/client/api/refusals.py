"""Which error an answer of the DevAPI is (vk.md 2.1)."""

from __future__ import annotations

import msgspec

from vklive.client.api.answers import without_nulls
from vklive.client.api.method import Method
from vklive.client.http import HttpResponse
from vklive.client.retry_after import retry_after_of
from vklive.devapi.errors import ApiError
from vklive.devapi.models import ErrorBody
from vklive.errors import (
    BadRequestError,
    ChannelBannedError,
    ChannelNotFoundError,
    DevApiError,
    ForbiddenError,
    InvalidParamError,
    InvalidScopeError,
    MessageTooLongError,
    MissingParamError,
    NotFoundError,
    RateLimitedError,
    SameMessageError,
    SendTooFastError,
    UnauthorizedError,
    UnavailableError,
    UnknownApiMethodError,
    UnprocessableError,
)

_OF_THE_SERVER = range(500, 600)

_BY_CODE: dict[tuple[int, str], type[DevApiError]] = {
    ApiError.INVALID_PARAM.value: InvalidParamError,
    ApiError.MISSING_PARAM.value: MissingParamError,
    ApiError.MESSAGE_TOO_LONG.value: MessageTooLongError,
    ApiError.SAME_MESSAGE.value: SameMessageError,
    ApiError.CHANNEL_BANNED.value: ChannelBannedError,
    ApiError.CHANNEL_NOT_FOUND.value: ChannelNotFoundError,
    ApiError.UNKNOWN_API_METHOD.value: UnknownApiMethodError,
}

_BY_STATUS: dict[int, type[DevApiError]] = {
    400: BadRequestError,
    401: UnauthorizedError,
    403: ForbiddenError,
    404: NotFoundError,
    422: UnprocessableError,
}


def refusal_of(answer: HttpResponse, *, method: Method, now: float, pause: float | None = None) -> DevApiError:
    """The error that an answer is: of the class of its code, else of the class of its status.

    Args:
        answer: one whose status is not 2xx.
        method: what was called.
        now: unix time, for a ``Retry-After`` that is a date.
        pause: seconds to wait after ``send_too_fast``, when the answer does not tell.
    """
    try:
        said = msgspec.json.decode(without_nulls(answer.body), type=ErrorBody)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        # A proxy's page, perhaps. Its text is not ours to repeat.
        said = ErrorBody(error="")
    name, status, code, description = str(method), answer.status, said.error, said.error_description
    wait = retry_after_of(answer.headers, now=now)
    if status == ApiError.RATELIMIT_EXCEEDED.status:
        return RateLimitedError(name, status=status, code=code, description=description, retry_after=wait)
    if status in _OF_THE_SERVER:
        return UnavailableError(name, status=status, code=code, description=description, retry_after=wait)
    if (status, code) == ApiError.SEND_TOO_FAST.value:
        wait = pause if wait is None else wait
        return SendTooFastError(name, status=status, code=code, description=description, retry_after=wait)
    if (status, code) == ApiError.INVALID_SCOPE.value:
        return InvalidScopeError(name, status=status, code=code, description=description, scope=method.scope or "")
    kind = _BY_CODE.get((status, code)) or _BY_STATUS.get(status, DevApiError)
    return kind(name, status=status, code=code, description=description)
