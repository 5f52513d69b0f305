"""A shape grows with what it is told, and no further than it may."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from tests.inference.conftest import json_objects

from vklive.inference.schema import shape_schema
from vklive.inference.shape import Budget, Shape

KEYS = st.sampled_from(["a", "b", "1", "2", "3"])


def shape_of(*samples: object, budget: Budget | None = None) -> Shape:
    shape = Shape(budget or Budget())
    for sample in samples:
        shape.add(sample)
    return shape


def size(shape: Shape) -> int:
    """How many places there are in a shape."""
    inner = []
    if shape.objects is not None:
        inner += [*shape.objects.fields.values(), *([shape.objects.values] if shape.objects.values else [])]
    if shape.arrays is not None:
        inner.append(shape.arrays.items)
    return 1 + sum(map(size, inner))


@given(st.lists(json_objects(keys=KEYS)), st.lists(json_objects(keys=KEYS)))
def test_two_that_are_merged_know_what_one_would_know_that_saw_it_all(some, others):
    merged = shape_of(*some)
    merged.merge(shape_of(*others))

    assert shape_schema(merged) == shape_schema(shape_of(*some, *others))


def test_more_samples_of_the_same_take_no_more_places():
    samples = [{"a": [{"b": number}], "c": str(number)} for number in range(1000)]

    assert size(shape_of(*samples)) == size(shape_of(samples[0])) == 5


def test_ever_new_fields_take_no_more_places_than_there_are():
    budget = Budget(10)
    shape = shape_of(
        *({f"level_{one}": {f"field_{other}": 1}} for one in range(20) for other in range(20)), budget=budget
    )

    assert size(shape) <= 1 + 10
    assert shape.objects is not None
    assert shape.objects.unseen


def test_a_field_that_was_not_remembered_from_the_start_is_never_told():
    budget = Budget(1)
    shape = shape_of({"a": 1, "b": "text"}, budget=budget)
    budget.give_back(5)
    shape.add({"a": 1, "b": 2})

    assert shape.objects is not None
    assert list(shape.objects.fields) == ["a"]


def test_what_one_could_not_remember_may_be_anything_in_both():
    known = shape_of({"x": {"a": 1}})
    poor = shape_of({"x": {"a": "text"}}, budget=Budget(1))

    known.merge(poor)

    assert known.objects is not None
    assert shape_schema(known.objects.fields["x"])["properties"] == {"a": {}}


def test_a_map_gives_back_the_places_of_its_fields():
    budget = Budget(70)
    shape = shape_of({f"key_{number}": 1 for number in range(65)}, budget=budget)

    assert shape.objects is not None
    assert shape.objects.values is not None
    assert sum(budget.take() for _ in range(100)) == 70
