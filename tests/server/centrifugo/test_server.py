"""The pub/sub alone: where things are, what it takes over while it runs, how it ends."""

from __future__ import annotations

import json
from typing import Any

import httpx2
import pytest
from tests.vectors.script import KEY, Placeholders
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from vklive.errors import ConfigError
from vklive.server.centrifugo.configuration import ApiSettings, PubSubConfiguration, VerifyingSettings
from vklive.server.centrifugo.server import PubSubServer
from vklive.server.namespaces import Namespace
from vklive.server.settings import MetricsSettings, PubSubSettings, TransportSettings

NEWS = Namespace(name="news", allow_subscribe_for_client=True)


def configured(**options: Any) -> PubSubConfiguration:
    defaults: dict[str, Any] = {
        "host": "127.0.0.1",
        "port": 0,
        "health": True,
        "api": ApiSettings(key="key"),
        "tokens": VerifyingSettings(hmac_secret=KEY),
        "namespaces": [NEWS],
    }
    return PubSubConfiguration(**{**defaults, **options})


def token(key: str = KEY) -> str:
    made: str = Placeholders(2_000_000_000).fill({"$token": {"claims": {"sub": "42", "exp": 60}, "key": key}})
    return made


async def ask(server: PubSubServer, *commands: dict[str, Any]) -> list[Any]:
    async with connect(server.ws_url, proxy=None) as socket:
        await socket.send("\n".join(json.dumps({"id": number, **one}) for number, one in enumerate(commands, 1)))
        said: list[Any] = []
        while len(said) < len(commands):
            said += [json.loads(line) for line in str(await socket.recv()).split("\n")]
        return said


async def get(url: str) -> int:
    async with httpx2.AsyncClient(trust_env=False) as http:
        return (await http.get(url)).status_code


async def call(url: str, key: str = "key") -> int:
    async with httpx2.AsyncClient(trust_env=False) as http:
        return (await http.post(f"{url}/api/info", content=b"{}", headers={"X-API-Key": key})).status_code


async def test_everything_is_at_one_port():
    async with PubSubServer(configured()) as server:
        (connected,) = await ask(server, {"connect": {"token": token()}})
        assert connected["connect"]["version"] == "4.1.5"
        assert await get(f"{server.url}/health") == 200
        assert await call(server.url) == 200
        assert await call(server.url, "wrong") == 401


@pytest.mark.parametrize(("external", "status"), [(False, 404), (True, 200)])
async def test_what_is_internal_may_have_a_port_of_its_own(free_port, external, status):
    api = ApiSettings(key="key", external=external)
    async with PubSubServer(configured(internal_port=free_port, api=api)) as server:
        assert server.internal_url.endswith(f":{free_port}")
        assert await get(f"{server.internal_url}/health") == 200
        assert await get(f"{server.url}/health") == 404
        assert await call(server.internal_url) == 200
        assert await call(server.url) == status
        assert len(await ask(server, {"connect": {"token": token()}})) == 1


async def test_what_is_internal_may_have_an_address_of_its_own(free_port):
    async with PubSubServer(configured(port=free_port, internal_host="127.0.0.2")) as server:
        assert (server.url, server.internal_url) == (f"http://127.0.0.1:{free_port}", f"http://127.0.0.2:{free_port}")
        assert await call(server.internal_url) == 200
        assert await call(server.url) == 404


async def test_an_internal_place_that_is_the_public_one_is_one_place(free_port):
    async with PubSubServer(configured(port=free_port, internal_port=free_port)) as server:
        assert server.internal_url == server.url
        assert await call(server.url) == 200


async def test_it_tells_every_place_where_something_is():
    transports = TransportSettings(sse=True, uni_websocket=True, uni_http_stream=True)
    on = configured(transports=transports, metrics=MetricsSettings(enabled=True))
    off = configured(health=False, api=ApiSettings(disabled=True), transports=TransportSettings(websocket=False))
    async with PubSubServer(on) as server:
        assert dict(server.places()) == {
            "pub/sub": server.ws_url,
            "sse": f"{server.url}/connection/sse",
            "uni_websocket": f"ws://127.0.0.1:{server.port}/connection/uni_websocket",
            "uni_http_stream": f"{server.url}/connection/uni_http_stream",
            "HTTP API": f"{server.url}/api",
            "health": f"{server.url}/health",
            "metrics": f"{server.url}/metrics",
        }
    async with PubSubServer(off) as server:
        assert dict(server.places()) == {}


async def test_what_is_off_is_not_there():
    async with PubSubServer(configured(health=False, api=ApiSettings(key="key", disabled=True))) as server:
        assert await get(f"{server.url}/health") == 404
        assert await call(server.url) == 404


async def test_namespaces_keys_and_limits_change_while_it_runs_and_who_is_there_stays():
    async with PubSubServer(configured()) as server, connect(server.ws_url, proxy=None) as before:
        await before.send(json.dumps({"id": 1, "connect": {"token": token()}}))
        await before.recv()
        new = configured(
            namespaces=[NEWS, Namespace(name="sport", allow_subscribe_for_client=True)],
            tokens=VerifyingSettings(hmac_secret="another"),
            pubsub=PubSubSettings(ping_interval=60.0),
        )
        server.reload(new)
        await before.send(json.dumps({"id": 2, "subscribe": {"channel": "sport:a"}}))
        assert json.loads(await before.recv()) == {"id": 2, "subscribe": {}}
        with pytest.raises(ConnectionClosed) as caught:
            await ask(server, {"connect": {"token": token()}})
        assert caught.value.rcvd is not None
        assert caught.value.rcvd.code == 3500
        (connected,) = await ask(server, {"connect": {"token": token("another")}})
        assert connected["connect"]["ping"] == 60


async def test_a_wrong_configuration_changes_nothing():
    async with PubSubServer(configured()) as server:
        with pytest.raises(ConfigError):
            server.reload(configured(namespaces=[NEWS, NEWS]))
        with pytest.raises(ConfigError):
            server.reload(configured(tokens=VerifyingSettings(rsa_public_key="no key")))
        _, subscribed = await ask(server, {"connect": {"token": token()}}, {"subscribe": {"channel": "news:a"}})
        assert subscribed == {"id": 2, "subscribe": {}}
