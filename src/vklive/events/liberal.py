"""Reading what is not quite as documented.

Real payloads differ from the documentation in ways that lose nothing: `null` for what is not there, ids of the
wrong one of the two kinds, parts of a kind that is new. Here they are put into shape first, guided by the types of
the fields. This is the slow way; `vklive.events.registry` takes it only when the fast one has failed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import TypeVar, cast

import msgspec
from msgspec import Raw, inspect

from vklive.events.base import EventData
from vklive.events.parts import Part

_E = TypeVar("_E", bound=EventData)

_Shaper = Callable[[object], object]


def decode_liberally(data: Raw, cls: type[_E]) -> _E:
    """Read `data` as a `cls`, forgiving what can be forgiven.

    Raises:
        msgspec.MsgspecError, ValueError, RecursionError, OverflowError: when it does not fit all the same.
    """
    return msgspec.convert(_shaper_of(cls)(msgspec.json.decode(data)), cls, strict=False)


@cache
def _shaper_of(cls: type[EventData]) -> _Shaper:
    return _shaper(inspect.type_info(cls))


def _shaper(wanted: inspect.Type) -> _Shaper:
    """What brings a value closer to a `wanted`; a value that is of another kind altogether is left as it is."""
    match wanted:
        case inspect.StructType(cls=cls, fields=fields):
            shape = _struct_shaper({field.encode_name: _shaper(field.type) for field in fields})
            return _part_shaper(shape) if cls is Part else shape
        case inspect.VarTupleType(item_type=item_type):
            return _list_shaper(_shaper(item_type))
        case inspect.UnionType(types=types):
            # The only unions of events are "this or nothing", and nothing is left out before it comes here.
            return _shaper(next(each for each in types if not isinstance(each, inspect.NoneType)))
        case inspect.StrType():
            return _shape_text
        case _:
            return _leave


def _struct_shaper(fields: Mapping[str, _Shaper]) -> _Shaper:
    def shape(value: object) -> object:
        if not isinstance(value, dict):
            return value
        given = cast("dict[str, object]", value)
        return {name: fields[name](inner) for name, inner in given.items() if inner is not None and name in fields}

    return shape


def _part_shaper(shape_fields: _Shaper) -> _Shaper:
    def shape(value: object) -> object:
        if not isinstance(value, dict):
            return value
        part = cast("dict[str, object]", value)
        try:
            return msgspec.convert(shape_fields(part), Part, strict=False)
        except ValueError:
            # One odd part must not cost the whole message.
            return Part.unreadable(part)

    return shape


def _list_shaper(shape_item: _Shaper) -> _Shaper:
    def shape(value: object) -> object:
        if not isinstance(value, list):
            return value
        return [shape_item(item) for item in cast("list[object]", value) if item is not None]

    return shape


def _shape_text(value: object) -> object:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _leave(value: object) -> object:
    return value
