"""Replacing values in a JSON text, with all the rest of it as it came."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import msgspec
from msgspec import Raw

Replace: TypeAlias = Callable[[object], object]
"""Gives the value that is to stand in place of a document; the same object when nothing is to change."""


class UnreadableJsonError(ValueError):
    """A text is not JSON, or JSON that no program can hold."""


# Fractions are kept as they were written: 1.50 is not 1.5.
_decoder = msgspec.json.Decoder(float_hook=lambda digits: Raw(digits.encode()))


def replaced(text: bytes, replace: Replace) -> bytes:
    """The text with what `replace` changes. Byte for byte the same when it changes nothing.

    Numbers keep their digits, objects the order of their keys; of a key that is there twice, the last one counts.

    Raises:
        UnreadableJsonError: it cannot be read.
    """
    try:
        text.decode()
        document = _decoder.decode(text)
        new = replace(document)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise UnreadableJsonError(str(error)) from None
    return text if new is document else msgspec.json.encode(new)
