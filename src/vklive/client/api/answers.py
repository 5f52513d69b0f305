"""Reads what the DevAPI answers."""

from __future__ import annotations

from typing import TypeVar, cast

import msgspec

from vklive.client.api.method import Method
from vklive.client.http import HttpResponse
from vklive.errors import UnavailableError

T = TypeVar("T")


def read_answer(answer: HttpResponse, kind: type[T], *, method: Method) -> T:
    """The body of an answer, read liberally: what is unknown or null is as good as absent.

    Raises:
        UnavailableError: when it is not what it should be.
    """
    try:
        return msgspec.json.decode(without_nulls(answer.body), type=kind, strict=False)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        where = str(error) if isinstance(error, msgspec.ValidationError) else "not JSON"
        raise UnavailableError(
            str(method), status=answer.status, description=f"the answer is not what it should be: {where}"
        ) from None


def without_nulls(body: bytes) -> bytes:
    """The same without fields that are null, at the price of a second look where there may be some."""
    return body if b"null" not in body else msgspec.json.encode(_drop_nulls(msgspec.json.decode(body)))


def _drop_nulls(value: object) -> object:
    match value:
        case dict():
            fields = cast("dict[str, object]", value)
            return {key: _drop_nulls(item) for key, item in fields.items() if item is not None}
        case list():
            return [_drop_nulls(item) for item in cast("list[object]", value) if item is not None]
        case _:
            return value
