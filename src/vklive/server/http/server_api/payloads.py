"""Payloads that a caller of the server API gives: as JSON, or any bytes in base64, which win."""

from __future__ import annotations

import base64
import binascii

from msgspec import Raw

from vklive.protocol.codes import ErrorCode
from vklive.server.errors import NodeError

_NOT_SEEN = str.maketrans("", "", "\r\n")
"""Line breaks in base64 mean nothing; people paste it from tools that break lines."""


def published(data: Raw, b64data: str | None) -> Raw:
    """What is to be published, byte for byte; ``null`` is a payload like any other.

    Raises:
        NodeError: there is nothing, or it is not base64.
    """
    payload = _decoded(b64data, name="b64data") if b64data else data
    if not bytes(payload):
        raise NodeError(ErrorCode.BAD_REQUEST, "there is neither data nor b64data")
    return payload


def told(payload: Raw, in_base64: str | None, *, name: str) -> Raw | None:
    """What goes with something else, if anything; ``null`` is nothing.

    Raises:
        NodeError: it is not base64.
    """
    if in_base64:
        return _decoded(in_base64, name=f"b64{name}")
    return None if bytes(payload) in {b"", b"null"} else payload


def _decoded(in_base64: str, *, name: str) -> Raw:
    try:
        return Raw(base64.b64decode(in_base64.translate(_NOT_SEEN), validate=True))
    except (binascii.Error, ValueError):
        raise NodeError(ErrorCode.BAD_REQUEST, f"{name} is not base64") from None
