"""Reading what is not quite as documented.

Real payloads differ from the documentation in ways that lose nothing: `null` for what is not there, ids of the
wrong one of the two kinds, a plain text instead of parts, parts of a kind that is new. Here they are put into shape
first, guided by the types of the fields. This is the slow way; `vklive.events.registry` takes it only when the fast one
has failed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import TypeVar, cast

import msgspec
from msgspec import Raw, Struct, inspect

from vklive.events.base import EventData
from vklive.events.parts import Part, UnknownPart

_E = TypeVar("_E", bound=EventData)

_Shaper = Callable[[object], object]


def decode_liberally(data: Raw, cls: type[_E]) -> _E:
    """Read `data` as a `cls`, forgiving what can be forgiven.

    Raises:
        msgspec.MsgspecError, ValueError, RecursionError, OverflowError: when it does not fit all the same.
    """
    return msgspec.convert(_shape_struct(cls, msgspec.json.decode(data)), cls, strict=False)


def read_part(data: Raw) -> Part:
    """Read a part of a message, forgiving the same. One that cannot be read is kept as an `UnknownPart`."""
    try:
        return msgspec.convert(_shape_part(msgspec.json.decode(data)), Part, strict=False)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return Part(unknown=UnknownPart(kind="", data=Raw(bytes(data))))


def _shaper(wanted: inspect.Type) -> _Shaper:
    """What brings a value closer to a `wanted`; a value that is of another kind altogether is left as it is."""
    match wanted:
        case inspect.StructType(cls=cls):
            return _shape_part if cls is Part else lambda value: _shape_struct(cls, value)
        case inspect.VarTupleType(item_type=item_type) | inspect.ListType(item_type=item_type):
            return _list_shaper(_shaper(item_type), of_parts=_is_part(item_type))
        case inspect.UnionType(types=types):
            # Of "this or nothing", nothing is left out before it comes here. Other unions are not guessed at.
            kinds = [each for each in types if not isinstance(each, inspect.NoneType)]
            return _shaper(kinds[0]) if len(kinds) == 1 else _leave
        case inspect.StrType():
            return _shape_text
        case _:
            return _leave


@cache
def _shapers_of(cls: type[Struct]) -> Mapping[str, _Shaper]:
    """What each field of a struct needs, by its name on the wire."""
    wanted = inspect.type_info(cls)
    assert isinstance(wanted, inspect.StructType)  # noqa: S101 - that is what a struct is; for the type checkers
    return {field.encode_name: _shaper(field.type) for field in wanted.fields}


def _shape_struct(cls: type[Struct], value: object) -> object:
    if not isinstance(value, dict):
        return value
    given = cast("dict[str, object]", value)
    shapers = _shapers_of(cls)
    return {name: shapers.get(name, _leave)(inner) for name, inner in given.items() if inner is not None}


def _shape_part(value: object) -> object:
    if not isinstance(value, dict):
        return value
    part = cast("dict[str, object]", value)
    try:
        return msgspec.convert(_shape_struct(Part, part), Part, strict=False)
    except ValueError:
        # One odd part must not cost the whole message.
        return Part.unreadable(part)


def _is_part(wanted: inspect.Type) -> bool:
    return isinstance(wanted, inspect.StructType) and wanted.cls is Part


def _list_shaper(shape_item: _Shaper, *, of_parts: bool) -> _Shaper:
    def shape(value: object) -> object:
        if of_parts and isinstance(value, str):
            return [{"text": {"content": value}}]
        if not isinstance(value, list):
            return value
        return [shape_item(item) for item in cast("list[object]", value) if item is not None]

    return shape


def _shape_text(value: object) -> object:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _leave(value: object) -> object:
    return value
