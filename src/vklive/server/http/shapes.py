"""Shapes of bodies in the OpenAPI document, as strict there as msgspec is when it reads them.

Litestar leaves out that a struct refuses fields that it does not know, and a limit of 0 of what may be `null`; and it
makes the largest number of a database one that is larger, by writing it as a float.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import cast

from litestar._openapi.schema_generation import SchemaCreator
from litestar._openapi.schema_generation.plugins.struct import StructSchemaPlugin
from litestar.openapi.spec import Schema
from litestar.typing import FieldDefinition
from msgspec import inspect


class StructShapes(StructSchemaPlugin):
    """To be one of the application's plugins: it comes before Litestar's own."""

    def to_openapi_schema(self, field_definition: FieldDefinition, schema_creator: SchemaCreator) -> Schema:
        """The shape of a struct."""
        shape = super().to_openapi_schema(field_definition, schema_creator)
        struct = cast("inspect.StructType", inspect.type_info(field_definition.annotation))
        if struct.forbid_unknown_fields:
            shape.additional_properties = False
        for field in struct.fields:
            described = (shape.properties or {}).get(field.encode_name)
            if isinstance(described, Schema):
                _limit(described, field.type)
        return shape


def _limit(described: Schema, kind: inspect.Type) -> None:
    """Write down the limits of a field; those of one kind of value say nothing about the others that it may have."""
    for each in _kinds(kind):
        match each:
            case inspect.IntType(ge=least, le=most):
                described.minimum, described.maximum = least, most
            case inspect.StrType(min_length=least, max_length=most, pattern=pattern):
                described.min_length, described.max_length, described.pattern = least, most, pattern
            case inspect.ListType(min_length=least, max_length=most):
                described.min_items, described.max_items = least, most
            case _:
                pass


def _kinds(kind: inspect.Type) -> Iterable[inspect.Type]:
    return kind.types if isinstance(kind, inspect.UnionType) else (kind,)
