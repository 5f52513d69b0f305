"""The description of the DevAPI says what the DevAPI does."""

from __future__ import annotations

import re
from typing import Any, cast

import httpx2
import pytest_asyncio
from litestar import Litestar
from litestar.testing import AsyncTestClient
from openapi_spec_validator import OpenAPIV31SpecValidator

from vklive.server.app import Server
from vklive.server.http.devapi import devapi
from vklive.server.http.health import health_route
from vklive.server.http.openapi import openapi_config
from vklive.server.http.shapes import StructShapes
from vklive.server.platform.platform import Platform
from vklive.server.settings import DevApiSettings, Settings, TokenSettings
from vklive.server.store import Store
from vklive.server.tokens import Issuer, TokenKeys

METHODS = {
    ("get", "/v1/catalog/online_categories"): {"200", "400", "401", "403", "500", "503"},
    ("get", "/v1/catalog/online_channels"): {"200", "400", "401", "403", "500", "503"},
    ("get", "/v1/category"): {"200", "400", "401", "403", "404", "500", "503"},
    ("get", "/v1/category/search"): {"200", "400", "401", "403", "500", "503"},
    ("get", "/v1/channel"): {"200", "400", "401", "403", "404", "500", "503"},
    ("get", "/v1/channel/credentials"): {"200", "400", "401", "403", "404", "500", "503"},
    ("get", "/v1/channel_roles"): {"200", "400", "401", "403", "404", "500", "503"},
    ("get", "/v1/channel_roles/user"): {"200", "400", "401", "403", "404", "500", "503"},
    ("get", "/v1/channel_point"): {"200", "400", "401", "403", "404", "500", "503"},
    ("get", "/v1/channel_point/rewards"): {"200", "400", "401", "403", "404", "500", "503"},
    ("get", "/v1/channel_point/rewards/manage_info"): {"200", "400", "401", "403", "404", "500", "503"},
    ("get", "/v1/channel_point/reward/manage_info"): {"200", "400", "401", "403", "404", "500", "503"},
    ("get", "/v1/channel_point/reward/demands"): {"200", "400", "401", "403", "404", "500", "503"},
    ("post", "/v1/channel_point/reward/activate"): {"200", "400", "401", "403", "404", "413", "422", "500", "503"},
    ("post", "/v1/channel_point/reward/create"): {"200", "400", "401", "403", "404", "413", "422", "500", "503"},
    ("post", "/v1/channel_point/reward/edit"): {"200", "400", "401", "403", "404", "413", "500", "503"},
    ("post", "/v1/channel_point/reward/enable"): {"200", "400", "401", "403", "404", "500", "503"},
    ("post", "/v1/channel_point/reward/disable"): {"200", "400", "401", "403", "404", "500", "503"},
    ("post", "/v1/channel_point/reward/delete"): {"200", "400", "401", "403", "404", "422", "500", "503"},
    ("post", "/v1/channel_point/reward/demand/accept"): {"200", "400", "401", "403", "404", "413", "422", "500", "503"},
    ("post", "/v1/channel_point/reward/demand/reject"): {"200", "400", "401", "403", "404", "413", "422", "500", "503"},
    ("get", "/v1/chat/member"): {"200", "400", "401", "403", "404", "500", "503"},
    ("get", "/v1/chat/members"): {"200", "400", "401", "403", "404", "500", "503"},
    ("get", "/v1/chat/messages"): {"200", "400", "401", "403", "404", "500", "503"},
    ("get", "/v1/chat/settings"): {"200", "400", "401", "403", "404", "500", "503"},
    ("get", "/v1/current_user"): {"200", "401", "403", "500", "503"},
    ("get", "/v1/stream"): {"200", "400", "401", "403", "404", "500", "503"},
    ("get", "/v1/stream_record"): {"200", "400", "401", "403", "404", "500", "503"},
    ("get", "/v1/stream_records"): {"200", "400", "401", "403", "404", "500", "503"},
    ("get", "/v1/token"): {"200", "401", "403", "500", "503"},
    ("get", "/v1/websocket/subscription_token"): {"200", "400", "401", "403", "500", "503"},
    ("get", "/v1/websocket/token"): {"200", "401", "403", "500", "503"},
    ("post", "/v1/channel/stream/edit"): {"200", "400", "401", "403", "404", "413", "500", "503"},
    ("post", "/v1/channel_roles/user/set"): {"200", "400", "401", "403", "404", "413", "500", "503"},
    ("post", "/v1/chat/message/send"): {"200", "400", "401", "403", "404", "413", "500", "503"},
    ("post", "/v1/chat/settings/edit"): {"200", "400", "401", "403", "404", "413", "500", "503"},
    ("post", "/v1/channels"): {"200", "400", "401", "403", "413", "500", "503"},
}


@pytest_asyncio.fixture
async def http(clock):
    store = Store("sqlite+aiosqlite:///:memory:", clock=clock)
    tokens = TokenSettings(secret="the secret of the tokens in these tests")
    issuer = Issuer(TokenKeys.from_settings(tokens), tokens, clock=clock)

    async def publish(*_: object) -> None:
        """Nothing is ever done here."""

    platform = Platform(store, issuer, publish=publish, settings=DevApiSettings())
    app = Litestar(
        [devapi(platform), health_route("/health")], openapi_config=openapi_config(), plugins=[StructShapes()]
    )
    async with AsyncTestClient(app) as client:
        yield client


async def test_the_schema_has_the_devapi_and_nothing_else(http):
    document = (await http.get("/docs/openapi.json")).json()

    described = {
        (verb, path): set(operation["responses"])
        for path, operations in document["paths"].items()
        for verb, operation in operations.items()
    }
    assert described == METHODS


async def test_every_method_says_how_one_shows_who_one_is(http):
    document = (await http.get("/docs/openapi.json")).json()

    schemes = document["components"]["securitySchemes"]
    assert {name: scheme.get("scheme", scheme.get("name")) for name, scheme in schemes.items()} == {
        "Bearer": "bearer",
        "Basic": "basic",
        "ApiKey": "X-API-Key",
    }
    for operations in document["paths"].values():
        for operation in operations.values():
            assert operation["security"] == [{"Bearer": []}, {"Basic": []}]


async def test_numbers_say_from_where_to_where_they_go(http):
    document = (await http.get("/docs/openapi.json")).json()

    numbers = {
        (path, parameter["name"]): (parameter["schema"].get("minimum"), parameter["schema"].get("maximum"))
        for path, operations in document["paths"].items()
        for operation in operations.values()
        for parameter in operation.get("parameters", ())
        if parameter["schema"].get("type") == "integer"
    }
    assert numbers["/v1/catalog/online_channels", "limit"] == (1, 200)
    assert numbers["/v1/catalog/online_channels", "offset"] == (0, 1_000_000)
    assert numbers["/v1/channel_roles/user", "user_id"] == (1, 2**63 - 1)


async def test_every_reference_leads_somewhere(http):
    answer = await http.get("/docs/openapi.json")
    schemas = answer.json()["components"]["schemas"]

    references = set(re.findall(r'"\$ref":"#/components/schemas/([^"]+)"', answer.text))
    assert references
    assert references <= set(schemas)


async def test_the_page_shows_every_method_and_loads_nothing_from_elsewhere(http):
    answer = await http.get("/docs")

    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/html")
    for verb, path in METHODS:
        assert f"{verb.upper()} {path}" in answer.text
    assert "<script" not in answer.text
    assert "://" not in answer.text
    links = set(re.findall(r"href='#([^']+)'", answer.text))
    assert links
    assert links <= set(re.findall(r"id='([^']+)'", answer.text))


async def test_a_server_describes_itself_as_it_does_when_it_runs_and_validly(tmp_path):
    settings = Settings(
        port=0,
        database_url=f"sqlite+aiosqlite:///{tmp_path / 'platform.sqlite3'}",
        tokens=TokenSettings(secret="the secret of the tokens in these tests"),
    )
    described = Server(settings).openapi()

    assert [error.message for error in OpenAPIV31SpecValidator(described).iter_errors()] == []
    async with Server(settings) as server, httpx2.AsyncClient(trust_env=False) as http:
        assert (await http.get(f"{server.url}/docs/openapi.json")).json() == described


def test_bodies_are_described_as_strictly_as_they_are_read():
    shapes = cast("dict[str, Any]", Server(Settings(port=0)).openapi())["components"]["schemas"]

    assert shapes["ChangeBody"]["additionalProperties"] is False
    assert "additionalProperties" not in shapes["RewardBody"]
    assert shapes["ChangeBody"]["properties"]["amount"] | {"oneOf": []} == {
        "oneOf": [],
        "minimum": 0,
        "maximum": 2**63 - 1,
    }
    assert shapes["ChatSettingsChange"]["properties"]["any_message_timeout"]["minimum"] == 0
    assert shapes["EventBody"]["properties"]["idempotency_key"]["minLength"] == 1
    assert shapes["DemandsRequest"]["properties"]["demands"]["maxItems"] == 100


def test_every_method_says_what_it_is_for_and_what_each_parameter_is():
    paths = cast("dict[str, Any]", Server(Settings(port=0)).openapi())["paths"]

    operations = [operation for of_path in paths.values() for operation in of_path.values()]
    for operation in operations:
        assert all(operation[words] for words in ("summary", "description", "operationId", "tags")), operation
        assert all(parameter["description"] for parameter in operation.get("parameters", ())), operation
    assert len({operation["operationId"] for operation in operations}) == len(operations) > len(METHODS)
