"""What all samples of one place in a JSON document have in common, without the samples.

A shape is a point in a lattice: a sample moves it up and never down, the order of the samples does not matter, and
above everything is "anything at all". So samples can be taken as they are read, for as long as one likes.
"""

from __future__ import annotations

import re
from typing import cast

from vklive.inference.limits import MAX_DEPTH, MAX_KEY_LENGTH, MAX_KEYS, MAX_PLACES, MIN_MAP_KEYS
from vklive.inference.scalars import Numbers, Texts

_KEY_OF_A_MAP = re.compile(r"-?[0-9]+|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


class Budget:
    """How many more places may be remembered, by all shapes that share it.

    Args:
        places: how many there may be.
    """

    def __init__(self, places: int = MAX_PLACES) -> None:
        self._left = places

    def take(self) -> bool:
        """Take one place; false when there is none left."""
        if self._left <= 0:
            return False
        self._left -= 1
        return True

    def give_back(self, places: int) -> None:
        """Places that are remembered no more."""
        self._left += places


class Shape:
    """What was seen at one place.

    Attributes:
        count: how many values.
        nulls, booleans: how many of them were that.
        integers, floats: the numbers that were written without and with a fraction or an exponent.
        texts: the texts.
        objects: `None` while there was no object.
        arrays: `None` while there was no array.
        hidden: how many objects and arrays were not looked into, as they lie too deep or there are too many places.
    """

    __slots__ = (
        "_budget",
        "_depth",
        "arrays",
        "booleans",
        "count",
        "floats",
        "hidden",
        "integers",
        "nulls",
        "objects",
        "texts",
    )

    def __init__(self, budget: Budget, *, depth: int = MAX_DEPTH) -> None:
        self._budget = budget
        self._depth = depth
        self.count = 0
        self.nulls = 0
        self.booleans = 0
        self.hidden = 0
        self.integers = Numbers()
        self.floats = Numbers()
        self.texts = Texts()
        self.objects: Objects | None = None
        self.arrays: Arrays | None = None

    def add(self, value: object) -> None:
        """One more value, as a JSON decoder gives it."""
        self.count += 1
        match value:
            case None:
                self.nulls += 1
            case bool():
                self.booleans += 1
            case int():
                self.integers.add(value)
            case float():
                self.floats.add(value)
            case str():
                self.texts.add(value)
            case dict() if self._depth > 0:
                self._objects().add(cast("dict[str, object]", value))
            case list() if self._depth > 0:
                self._arrays().add(cast("list[object]", value))
            case _:
                self.hidden += 1

    def merge(self, other: Shape) -> None:
        """All that the other knows. The other is used up."""
        self.count += other.count
        self.nulls += other.nulls
        self.booleans += other.booleans
        self.hidden += other.hidden
        self.integers.merge(other.integers)
        self.floats.merge(other.floats)
        self.texts.merge(other.texts)
        if other.objects is not None:
            self._objects().merge(other.objects)
        if other.arrays is not None:
            self._arrays().merge(other.arrays)

    @property
    def is_object(self) -> bool:
        """Whether every value was an object, and all could be looked into."""
        return self.objects is not None and self.objects.count == self.count

    def _objects(self) -> Objects:
        if self.objects is None:
            self.objects = Objects(self._budget, depth=self._depth - 1)
        return self.objects

    def _arrays(self) -> Arrays:
        if self.arrays is None:
            self.arrays = Arrays(Shape(self._budget, depth=self._depth - 1))
        return self.arrays


class Objects:
    """What the objects at one place have in common.

    Attributes:
        count: how many.
        fields: what was seen in each, in the order in which they turned up.
        values: of a map with many keys, what was seen under any of them; `None` for an object with fields.
        unseen: whether there were fields that could not be remembered.
    """

    __slots__ = ("_budget", "_depth", "count", "fields", "unseen", "values")

    def __init__(self, budget: Budget, *, depth: int) -> None:
        self._budget = budget
        self._depth = depth
        self.count = 0
        self.fields: dict[str, Shape] = {}
        self.values: Shape | None = None
        self.unseen = False

    def add(self, value: dict[str, object]) -> None:
        """One more object."""
        self.count += 1
        for key, inner in value.items():
            field = self._field(key)
            if field is not None:
                field.add(inner)

    def merge(self, other: Objects) -> None:
        """All that the other knows. The other is used up."""
        self.count += other.count
        for key, shape in other.fields.items():
            field = self._field(key)
            if field is not None:
                field.merge(shape)
        self._budget.give_back(len(other.fields))
        if other.values is not None:
            self._become_map().merge(other.values)
        if other.unseen:
            # What the other could not remember may have been under any key that only this one knows.
            self.unseen = True
            for place in (
                [self.values] if self.values else [self.fields[key] for key in self.fields.keys() - other.fields]
            ):
                place.hidden += 1

    def is_required(self, key: str) -> bool:
        """Whether a field was in every object."""
        return self.fields[key].count == self.count

    def as_map(self) -> Shape | None:
        """What is under the keys, when the keys are data; `None` when they are names.

        They are data when there are more than `MAX_KEYS`, or when there are at least `MIN_MAP_KEYS` and all are
        numbers or UUIDs. What is a map once stays one.
        """
        if self.values is None and len(self.fields) >= MIN_MAP_KEYS and all(map(_KEY_OF_A_MAP.fullmatch, self.fields)):
            self._become_map()
        return self.values

    def _field(self, key: str) -> Shape | None:
        """Where to remember what is under a key; `None` where nowhere."""
        if self.values is not None:
            return self.values
        if (known := self.fields.get(key)) is not None:
            return known
        if len(self.fields) >= MAX_KEYS or len(key) > MAX_KEY_LENGTH:
            return self._become_map()
        # Once something was not remembered, what comes later must not pass for all that there was.
        if self.unseen or not self._budget.take():
            self.unseen = True
            return None
        return self.fields.setdefault(key, Shape(self._budget, depth=self._depth))

    def _become_map(self) -> Shape:
        if self.values is None:
            self.values = Shape(self._budget, depth=self._depth)
            for shape in self.fields.values():
                self.values.merge(shape)
            self._budget.give_back(len(self.fields))
            self.fields = {}
            self.values.hidden += self.unseen
        return self.values


class Arrays:
    """What the arrays at one place have in common.

    Attributes:
        count: how many.
        items: what was seen in them, wherever in them it was.
        longest: how many items the longest has.
    """

    __slots__ = ("count", "items", "longest")

    def __init__(self, items: Shape) -> None:
        self.count = 0
        self.items = items
        self.longest = 0

    def add(self, value: list[object]) -> None:
        """One more array."""
        self.count += 1
        self.longest = max(self.longest, len(value))
        for item in value:
            self.items.add(item)

    def merge(self, other: Arrays) -> None:
        """All that the other knows. The other is used up."""
        self.count += other.count
        self.longest = max(self.longest, other.longest)
        self.items.merge(other.items)
