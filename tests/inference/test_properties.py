"""Whatever the samples are: the schema accepts each of them, and the class reads each of them."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.inference.conftest import WHEN, Inferred, json_objects

from vklive.events import UnknownEvent, decode_payload
from vklive.inference import Survey
from vklive.inference import shape as shapes

FEW_KEYS = st.sampled_from(["id", "at", "int", "class", "a b", 'a"b', "ключ", "1", "2", "3", "userId", "user_id", ""])
MANY = settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=50)


def inferred_from(samples) -> Inferred:
    survey = Survey()
    for sample in samples:
        survey.hear(json.dumps({"type": "new", "data": sample}).encode(), topic="info", at=WHEN)
    return Inferred(survey, "new")


def check(samples, accepts, imported):
    inferred = inferred_from(samples)

    module = imported(inferred.source)

    assert accepts(inferred.schema, *samples)
    for sample in samples:
        event_type, data = decode_payload(json.dumps({"type": "new", "data": sample}).encode())
        assert not isinstance(data, UnknownEvent), data.reason
        assert event_type == "new"
        assert type(data) is module.New


@MANY
@given(samples=st.lists(json_objects(), min_size=1, max_size=6))
def test_any_objects(samples, accepts, imported):
    check(samples, accepts, imported)


@MANY
@given(samples=st.lists(json_objects(keys=FEW_KEYS), min_size=1, max_size=12))
def test_objects_that_have_fields_in_common(samples, accepts, imported):
    check(samples, accepts, imported)


@MANY
@given(
    samples=st.lists(json_objects(keys=FEW_KEYS), min_size=1, max_size=12),
    keys=st.integers(0, 4),
    places=st.integers(0, 20),
    depth=st.integers(1, 3),
)
def test_objects_that_go_beyond_every_limit(samples, keys, places, depth, accepts, imported):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shapes, "MAX_KEYS", keys)
        patch.setattr(shapes.Budget.__init__, "__defaults__", (places,))
        patch.setattr(shapes.Shape.__init__, "__kwdefaults__", {"depth": depth})
        check(samples, accepts, imported)


@given(samples=st.lists(json_objects(keys=FEW_KEYS), min_size=1, max_size=8), random=st.randoms())
def test_the_order_of_the_samples_changes_nothing_but_the_order_of_the_fields(samples, random):
    shuffled = random.sample(samples, len(samples))

    one, other = (inferred_from(each).schema for each in (samples, shuffled))

    assert sorted_deeply(one) == sorted_deeply(other)


def sorted_deeply(value):
    match value:
        case dict():
            return {key: sorted_deeply(value[key]) for key in sorted(value)}
        case list():
            return sorted((sorted_deeply(each) for each in value), key=repr)
        case _:
            return value
