"""What is inferred from events that are known agrees with the classes that they have."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.events.golden_files import NAMES as GOLDEN
from tests.events.golden_files import value_of
from tests.inference.conftest import WHEN, Inferred

import vklive.cli.demo
from vklive.events import EventData, Part, UnknownEvent, decode_payload, registered
from vklive.inference import Survey

SCRIPT = Path(vklive.cli.demo.__file__).with_name("script.jsonl")
KINDS = {"integer", "number", "string", "boolean", "null", "object", "array"}


def recorded() -> dict[str, list[dict[str, Any]]]:
    """The payloads that the demo plays, by type."""
    found: dict[str, list[dict[str, Any]]] = {}
    for line in SCRIPT.read_text("utf-8").splitlines():
        payload = json.loads(line).get("payload")
        if payload:
            found.setdefault(payload["type"], []).append(payload)
    return found


RECORDED = recorded()


def infer_payloads(payloads) -> Inferred:
    survey = Survey()
    for payload in payloads:
        survey.hear(json.dumps(payload).encode(), topic="chat", at=WHEN)
    [event_type] = survey.types
    return Inferred(survey, event_type)


def kinds_of(schema: dict[str, Any], definitions: dict[str, Any]) -> set[str]:
    """The kinds of values that a schema of msgspec allows."""
    if "$ref" in schema:
        return kinds_of(definitions[schema["$ref"].removeprefix("#/$defs/")], definitions)
    if "anyOf" in schema:
        return set().union(*(kinds_of(each, definitions) for each in schema["anyOf"]))
    if "enum" in schema:
        return {"string"}
    return {schema["type"]} if "type" in schema else KINDS


def alternatives(schema: dict[str, Any], definitions: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    if "$ref" in schema:
        return alternatives(definitions[schema["$ref"].removeprefix("#/$defs/")], definitions, kind)
    if "anyOf" in schema:
        return [one for each in schema["anyOf"] for one in alternatives(each, definitions, kind)]
    return [schema] if schema.get("type") == kind else []


def disagreements(value: object, inferred: dict[str, Any], ours: dict[str, Any], definitions, path: str = "$"):
    """Where the inferred schema does not have what our class has and the value shows."""
    said = inferred.get("type", [each["type"] for each in inferred.get("anyOf", [])])
    said = {said} if isinstance(said, str) else set(said)
    allowed = kinds_of(ours, definitions)
    if "number" in allowed:
        allowed = allowed | {"integer"}
    if not said or not said <= allowed:
        yield f"{path}: {sorted(said)} is inferred, {sorted(allowed)} is ours"
    match value:
        case dict():
            for known in alternatives(ours, definitions, "object"):
                for key in value.keys() & known.get("properties", {}).keys():
                    if key not in inferred.get("properties", {}):
                        yield f"{path}.{key}: is not inferred"
                    else:
                        field = inferred["properties"][key]
                        yield from disagreements(
                            value[key], field, known["properties"][key], definitions, f"{path}.{key}"
                        )
        case list():
            for known in alternatives(ours, definitions, "array"):
                for item in value:
                    yield from disagreements(item, inferred["items"], known["items"], definitions, f"{path}[]")


def check(event_type: str, payloads: list[dict[str, Any]], accepts, imported) -> None:
    inferred = infer_payloads(payloads)
    ours = msgspec.json.schema(registered()[event_type])
    data = [payload["data"] for payload in payloads]

    assert accepts(inferred.schema, *data)
    for each in data:
        assert list(disagreements(each, inferred.schema, ours, ours["$defs"])) == []
    imported(inferred.source)
    for payload in payloads:
        assert not isinstance(decode_payload(json.dumps(payload).encode())[1], UnknownEvent)


@pytest.mark.parametrize("event_type", sorted(RECORDED))
def test_a_recording_of_real_traffic(event_type, accepts, imported):
    check(event_type, RECORDED[event_type], accepts, imported)


@pytest.mark.parametrize("name", GOLDEN)
def test_a_payload_of_the_fact_sheet(name, accepts, imported):
    payload = value_of(name)
    check(payload["type"], [payload, payload], accepts, imported)


def test_the_recording_shows_what_it_takes_for_granted():
    assert len(RECORDED) >= 6
    assert len(RECORDED["channel_chat_message_send"]) > 100


def values(kind: msgspec.inspect.Type) -> st.SearchStrategy[Any]:
    """What is on the wire for a field of a class."""
    match kind:
        case msgspec.inspect.StructType(cls=cls, fields=fields):
            if cls is Part:
                known = [field for field in fields if field.encode_name != "unknown"]
                return st.one_of(*(st.fixed_dictionaries({f.encode_name: values(f.type)}) for f in known))
            required = {field.encode_name: values(field.type) for field in fields if field.required}
            optional = {field.encode_name: values(field.type) for field in fields if not field.required}
            return st.fixed_dictionaries(required, optional=optional)
        case msgspec.inspect.VarTupleType(item_type=item) | msgspec.inspect.ListType(item_type=item):
            return st.lists(values(item), max_size=3)
        case msgspec.inspect.DictType(value_type=value):
            return st.dictionaries(st.text(max_size=5), values(value), max_size=3)
        case msgspec.inspect.UnionType(types=types):
            return st.one_of(*(values(each) for each in types if not isinstance(each, msgspec.inspect.NoneType)))
        case msgspec.inspect.IntType():
            return st.integers(0, 2**31)
        case msgspec.inspect.FloatType():
            return st.floats(allow_nan=False, allow_infinity=False)
        case msgspec.inspect.BoolType():
            return st.booleans()
        case msgspec.inspect.StrType():
            return st.sampled_from(
                ["", "a", "https://img.example/a.png", "6d0f2f9e-0000-4000-8000-000000000001", "день"]
            )
        case msgspec.inspect.EnumType(cls=cls):
            return st.sampled_from([each.value for each in cls])
        case msgspec.inspect.LiteralType(values=constants):
            return st.sampled_from(list(constants))
    return st.just({"anything": 1})


@pytest.mark.parametrize("event_type", sorted(registered()))
@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(drawn=st.data())
def test_any_traffic_of_every_known_type(event_type, drawn, accepts, imported):
    cls: type[EventData] = CLASSES[event_type]
    data = drawn.draw(st.lists(values(msgspec.inspect.type_info(cls)), min_size=1, max_size=8))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("vklive.events.registry._readers", dict(READERS))
        check(event_type, [{"type": event_type, "data": each} for each in data], accepts, imported)


CLASSES = registered()
READERS = dict(vklive.events.registry._readers)
