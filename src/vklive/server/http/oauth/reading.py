"""Forms as they come over HTTP."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

from litestar import Request

MAX_BODY_SIZE = 16 * 1024
"""Bytes of a form: two of the longest parameters, and more."""

MAX_FIELDS = 32
"""Fields of a form or an address; ours have seven at most."""

FORM = "application/x-www-form-urlencoded"


def pairs_of(text: bytes) -> list[tuple[str, str]]:
    """The fields of a form or an address, as they come.

    Raises:
        ValueError: there are too many, or it is not UTF-8 without NUL, which a database of text does not take.
    """
    decoded = parse_qsl(text.decode("ascii"), keep_blank_values=True, max_num_fields=MAX_FIELDS, errors="strict")
    if any("\0" in name + value for name, value in decoded):
        raise ValueError("there is a NUL in it")
    return decoded


async def form_of(request: Request[Any, Any, Any]) -> dict[str, str]:
    """The fields of a form in the body, by name; empty ones are not there (RFC 6749, 3.2).

    Raises:
        ValueError: it is no such form, or one of its fields is there twice. The text repeats nothing of it.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != FORM:
        raise ValueError(f"the body is a form, {FORM}")
    try:
        pairs = pairs_of(await request.body())
    except ValueError:
        raise ValueError(f"the body is no form, or has more than {MAX_FIELDS} fields") from None
    if len({name for name, _ in pairs}) < len(pairs):
        raise ValueError("a field is there twice")
    return {name: value for name, value in pairs if value}
