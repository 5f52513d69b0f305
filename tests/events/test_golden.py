"""Every event of vk.md section 4: decoded, encoded again, compared."""

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Raw, Struct, structs
from tests.events.golden_files import NAMES, payload_of, value_of

from vklive.events import EventData, Part, UnknownEvent, decode_payload, registered


def test_there_is_one_for_each_type_and_none_for_another():
    assert {name.partition(".")[0] for name in NAMES} == set(registered())
    assert set(registered()) <= set(NAMES)
    assert all(value_of(name)["type"] == name.partition(".")[0] for name in NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_it_is_read_by_the_class_of_its_type(name):
    event_type, data = decode_payload(payload_of(name))

    assert type(data) is registered()[event_type]
    assert data.event_type == event_type


@pytest.mark.parametrize("name", NAMES)
def test_nothing_of_it_is_lost(name):
    _, data = decode_payload(payload_of(name))

    assert lost(value_of(name)["data"], everything(data)) == []


@pytest.mark.parametrize("name", NAMES)
def test_written_again_it_says_the_same_and_adds_nothing_that_says_something(name):
    event_type, data = decode_payload(payload_of(name))

    written = msgspec.json.encode({"type": event_type, "data": data})

    assert decode_payload(written) == (event_type, data)
    assert lost(told(msgspec.json.decode(written)["data"]), value_of(name)["data"]) == []


@pytest.mark.parametrize("name", NAMES)
def test_with_null_for_all_that_it_can_do_without_it_is_still_read(name):
    value = value_of(name)

    event_type, data = decode_payload(msgspec.json.encode(value | {"data": with_nulls(value["data"])}))

    assert type(data) is registered()[event_type]


@pytest.mark.parametrize("name", NAMES)
def test_what_is_new_in_it_is_no_reason_not_to_read_it(name):
    value = value_of(name)

    assert decode_payload(msgspec.json.encode(with_news(value))) == decode_payload(msgspec.json.encode(value))


@pytest.mark.parametrize("name", NAMES)
def test_with_its_numbers_as_texts_it_is_the_same(name):
    value = value_of(name)

    texts = decode_payload(msgspec.json.encode(value | {"data": with_texts(value["data"])}))

    assert texts == decode_payload(msgspec.json.encode(value))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("wrong", [None, [], "text", 7])
def test_with_something_else_for_its_data_it_is_kept(name, wrong):
    payload = msgspec.json.encode(value_of(name) | {"data": wrong})

    _, data = decode_payload(payload)

    assert isinstance(data, UnknownEvent)
    assert data.reason
    assert bytes(data.payload) == payload


_anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@given(st.sampled_from(NAMES), st.data())
def test_with_anything_at_any_place_in_it_it_is_read_or_kept_byte_for_byte(name, data):
    value = value_of(name)
    holder, key = data.draw(st.sampled_from(list(places(value["data"]))))
    holder[key] = data.draw(_anything)
    payload = msgspec.json.encode(value)

    event_type, read = decode_payload(payload)

    assert event_type == value["type"]
    if isinstance(read, UnknownEvent):
        assert read.reason
        assert bytes(read.payload) == payload
    else:
        assert type(read) is registered()[event_type]
        assert decode_payload(msgspec.json.encode({"type": event_type, "data": read})) == (event_type, read)


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every place in a JSON value: what it is in, and under which key."""
    for key, each in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield value, key
        yield from places(each)


def lost(wire: Any, read: Any, path: str = "$") -> list[str]:
    """Where `read` does not have what is on the wire."""
    if isinstance(wire, dict) and isinstance(read, dict):
        return [at for key, value in wire.items() for at in lost(value, read.get(key), f"{path}.{key}")]
    if isinstance(wire, list) and isinstance(read, list) and len(wire) == len(read):
        return [at for index, value in enumerate(wire) for at in lost(value, read[index], f"{path}[{index}]")]
    return [] if wire == read and type(wire) is type(read) else [path]


def told(value: Any) -> Any:
    """What says something: without the fields that are as they would be had nothing been told."""
    if isinstance(value, dict):
        kept = {key: told(each) for key, each in value.items()}
        return {key: each for key, each in kept.items() if each not in ("", 0, [], {}, None)}
    return [told(each) for each in value] if isinstance(value, list) else value


def everything(value: object) -> Any:
    """All that was read, also what is as it would be had it not been told."""
    match value:
        case Part():
            return {key: everything(each) for key, each in structs.asdict(value).items() if each is not None}
        case EventData() | Struct():
            return {key: everything(each) for key, each in structs.asdict(value).items()}
        case tuple():
            return [everything(each) for each in value]
        case Raw():
            return msgspec.json.decode(value)
        case _:
            return value


def with_nulls(value: Any, *, inside: bool = False) -> Any:
    """All but the ids that a class cannot do without, and what they are in, is null."""
    if isinstance(value, dict):
        return {key: with_nulls(each, inside=True) for key, each in value.items()}
    return value if inside and isinstance(value, (int, str)) and value in IDS else None


IDS = {700123, 5150, "6d0f2f9e-0000-4000-8000-000000000011", "6d0f2f9e-0000-4000-8000-000000000012"}


def with_news(value: Any) -> Any:
    """The same with a field more in each object, but for parts, of which an object is one thing exactly."""
    if isinstance(value, dict):
        news = {} if value.keys() & {"text", "link", "mention", "smile"} else {"added_in_2031": [{"deep": None}]}
        return {key: with_news(each) for key, each in value.items()} | news
    return [with_news(each) for each in value] if isinstance(value, list) else value


def with_texts(value: Any) -> Any:
    """The same with each number as a text."""
    if isinstance(value, dict):
        return {key: with_texts(each) for key, each in value.items()}
    if isinstance(value, list):
        return [with_texts(each) for each in value]
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value
