"""What a schema says of samples."""

from __future__ import annotations

import pytest

from vklive.inference.limits import MAX_DEPTH, MAX_ENUM, MAX_KEYS, MIN_REPETITIONS

UUID = "6d0f2f9e-0000-4000-8000-00000000000"


def test_it_is_of_the_data_and_says_what_is_known_of_the_type(infer):
    schema = infer({"a": 1}, {"a": 2}, topic="info").schema

    assert schema == {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "new",
        "description": "Seen 2 times on info, at 2026-11-23 12:03:04 UTC.",
        "type": "object",
        "properties": {"a": {"type": "integer", "minimum": 1, "maximum": 2}},
        "required": ["a"],
    }


def test_required_is_what_was_in_every_sample(infer):
    schema = infer({"always": 1, "first": 1}, {"always": 1}, {"late": 1, "always": 1}).schema

    assert schema["required"] == ["always"]
    assert list(schema["properties"]) == ["always", "first", "late"]


@pytest.mark.parametrize(
    ("samples", "schema"),
    [
        ([True, False], {"type": "boolean"}),
        ([None, None], {"type": "null"}),
        ([5], {"type": "integer"}),
        ([5, -3, 9], {"type": "integer", "minimum": -3, "maximum": 9}),
        ([5, 0.5], {"type": "number", "minimum": 0.5, "maximum": 5}),
        ([1.0, 2.0], {"type": "number", "minimum": 1.0, "maximum": 2.0}),
        (["x"], {"type": "string"}),
        (["x", None], {"type": ["string", "null"]}),
        ([True, "x"], {"anyOf": [{"type": "boolean"}, {"type": "string"}]}),
        ([True, "x", None], {"anyOf": [{"type": "boolean"}, {"type": "string"}, {"type": "null"}]}),
        ([[], [1, 4]], {"type": "array", "items": {"type": "integer", "minimum": 1, "maximum": 4}}),
        ([[]], {"type": "array"}),
        ([{}], {"type": "object"}),
        (["https://a.example/1", "wss://b.example"], {"type": "string", "format": "uri"}),
        (["https://a.example/1", ""], {"type": "string", "description": "a uri, or empty"}),
        (["https://a.example/1", "x"], {"type": "string"}),
        ([UUID + "1", UUID + "2"], {"type": "string", "format": "uuid"}),
    ],
)
def test_kinds_ranges_unions_and_formats(infer, samples, schema):
    assert infer(*({"a": sample} for sample in samples)).property("a") == schema


def test_few_texts_that_come_again_and_again_are_an_enumeration(infer):
    samples = [{"status": status} for status in ("open", "closed") for _ in range(MIN_REPETITIONS)]

    assert infer(*samples).property("status") == {"type": "string", "enum": ["closed", "open"]}
    assert infer(*samples, {"status": None}).property("status")["enum"] == ["closed", "open", None]


@pytest.mark.parametrize(
    "samples",
    [
        ["open", "closed"] * (MIN_REPETITIONS - 1),
        ["open"] * 100,
        [str(number) for number in range(MAX_ENUM + 1)] * MIN_REPETITIONS,
        ["yes it is", "no"] * MIN_REPETITIONS,
        ["x" * 41, "y"] * MIN_REPETITIONS,
        [UUID + "1", UUID + "2"] * MIN_REPETITIONS,
    ],
)
def test_texts_that_are_too_rare_too_many_or_prose_are_no_enumeration(infer, samples):
    assert "enum" not in infer(*({"status": sample} for sample in samples)).property("status")


def test_ids_are_neither_a_range_nor_an_enumeration(infer):
    inferred = infer(*[{"id": number, "smileId": f"sm-{number}"} for number in (1, 2) * MIN_REPETITIONS])

    assert inferred.property("id") == {"type": "integer"}
    assert inferred.property("smileId") == {"type": "string"}


@pytest.mark.parametrize(
    ("name", "number", "unit"),
    [
        ("created_at", 1_780_000_000, "unix seconds"),
        ("createTime", 1_780_000_000, "unix seconds"),
        ("created_at", 1_780_000_000_000, "unix milliseconds"),
    ],
)
def test_times_are_told_by_name_and_number_as_a_description_only(infer, name, number, unit):
    assert infer({name: number}, {name: number + 5}).property(name) == {"type": "integer", "description": unit}
    assert infer({name: number}, {name: 0}).property(name)["description"] == f"{unit}; 0 for none"
    assert "description" not in infer({"count": number}, {"count": number}).property("count")
    assert "description" not in infer({name: 5}, {name: 6}).property(name)


def test_many_keys_make_a_map(infer):
    wide = {f"viewer_{number}": number for number in range(MAX_KEYS + 1)}

    assert infer({"votes": wide}).property("votes") == {
        "type": "object",
        "additionalProperties": {"type": "integer", "minimum": 0, "maximum": MAX_KEYS},
    }


def test_keys_that_are_numbers_make_a_map(infer):
    assert infer({"votes": {"7": 1, "8": 2}}, {"votes": {"9": 5}}).property("votes")["additionalProperties"] == {
        "type": "integer",
        "minimum": 1,
        "maximum": 5,
    }
    assert "properties" in infer({"votes": {"7": 1, "8": 2}}).property("votes")


def test_the_items_of_all_arrays_are_one(infer):
    assert infer({"parts": [{"text": {"content": "hi"}}]}, {"parts": [{"link": {}}]}).property("parts", "[]") == {
        "type": "object",
        "properties": {
            "text": {"type": "object", "properties": {"content": {"type": "string"}}, "required": ["content"]},
            "link": {"type": "object"},
        },
    }


def test_what_lies_too_deep_may_be_anything(infer, accepts):
    deep: object = 1
    for _ in range(40):
        deep = {"a": deep}

    inferred = infer(deep)

    assert accepts(inferred.schema, deep)
    assert str(inferred.schema).count("properties") == MAX_DEPTH
