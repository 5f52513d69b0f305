"""A real server on a free port, and HTTP to it that no proxy of the environment can catch."""

import httpx2
import pytest

from vklive.client.http import Httpx2Transport
from vklive.server.app import Server
from vklive.server.settings import Settings

API_KEY = "the-key-of-the-tests"


@pytest.fixture
def api_key() -> str:
    return API_KEY


@pytest.fixture
async def server(tmp_path):
    settings = Settings(port=0, database_url=f"sqlite+aiosqlite:///{tmp_path / 'demo.sqlite3'}", api_key=API_KEY)
    async with Server(settings) as server:
        yield server


@pytest.fixture
async def http():
    transport = Httpx2Transport(httpx2.AsyncClient(trust_env=False))
    yield transport
    await transport.close()
