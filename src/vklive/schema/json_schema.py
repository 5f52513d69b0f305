"""JSON Schema (2020-12) of events, envelope included.

It says what is documented and what vklive writes. What vklive reads is more, see `vklive.events.liberal`: a payload
that does not fit its schema may well be read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple, TypeAlias, cast

import msgspec

from vklive.events import EventData, GiftSubscriptionGiven, Part, UnknownPart, registered
from vklive.schema.docstrings import attributes, description

DIALECT = "https://json-schema.org/draft/2020-12/schema"
"""What the schemas say that they are."""

JsonObject: TypeAlias = dict[str, object]
"""An object of JSON."""

# What a constructor checks is in no annotation, so it is said here for tools.
_PART_KINDS = ("text", "link", "mention", "smile")
_RULES: Mapping[type, JsonObject] = {
    Part: {"oneOf": [{"required": [kind]} for kind in _PART_KINDS]},
    GiftSubscriptionGiven: {"anyOf": [{"required": ["gift_subscription"]}, {"required": ["subscription"]}]},
}


class Schemas(NamedTuple):
    """The schemas of some events.

    Attributes:
        payloads: of whole payloads, ``{"type": …, "data": {…}}``, by type; they refer to `definitions`.
        definitions: of the data and of all that it is made of, by name.
    """

    payloads: Mapping[str, JsonObject]
    definitions: JsonObject


def event_schema(event_type: str) -> JsonObject:
    """The schema of one event, complete in itself.

    Raises:
        KeyError: nobody has registered the type.
    """
    schemas = schemas_of([registered()[event_type]], at="#/$defs/{name}")
    return {"$schema": DIALECT, **schemas.payloads[event_type], "$defs": schemas.definitions}


def events_schema() -> JsonObject:
    """The schema of any event that is registered: exactly one of the types."""
    schemas = schemas_of(registered().values(), at="#/$defs/{name}")
    return {
        "$schema": DIALECT,
        "title": "Events of VK Video Live",
        "oneOf": list(schemas.payloads.values()),
        "$defs": schemas.definitions,
    }


def schemas_of(classes: Iterable[type[EventData]], *, at: str) -> Schemas:
    """The schemas of events.

    Args:
        classes: of the events.
        at: where the definitions will be, with ``{name}`` in it.
    """
    events = list(classes)
    references, components = msgspec.json.schema_components(events, ref_template=at)
    structs = {each.__name__: each for each in _structs(events)}
    return Schemas(
        payloads={cls.event_type: _payload(cls, data) for cls, data in zip(events, references, strict=True)},
        definitions={
            name: _described(cast("JsonObject", schema), structs[name]) if name in structs else schema
            for name, schema in components.items()
            if name != UnknownPart.__name__
        },
    )


def _payload(cls: type[EventData], data: object) -> JsonObject:
    return {
        "title": cls.event_type,
        "description": description(cls),
        "x-topics": list(cls.topics),
        "x-certainty": cls.certainty.value,
        "x-heard-in": [delivery.value for delivery in cls.heard_in],
        "type": "object",
        "properties": {"type": {"const": cls.event_type}, "data": data},
        "required": ["type", "data"],
    }


def _structs(classes: Iterable[type[msgspec.Struct]]) -> Iterable[type[msgspec.Struct]]:
    """The classes and all structs in their fields, however deep."""
    found: dict[type[msgspec.Struct], None] = {}
    waiting: list[msgspec.inspect.Type] = [msgspec.inspect.type_info(cls) for cls in classes]
    while waiting:
        match waiting.pop():
            case msgspec.inspect.StructType(cls=cls, fields=fields) if cls not in found:
                found[cls] = None
                waiting.extend(field.type for field in fields)
            case msgspec.inspect.UnionType(types=types):
                waiting.extend(types)
            case msgspec.inspect.VarTupleType(item_type=item) | msgspec.inspect.ListType(item_type=item):
                waiting.append(item)
            case _:
                pass
    return found


def _described(schema: JsonObject, cls: type[msgspec.Struct]) -> JsonObject:
    """A schema as msgspec makes it, with what the docstring says, and what the constructor checks."""
    told = attributes(cls)
    properties = {
        name: cast("JsonObject", each) | ({"description": told[name]} if name in told else {})
        for name, each in cast("dict[str, object]", schema["properties"]).items()
    }
    if cls is Part:
        # `unknown` is how vklive keeps what it cannot read, and is never written; `null` is how it says "not this one".
        properties = {name: _not_null(properties[name]) for name in _PART_KINDS}
    return schema | {"description": description(cls), "properties": properties} | _RULES.get(cls, {})


def _not_null(schema: JsonObject) -> JsonObject:
    (kind,) = (each for each in cast("list[JsonObject]", schema["anyOf"]) if each != {"type": "null"})
    return kind
