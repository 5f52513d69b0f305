"""Reading what is not quite as documented.

Real payloads differ from the documentation in ways that lose nothing: `null` for what is not there, ids of the
wrong one of the two kinds, parts of a kind that is new. Here they are put into shape first, guided by the types of
the fields. This is the slow way; `vklive.events.registry` takes it only when the fast one has failed.
"""

from __future__ import annotations

from functools import cache
from typing import TypeVar, cast

import msgspec
from msgspec import Raw, inspect

from vklive.events.base import EventData
from vklive.events.parts import Part

_E = TypeVar("_E", bound=EventData)


def decode_liberally(data: Raw, cls: type[_E]) -> _E:
    """Read `data` as a `cls`, forgiving what can be forgiven.

    Raises:
        msgspec.MsgspecError, ValueError, RecursionError, OverflowError: when it does not fit all the same.
    """
    return msgspec.convert(_shaped(msgspec.json.decode(data), _type_info(cls)), cls, strict=False)


@cache
def _type_info(cls: type[EventData]) -> inspect.Type:
    return inspect.type_info(cls)


def _shaped(value: object, wanted: inspect.Type) -> object:
    """`value` with everything that is not quite a `wanted` brought closer to it."""
    match wanted, value:
        case inspect.StructType(cls=cls), dict() if cls is Part:
            return _shaped_part(cast("dict[str, object]", value), wanted)
        case inspect.StructType(), dict():
            return _shaped_struct(cast("dict[str, object]", value), wanted)
        case inspect.VarTupleType(item_type=item_type), list():
            items = cast("list[object]", value)
            return [_shaped(item, item_type) for item in items if item is not None]
        case inspect.UnionType(types=types), _ if value is not None:
            # The only unions of events are "this or nothing".
            return _shaped(value, next(each for each in types if not isinstance(each, inspect.NoneType)))
        case inspect.StrType(), int() if not isinstance(value, bool):
            return str(value)
        case _:
            return value


def _shaped_struct(value: dict[str, object], wanted: inspect.StructType) -> dict[str, object]:
    return {
        field.encode_name: _shaped(value[field.encode_name], field.type)
        for field in wanted.fields
        if value.get(field.encode_name) is not None
    }


def _shaped_part(value: dict[str, object], wanted: inspect.StructType) -> object:
    """A part that can be read, or an unknown one that keeps it: one odd part must not cost the whole message."""
    try:
        return msgspec.convert(_shaped_struct(value, wanted), Part, strict=False)
    except (msgspec.ValidationError, ValueError):
        return Part.unreadable(value)
