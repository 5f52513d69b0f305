"""A shape as JSON Schema, draft 2020-12.

The schema accepts every sample that the shape was made of, and as little else as can be said for certain; unknown
fields are always accepted, as events grow.
"""

from __future__ import annotations

from typing import cast

from vklive.inference.limits import MIN_RANGE_SAMPLES
from vklive.inference.meanings import constants, is_id, text_format, time_unit
from vklive.inference.scalars import Numbers, Texts
from vklive.inference.shape import Arrays, Objects, Shape
from vklive.inference.survey import TypeSurvey
from vklive.schema.json_schema import DIALECT, JsonObject


def event_schema(survey: TypeSurvey) -> JsonObject:
    """The schema of the ``data`` of a type, with what is known of the type in its description."""
    return {"$schema": DIALECT, "title": survey.event_type, "description": survey.summary, **shape_schema(survey.shape)}


def shape_schema(shape: Shape, name: str = "") -> JsonObject:
    """The schema of a place.

    Args:
        shape: what was seen there.
        name: what it is called; numbers under ``…_at`` are times.
    """
    if shape.hidden or not shape.count:
        return {}
    kinds = list(_kinds(shape, name))
    if not shape.nulls:
        return kinds[0] if len(kinds) == 1 else {"anyOf": kinds}
    if len(kinds) != 1:
        return {"anyOf": [*kinds, {"type": "null"}]} if kinds else {"type": "null"}
    [kind] = kinds
    listed = kind.get("enum")
    nullable: JsonObject = {"enum": [*cast("list[str]", listed), None]} if listed else {}
    return {**kind, "type": [kind["type"], "null"], **nullable}


def _kinds(shape: Shape, name: str) -> list[JsonObject]:
    """What was seen but null, a schema each."""
    found: list[JsonObject] = []
    if shape.booleans:
        found.append({"type": "boolean"})
    if shape.floats.count:
        found.append({"type": "number", **_range(shape.integers.together(shape.floats), name)})
    elif shape.integers.count:
        found.append({"type": "integer", **_integers(shape.integers, name)})
    if shape.texts.count:
        found.append({"type": "string", **_texts(shape.texts, name)})
    if shape.objects is not None:
        found.append({"type": "object", **_objects(shape.objects)})
    if shape.arrays is not None:
        found.append({"type": "array", **_arrays(shape.arrays, name)})
    return found


def _range(numbers: Numbers, name: str) -> JsonObject:
    if numbers.count < MIN_RANGE_SAMPLES or is_id(name):
        return {}
    return {"minimum": numbers.low, "maximum": numbers.high}


def _integers(numbers: Numbers, name: str) -> JsonObject:
    if unit := time_unit(numbers, name):
        return {"description": unit + ("; 0 for none" if numbers.zeros else "")}
    return _range(numbers, name)


def _texts(texts: Texts, name: str) -> JsonObject:
    if found := constants(texts, name):
        return {"enum": found}
    shape = text_format(texts)
    if shape and texts.empty:
        return {"description": f"a {shape}, or empty"}
    return {"format": shape} if shape else {}


def _objects(objects: Objects) -> JsonObject:
    values = objects.as_map()
    if values is not None:
        return {"additionalProperties": shape_schema(values)}
    properties = {key: shape_schema(field, key) for key, field in objects.fields.items()}
    required = [key for key in objects.fields if objects.is_required(key)]
    said: JsonObject = {"properties": properties} if properties else {}
    if required:
        said["required"] = required
    if objects.unseen:
        said["description"] = "has more fields than could be remembered"
    return said


def _arrays(arrays: Arrays, name: str) -> JsonObject:
    items = shape_schema(arrays.items, name)
    return {"items": items} if items else {}
