"""``POST /api`` as Centrifugo v4 has it, over real HTTP."""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest
import pytest_asyncio

from vklive.server.app import Server
from vklive.server.namespaces import Namespace
from vklive.server.settings import Settings

KEY = "the key of the server api in these tests"


class Api:
    def __init__(self, server: Server, http: httpx2.AsyncClient) -> None:
        self.server = server
        self._http = http

    async def post(self, body: str | bytes, **headers: str) -> httpx2.Response:
        return await self._http.post(
            self.server.url + "/api", content=body, headers=headers or {"Authorization": f"apikey {KEY}"}
        )

    async def call(self, method: str | int, params: Any) -> Any:
        answer = await self.post(json.dumps({"id": 5, "method": method, "params": params}))
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "application/json"
        return answer.json()


class Listener:
    def __init__(self) -> None:
        self.heard: list[bytes] = []

    def deliver(self, ws_channel: str, message: bytes) -> None:
        self.heard.append(message)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def server() -> AsyncIterator[Server]:
    settings = Settings(port=0, database_url="sqlite+aiosqlite:///:memory:", api_key=KEY)
    async with Server(settings, namespaces=[Namespace(name="pub")]) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="module")
async def api(server) -> AsyncIterator[Api]:
    async with httpx2.AsyncClient() as http:
        yield Api(server, http)


@pytest.fixture
def listener(server):
    listening = Listener()
    server.node.hub.add("pub:a", listening)
    yield listening
    server.node.hub.remove("pub:a", listening)


pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_publication_reaches_subscribers_byte_for_byte_but_for_newlines(api, listener):
    body = '{"method":"publish","params":{"channel":"pub:a","data":{\n "t" : "<b>&" ,"n":12345678901234567890}}}'
    answer = await api.post(body)
    assert answer.json() == {"result": {}}
    assert listener.heard == [b'{"push":{"channel":"pub:a","pub":{"data":{ "t" : "<b>&" ,"n":12345678901234567890}}}}']


async def test_tags_travel_and_base64_data_wins(api, listener):
    data = base64.b64encode(b'{"from":"base64"}').decode()
    assert await api.call("publish", {"channel": "pub:a", "data": 1, "b64data": data, "tags": {"k": "<"}}) == {
        "id": 5,
        "result": {},
    }
    assert listener.heard == [b'{"push":{"channel":"pub:a","pub":{"data":{"from":"base64"},"tags":{"k":"\\u003c"}}}}']


@pytest.mark.parametrize("method", ["publish", "PUBLISH", "Publish", 0])
async def test_a_method_may_be_named_in_any_case_or_numbered(api, listener, method):
    assert await api.call(method, {"channel": "pub:a", "data": 1}) == {"id": 5, "result": {}}
    assert len(listener.heard) == 1


async def test_a_command_without_a_method_publishes(api, listener):
    assert (await api.post('{"params":{"channel":"pub:a","data":1}}')).json() == {"result": {}}
    assert len(listener.heard) == 1


@pytest.mark.parametrize(
    ("method", "params", "code"),
    [
        ("publish", {"data": 1}, 107),
        ("publish", {"channel": "pub:a"}, 107),
        ("publish", {"channel": 5, "data": 1}, 107),
        ("publish", {"channel": "pub:a", "b64data": "%%%"}, 107),
        ("publish", {"channel": "pub:a", "b64data": base64.b64encode(b"no json").decode()}, 107),
        ("publish", {"channel": "nope:a", "data": 1}, 102),
        ("publish", [], 107),
        ("broadcast", {"data": 1}, 107),
        ("broadcast", {"channels": [], "data": 1}, 107),
        ("history", {"channel": "pub:a"}, 108),
        ("presence", {"channel": "pub:a"}, 108),
        (99, {}, 104),
    ],
)
async def test_what_is_wrong_with_a_command_is_in_its_reply(api, method, params, code):
    reply = await api.call(method, params)
    assert reply["error"]["code"] == code
    assert reply["error"]["message"]
    assert reply["id"] == 5


async def test_a_broadcast_answers_for_each_ws_channel_in_order(api, listener):
    reply = await api.call("broadcast", {"channels": ["pub:a", "nope:b", "pub:c"], "data": [1]})
    assert reply["result"] == {
        "responses": [{"result": {}}, {"error": {"code": 102, "message": "unknown channel"}}, {"result": {}}]
    }
    assert listener.heard == [b'{"push":{"channel":"pub:a","pub":{"data":[1]}}}']


@pytest.mark.parametrize("separator", ["\n", " \n\t ", ""])
async def test_commands_in_one_body_are_carried_out_in_order(api, listener, separator):
    commands = [
        json.dumps({"id": number, "method": "publish", "params": {"channel": "pub:a", "data": number}})
        for number in (1, 2, 3)
    ]
    answer = await api.post(separator.join(commands))
    assert [json.loads(line) for line in answer.text.split("\n")] == [{"id": n, "result": {}} for n in (1, 2, 3)]
    assert [json.loads(message)["push"]["pub"]["data"] for message in listener.heard] == [1, 2, 3]


@pytest.mark.parametrize(
    "body",
    [b"", b"  \n", b"{", b"[]", b"5", b'{"method":"nope"}', b'{"id":"x"}', b"\xff", b'{"method":null}', b"[" * 100_000],
)
async def test_a_body_that_is_not_commands_is_a_bad_request(api, body):
    answer = await api.post(body)
    assert (answer.status_code, answer.text) == (400, "Bad Request")


async def test_commands_before_a_bad_one_have_run(api, listener):
    answer = await api.post('{"params":{"channel":"pub:a","data":1}}\n{bad')
    assert answer.status_code == 400
    assert len(listener.heard) == 1


async def test_invalid_text_in_data_never_reaches_a_subscriber(api, listener):
    answer = await api.post(b'{"params":{"channel":"pub:a","data":"\xff"}}')
    assert answer.status_code == 400
    assert listener.heard == []


async def test_the_key_is_asked_for_in_the_header_or_the_address(api):
    good = '{"method":"info"}'
    for headers in ({"Authorization": "apikey wrong"}, {"Authorization": f"Bearer {KEY}"}, {"X-Nothing": "1"}):
        answer = await api.post(good, **headers)
        assert (answer.status_code, answer.content) == (401, b"")
    assert (await api.post(good, Authorization=f"ApiKey {KEY}")).status_code == 200
    async with httpx2.AsyncClient() as http:
        answer = await http.post(f"{api.server.url}/api", params={"api_key": KEY}, content=good)
        assert answer.status_code == 200


async def test_a_server_without_a_key_lets_nobody_in():
    settings = Settings(port=0, database_url="sqlite+aiosqlite:///:memory:")
    async with Server(settings) as server, httpx2.AsyncClient() as http:
        for headers in ({}, {"Authorization": "apikey"}, {"Authorization": "apikey x"}):
            answer = await http.post(f"{server.url}/api", content='{"method":"info"}', headers=headers)
            assert answer.status_code == 401


async def test_info_counts_what_is_there(api, listener):
    reply = await api.call("info", {})
    (node,) = reply["result"]["nodes"]
    assert node["version"] == "4.1.5"
    assert node["num_subs"] == 1
    assert node["num_channels"] == 1
    assert {"uid", "name", "num_clients", "num_users", "uptime"} <= node.keys()


async def test_other_verbs_are_not_allowed(api):
    async with httpx2.AsyncClient() as http:
        assert (await http.get(f"{api.server.url}/api")).status_code == 405


async def test_a_server_that_stops_accepts_nothing_new(api):
    settings = Settings(port=0, database_url="sqlite+aiosqlite:///:memory:", api_key=KEY)
    async with Server(settings, namespaces=[Namespace(name="pub")]) as server, httpx2.AsyncClient() as http:
        server.node.drain()
        answer = await http.post(
            f"{server.url}/api", content='{"method":"info"}', headers={"Authorization": f"apikey {KEY}"}
        )
        assert answer.status_code == 503


async def test_health_is_an_empty_object(api):
    async with httpx2.AsyncClient() as http:
        answer = await http.get(f"{api.server.url}/health")
        assert (answer.status_code, answer.json()) == (200, {})
