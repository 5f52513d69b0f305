"""What all tests share."""

from __future__ import annotations

import os
from typing import NoReturn

import pytest
from hypothesis import HealthCheck, settings

# Tests run beside others on busy machines: how long an example takes says nothing about the code.
settings.register_profile("here", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("here")


def missing(program: str, *, package: str) -> NoReturn:
    """Skip a test for want of a program, naming what has it. Where everything must be there, that is a failure."""
    reason = f"{program} is not here; it is in the package {package}"
    if os.environ.get("REQUIRE_ALL_PROGRAMS"):
        pytest.fail(reason)
    pytest.skip(reason)
