"""The server API over real HTTP: keys, verbs, sizes, both styles; and no body that it fails on."""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest
import pytest_asyncio
from litestar import Litestar

from vklive.server.app import Server
from vklive.server.http.server_api import MAX_BODY_SIZE, server_api_router
from vklive.server.http.server_api.params import METHODS
from vklive.server.namespaces import Namespace
from vklive.server.settings import Settings

KEY = "the-key-of-the-server-api-in-these-tests"
PUBLISH = b'{"channel":"pub:a","data":1}'
COMMAND = b'{"method":"publish","params":' + PUBLISH + b"}"
IN_MEMORY = "sqlite+aiosqlite:///:memory:"

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def server() -> AsyncIterator[Server]:
    namespaces = [
        Namespace(name="pub"),
        Namespace(name="rec", history_size=10_000, history_ttl=300.0),
        Namespace(name="pres", presence=True),
    ]
    async with Server(Settings(port=0, database_url=IN_MEMORY, api_key=KEY), namespaces=namespaces) as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def http(server) -> AsyncIterator[httpx2.AsyncClient]:
    async with httpx2.AsyncClient(base_url=server.url, headers={"X-API-Key": KEY}, trust_env=False) as client:
        yield client


@pytest_asyncio.fixture(loop_scope="module")
async def stranger(server) -> AsyncIterator[httpx2.AsyncClient]:
    async with httpx2.AsyncClient(base_url=server.url, trust_env=False) as client:
        yield client


async def test_both_styles_are_served(http):
    v4 = await http.post("/api", content=COMMAND)
    v5 = await http.post("/api/publish", content=PUBLISH)
    for answer in (v4, v5):
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "application/json"
        assert answer.content == b'{"result":{}}'
    batch = await http.post("/api/batch", json={"commands": [{"publish": json.loads(PUBLISH)}]})
    assert batch.json() == {"replies": [{"publish": {}}]}


@pytest.mark.parametrize("method", METHODS)
async def test_every_method_has_an_address(http, method):
    answer = await http.post(f"/api/{method}", content=b"{}")
    assert answer.status_code == 200
    assert answer.json().keys() <= {"result", "error"}


async def test_errors_are_told_by_status_when_the_header_says_so(http):
    body = {"channel": "nope:a", "data": 1}
    answer = await http.post("/api/publish", json=body, headers={"X-Centrifugo-Error-Mode": "transport"})
    assert (answer.status_code, answer.json()) == (404, {"code": 102, "message": "unknown channel"})
    answer = await http.post("/api/publish", json=body)
    assert (answer.status_code, answer.json()) == (200, {"error": {"code": 102, "message": "unknown channel"}})


@pytest.mark.parametrize("path", ["/api", "/api/publish", "/api/batch"])
@pytest.mark.parametrize("headers", [{}, {"Authorization": "apikey wrong"}, {"X-API-Key": "wrong"}])
async def test_who_does_not_know_the_key_is_answered_with_401_and_nothing(stranger, caplog, path, headers):
    answer = await stranger.post(path, content=COMMAND, headers=headers)
    assert (answer.status_code, answer.content) == (401, b"")
    (record,) = [record for record in caplog.records if record.name == "vklive.server.api"]
    assert record.levelno == logging.WARNING
    assert record.getMessage().startswith("a call from 127.0.0.1 is answered with 401: it")


async def test_the_key_may_be_shown_in_three_ways(stranger):
    for headers in ({"Authorization": f"apikey {KEY}"}, {"X-API-Key": KEY}):
        assert (await stranger.post("/api", content=COMMAND, headers=headers)).status_code == 200
    assert (await stranger.post(f"/api?api_key={KEY}", content=COMMAND)).status_code == 200


async def test_no_key_is_ever_logged(stranger, http, caplog):
    caplog.set_level(logging.DEBUG)
    await stranger.post(f"/api?api_key={KEY}", content=b"{")
    await stranger.post("/api?api_key=almost-the-key", content=COMMAND)
    await stranger.post("/api", content=COMMAND, headers={"Authorization": "apikey almost-the-key"})
    ours = [record.getMessage() for record in caplog.records if record.name.startswith("vklive")]
    assert len(ours) == 3
    assert not [message for message in ours if KEY in message or "almost" in message]


@pytest.mark.parametrize(
    ("path", "body"), [("/api", b""), ("/api", b"{"), ("/api/publish", b""), ("/api/batch", b"[]")]
)
async def test_an_undecodable_body_is_a_bad_request_and_logged_once(http, caplog, path, body):
    answer = await http.post(path, content=body)
    assert (answer.status_code, answer.text) == (400, "Bad Request")
    (record,) = [record for record in caplog.records if record.name == "vklive.server.api"]
    assert record.getMessage().startswith(f"a call of {path} is answered with 400: ")


async def test_a_body_that_is_too_long_is_answered_with_413(http):
    answer = await http.post("/api", content=b" " * (MAX_BODY_SIZE + 1))
    assert answer.status_code == 413


async def test_other_verbs_are_not_allowed_and_other_addresses_are_not_there(http):
    assert (await http.get("/api")).status_code == 405
    assert (await http.put("/api/publish", content=PUBLISH)).status_code == 405
    assert (await http.post("/api/nope", content=PUBLISH)).status_code == 404


async def test_a_server_that_stops_accepts_nothing_new():
    settings = Settings(port=0, database_url=IN_MEMORY, api_key=KEY)
    async with Server(settings) as server, httpx2.AsyncClient(base_url=server.url, trust_env=False) as http:
        server.node.drain()
        for path in ("/api", "/api/publish"):
            answer = await http.post(path, content=COMMAND, headers={"X-API-Key": KEY})
            assert (answer.status_code, answer.content) == (503, b"")


async def test_a_server_without_a_key_lets_nobody_in():
    async with (
        Server(Settings(port=0, database_url=IN_MEMORY)) as server,
        httpx2.AsyncClient(base_url=server.url, trust_env=False) as http,
    ):
        for headers in ({}, {"Authorization": "apikey"}, {"Authorization": "apikey x"}, {"X-API-Key": ""}):
            assert (await http.post("/api", content=COMMAND, headers=headers)).status_code == 401


async def test_the_api_may_be_elsewhere_and_open_to_everybody(server):
    router = server_api_router(server.node, key="", insecure=True, prefix="/deep/inside", name=lambda: "here")
    app: Any = Litestar([router], logging_config=None)  # the default one would be for the whole process
    transport = httpx2.ASGITransport(app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://inside") as http:
        assert (await http.post("/deep/inside", content=COMMAND)).content == b'{"result":{}}'
        answer = await http.post("/deep/inside/info", content=b"{}")
        assert answer.json()["result"]["nodes"][0]["name"] == "here"
        assert (await http.post("/api", content=COMMAND)).status_code == 404


async def test_a_node_is_called_after_its_machine_and_port(http, server):
    answer = await http.post("/api/info", content=b"{}")
    (node,) = answer.json()["result"]["nodes"]
    assert node["name"].endswith(f"_{server.port}")


async def test_a_long_history_comes_whole(http):
    text = "<b>" + "x" * 200
    for start in range(0, 10_000, 1000):
        commands = [{"publish": {"channel": "rec:long", "data": {"n": start + n, "text": text}}} for n in range(1000)]
        assert (await http.post("/api/batch", json={"commands": commands})).status_code == 200
    answer = await http.post("/api/history", json={"channel": "rec:long", "limit": -1})
    publications = answer.json()["result"]["publications"]
    assert [publication["data"]["n"] for publication in publications] == list(range(10_000))
    assert publications[-1]["data"]["text"] == text
