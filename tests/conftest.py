"""What all tests share."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from typing import NoReturn

import pytest
from hypothesis import HealthCheck, settings

# Tests run beside others on busy machines: how long an example takes says nothing about the code.
settings.register_profile("here", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("here")


@pytest.fixture(autouse=True)
def log_as_it_was() -> Iterator[None]:
    """What a program under test sets up for its log ends with the test: it may lead to a stream that is closed then."""
    root = logging.getLogger()
    level, handlers = root.level, set(root.handlers)
    yield
    root.setLevel(level)
    for handler in set(root.handlers) - handlers:
        # pytest has handlers of its own, which come and go.
        if not type(handler).__module__.startswith("_pytest."):
            root.removeHandler(handler)


def missing(program: str, *, package: str) -> NoReturn:
    """Skip a test for want of a program, naming what has it. Where everything must be there, that is a failure."""
    reason = f"{program} is not here; it is in the package {package}"
    if os.environ.get("REQUIRE_ALL_PROGRAMS"):
        pytest.fail(reason)
    pytest.skip(reason)
