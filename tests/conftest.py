"""What all tests share."""

from __future__ import annotations

import os
from typing import NoReturn

import pytest


def missing(program: str, *, package: str) -> NoReturn:
    """Skip a test for want of a program, naming what has it. Where everything must be there, that is a failure."""
    reason = f"{program} is not here; it is in the package {package}"
    if os.environ.get("VKLIVE_REQUIRE_ALL"):
        pytest.fail(reason)
    pytest.skip(reason)
