"""The schemas say what the events are: all golden files fit, and what is wrong does not."""

import json
import re
from typing import Any, ClassVar

import msgspec
import pytest
from jsonschema import Draft202012Validator
from tests.events.golden_files import NAMES, value_of

from vklive.events import EventData, Part, Text, decode_payload, register, registered
from vklive.schema import event_schema, events_schema


def fits(schema: dict[str, Any], value: object) -> bool:
    return bool(Draft202012Validator(schema).is_valid(value))


@pytest.mark.parametrize("schema", [events_schema(), *map(event_schema, registered())])
def test_a_schema_is_one(schema):
    Draft202012Validator.check_schema(schema)


@pytest.mark.parametrize("name", NAMES)
def test_a_golden_file_fits_the_schema_of_its_event_and_of_no_other(name):
    value = value_of(name)

    assert [each for each in registered() if fits(event_schema(each), value)] == [value["type"]]


@pytest.mark.parametrize("name", NAMES)
def test_so_does_what_is_written_of_it(name):
    event_type, data = decode_payload(json.dumps(value_of(name)).encode())

    written = msgspec.json.decode(msgspec.json.encode({"type": event_type, "data": data}))

    assert fits(event_schema(event_type), written)


def test_each_golden_file_fits_the_schema_of_all():
    schema = events_schema()

    assert all(fits(schema, value_of(name)) for name in NAMES)
    assert not fits(schema, {"type": "channel_something_new", "data": {}})


@pytest.mark.parametrize("name", NAMES)
def test_without_data_or_with_something_else_for_it_it_does_not_fit(name):
    value = value_of(name)
    schema = event_schema(value["type"])
    (said,) = value["data"].keys() - {"channel", "owner"}

    assert not fits(schema, {"type": value["type"]})
    assert not fits(schema, value | {"data": {}})
    assert not fits(schema, value | {"data": value["data"] | {said: "text"}})
    assert not fits(schema, value | {"type": "another"})
    assert fits(schema, value | {"data": value["data"] | {"new": 1}})


@pytest.mark.parametrize(
    ("part", "good"),
    [
        ({"text": {"content": "a"}}, True),
        ({"text": {"content": "a"}, "new": 1}, True),
        ({"text": {"content": 1}}, False),
        ({"text": {}, "link": {}}, False),
        ({"poll": {}}, False),
        ({"text": None}, False),
        ({}, False),
    ],
)
def test_a_part_is_one_of_the_four_kinds(part, good):
    value = value_of("channel_chat_message_send")
    value["data"]["chat_message"]["parts"] = [part]

    assert fits(event_schema(value["type"]), value) == good


def test_a_schema_is_complete_in_itself_and_has_nothing_of_others():
    schema = event_schema("channel_follow_create")

    assert set(re.findall(r'"#/\$defs/(\w+)"', json.dumps(schema))) == set(schema["$defs"])  # type: ignore[call-overload]
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"


def test_it_says_what_the_docstrings_say():
    schema: Any = event_schema("channel_chat_message_send")

    assert schema["description"].startswith("Somebody wrote in the chat.")
    assert schema["x-certainty"] == "certain"
    assert schema["$defs"]["ChatMessage"]["properties"]["id"]["description"].startswith("number of the message")


def test_it_has_nothing_of_how_vklive_keeps_what_it_cannot_read():
    assert "unknown" not in json.dumps(events_schema()).lower()


def test_a_type_that_nobody_has_registered_has_none():
    with pytest.raises(KeyError):
        event_schema("channel_something_new")


class Kettle(msgspec.Struct, frozen=True):
    """A kettle."""

    litres: float = 1.0


def test_a_type_of_ones_own_has_one_too(monkeypatch):
    monkeypatch.setattr("vklive.events.registry._readers", {})

    @register
    class TeaReady(EventData, frozen=True, kw_only=True):
        """Tea is ready."""

        event_type: ClassVar[str] = "tea_ready"
        kettles: dict[str, Kettle]
        said: tuple[Part, ...] = ()

    written = {"type": "tea_ready", "data": TeaReady(kettles={"a": Kettle()}, said=(Part(text=Text(content="!")),))}
    schema = event_schema("tea_ready")

    assert fits(schema, msgspec.json.decode(msgspec.json.encode(written)))
    assert not fits(schema, {"type": "tea_ready", "data": {"kettles": {"a": {"litres": "many"}}}})
