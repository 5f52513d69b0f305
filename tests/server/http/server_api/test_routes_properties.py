"""No body makes the server API fail, whatever the address."""

from __future__ import annotations

import json
import logging

import httpx2
from hypothesis import given
from hypothesis import strategies as st

from vklive.server.app import Server
from vklive.server.http.server_api.params import METHODS
from vklive.server.namespaces import Namespace
from vklive.server.settings import Settings

KEY = "the-key-of-the-server-api-in-these-tests"

VALUES = (
    st.none()
    | st.booleans()
    | st.integers(-(2**64), 2**64)
    | st.sampled_from(["pub:a", "rec:a", "pres:a", "nope:a", "", "*", "[", "AAAA"])
    | st.text(max_size=3)
    | st.lists(st.sampled_from(["pub:a", "nope:a", ""]) | st.integers(), max_size=3)
    | st.dictionaries(st.sampled_from(["offset", "epoch", "code", "reason", "presence", "value"]), st.integers(0, 9))
)
# Every name that any method knows, each with a value that may be right.
NAMES = sorted({name for params in METHODS.values() for name in params.__struct_fields__})
PARAMS = st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=6) | st.builds(
    lambda channel, params: {"channel": channel, "channels": [channel], "data": 1, **params},
    st.sampled_from(["pub:a", "rec:a", "pres:a", "nope:a"]),
    st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=2),
)
COMMANDS = st.fixed_dictionaries(
    {"params": PARAMS}, optional={"id": st.integers(0, 9), "method": st.sampled_from([*METHODS, 7, 99])}
)
BODIES = st.one_of(
    st.binary(max_size=40),
    PARAMS.map(json.dumps).map(str.encode),
    st.lists(COMMANDS, max_size=4).map(lambda commands: "\n".join(map(json.dumps, commands)).encode()),
    st.lists(st.dictionaries(st.sampled_from(list(METHODS)), PARAMS, max_size=2), max_size=3).map(
        lambda commands: json.dumps({"commands": commands}).encode()
    ),
)
PATHS = st.sampled_from(["/api", "/api/batch", *(f"/api/{method}" for method in METHODS)])


async def test_no_body_makes_the_server_fail(caplog):
    caplog.set_level(logging.ERROR)
    drawn: list[tuple[str, bytes]] = []

    @given(PATHS, BODIES)
    def draw(path: str, body: bytes) -> None:
        drawn.append((path, body))

    draw()
    namespaces = [
        Namespace(name="pub"),
        Namespace(name="rec", history_size=9, history_ttl=9.0),
        Namespace(name="pres", presence=True),
    ]
    settings = Settings(port=0, database_url="sqlite+aiosqlite:///:memory:", api_key=KEY)
    async with (
        Server(settings, namespaces=namespaces) as server,
        httpx2.AsyncClient(base_url=server.url, headers={"X-API-Key": KEY}, trust_env=False) as http,
    ):
        for path, body in drawn:
            answer = await http.post(path, content=body)
            assert answer.status_code in {200, 400}, (path, body)
            for line in answer.text.splitlines() if answer.status_code == 200 else ():
                reply = json.loads(line)
                assert reply.keys() - {"id"} <= {"result", "error", "replies"}, (path, body)
                assert "internal server error" not in line, (path, body)
    assert caplog.records == []
