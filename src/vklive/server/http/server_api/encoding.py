"""How replies are written and bodies are read.

Source: Centrifugo v4.1.5, internal/apiproto/encode.go; centrifugo.md 6.1. Replies can be put into a page: ``<``, ``>``,
``&`` and the two Unicode line separators are escaped, also inside payloads, which the client protocol leaves alone.
"""

from __future__ import annotations

from typing import TypeVar

import msgspec

UNDECODABLE = (msgspec.MsgspecError, ValueError, RecursionError)
"""What msgspec raises for bytes that are not the JSON or of the types that they should be, or nest too deeply."""

# Names in a map are sorted, as Go has them.
_encoder = msgspec.json.Encoder(order="deterministic")

_ESCAPES = (
    (b"<", rb"\u003c"),
    (b">", rb"\u003e"),
    (b"&", rb"\u0026"),
    ("\u2028".encode(), rb"\u2028"),
    ("\u2029".encode(), rb"\u2029"),
)

_T = TypeVar("_T")


class UndecodableBodyError(Exception):
    """A body is not what it should be; the text says where, and quotes nothing of it."""


def encode(message: object) -> bytes:
    """A reply without needless white space."""
    encoded = _encoder.encode(message)
    # Outside of strings JSON has none of them, so that all are inside, where an escape means the same.
    for plain, escaped in _ESCAPES:
        encoded = encoded.replace(plain, escaped)
    return encoded


def decode(body: bytes, decoder: msgspec.json.Decoder[_T]) -> _T:
    """What a body says.

    Raises:
        UndecodableBodyError: it is not that, or not JSON, or not UTF-8.
    """
    try:
        body.decode()
        return decoder.decode(body)
    except UNDECODABLE as error:
        raise UndecodableBodyError(reason(error)) from None


def reason(error: Exception) -> str:
    """Why something could not be decoded, in words that quote nothing of it."""
    match error:
        case msgspec.DecodeError():
            return str(error)
        case RecursionError():
            return "nested too deeply"
        case UnicodeDecodeError():
            return f"not UTF-8 (byte {error.start})"
        case _:
            return "not JSON"
