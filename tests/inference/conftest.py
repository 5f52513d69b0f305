"""Samples, what is inferred from them, and what that is then asked."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from types import ModuleType
from typing import Any

import pytest
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from vklive.events import registry
from vklive.inference import Survey, event_schema, module_source

WHEN = datetime(2026, 11, 23, 12, 3, 4, tzinfo=UTC)


class Inferred:
    """What was inferred from samples of one type."""

    def __init__(self, survey: Survey, event_type: str) -> None:
        self.of_type = survey.types[event_type]
        self.schema = event_schema(self.of_type)
        self.source = module_source([self.of_type])

    def property(self, *path: str) -> dict[str, Any]:
        """The schema of a field."""
        found: Any = self.schema
        for name in path:
            found = found["items"] if name == "[]" else found["properties"][name]
        assert isinstance(found, dict)
        return found


@pytest.fixture
def infer():
    """Infer from samples of the data of one type."""

    def call(*samples: object, event_type: str = "new", topic: str = "info") -> Inferred:
        survey = Survey()
        for sample in samples:
            payload = json.dumps({"type": event_type, "data": sample}).encode()
            survey.hear(payload, topic=topic, at=WHEN)
        return Inferred(survey, event_type)

    return call


@pytest.fixture
def accepts():
    """Whether a schema, which is seen to be one, accepts values."""

    def ask(schema: dict[str, Any], *values: object) -> bool:
        # Through JSON: what is written is what counts.
        schema = json.loads(json.dumps(schema))
        Draft202012Validator.check_schema(schema)
        return all(map(Draft202012Validator(schema).is_valid, values))

    return ask


@pytest.fixture
def imported(monkeypatch):
    """Import the source of a module, with nothing registered before; gives the module."""

    def run(source: str) -> ModuleType:
        monkeypatch.setattr(registry, "_readers", {})
        module = ModuleType("inferred")
        exec(compile(source, "inferred.py", "exec", dont_inherit=True), module.__dict__)
        return module

    return run


def json_objects(
    *, keys: st.SearchStrategy[str] | None = None, max_leaves: int = 12
) -> st.SearchStrategy[dict[str, Any]]:
    """Any JSON objects."""
    keys = st.text(max_size=8) if keys is None else keys
    values = st.recursive(
        st.none()
        | st.booleans()
        | st.integers()
        | st.floats(allow_nan=False, allow_infinity=False)
        | st.text(max_size=8),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=5),
        max_leaves=max_leaves,
    )
    return st.dictionaries(keys, values, max_size=5)
