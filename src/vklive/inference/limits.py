"""How much is remembered of samples, and how many of them it takes to believe something."""

from __future__ import annotations

MAX_TYPES = 500
"""Types of events. The events of further types are counted together."""

MAX_TYPE_LENGTH = 200
"""Characters of a type's name; one that is longer counts as one type too many."""

MAX_TOPICS = 32
"""Topics that are told of a type: four times as many as there are."""

MAX_PLACES = 50_000
"""Places in all samples together: a field, the items of an array, the values of a map. About a kilobyte each."""

MAX_DEPTH = 16
"""How deep places are looked into; known events have six levels. Below, anything is taken for possible."""

MAX_KEYS = 64
"""Fields of an object; with more it is a map, whose keys are data. The largest known object has 17."""

MAX_KEY_LENGTH = 100
"""Characters of a field's name; a longer one makes its object a map."""

MIN_MAP_KEYS = 3
"""Fewer keys than that make no map, even if all of them are numbers or UUIDs."""

MAX_ENUM = 12
"""Distinct texts of an enumeration; with more it is any text."""

MAX_ENUM_LENGTH = 40
"""Characters of each of them."""

MIN_ENUM = 2
"""Distinct texts of an enumeration at least: of what was always the same, nobody knows what else it can be."""

MIN_REPETITIONS = 4
"""How often each text of an enumeration must have been seen, on average."""

MIN_RANGE_SAMPLES = 2
"""Numbers that make a range; one alone is no range."""

MAX_CONSTANTS_TOLD = 8
"""Values of an enumeration that a comment in a class tells."""
