"""Fixtures for pytest; installed with vklive, they need its extra `testing`.

They import what they need when they are asked for: pytest loads this in every environment that has vklive.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from vklive.errors import MissingExtraError

if TYPE_CHECKING:
    from vklive.client import Client
    from vklive.testing.fake_server import FakeServer


@pytest.fixture
def vklive_server() -> FakeServer:
    """A `vklive.testing.fake_server.FakeServer` with one channel, ``streamer``. Let it run your scene."""
    try:
        from vklive.testing.fake_server import FakeServer  # noqa: PLC0415 - see the module
    except ModuleNotFoundError as error:
        raise MissingExtraError("the server for tests", extra="testing") from error
    server = FakeServer()
    server.add_channel("streamer")
    return server


@pytest.fixture
def vklive_client(vklive_server: FakeServer) -> Client:
    """A `vklive.Client` of that server; to be opened with ``async with`` in the scene."""
    return vklive_server.client()
