"""What Prometheus is told of a server that has done some things."""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any

import httpx2
import pytest
from prometheus_client.parser import text_string_to_metric_families
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from vklive import __version__
from vklive.errors import MissingExtraError
from vklive.server.app import Server
from vklive.server.namespaces import Namespace
from vklive.server.settings import MetricsSettings, PubSubSettings, Settings

KEY = "the key of the server api in these tests"
NAMESPACES = [
    Namespace(
        name="pub",
        allow_subscribe_for_client=True,
        allow_subscribe_for_anonymous=True,
        force_recovery=True,
        history_size=10,
        history_ttl=300.0,
    )
]


def server(metrics: MetricsSettings, **pubsub: Any) -> Server:
    return Server(
        Settings(
            port=0,
            database_url="sqlite+aiosqlite:///:memory:",
            api_key=KEY,
            metrics=metrics,
            pubsub=PubSubSettings(allow_anonymous_connect_without_token=True, ping_interval=86_400.0, **pubsub),
        ),
        namespaces=NAMESPACES,
    )


async def ask(socket: Any, *commands: dict[str, Any]) -> None:
    await socket.send("\n".join(json.dumps({"id": number, **one}) for number, one in enumerate(commands, 1)))
    lines = 0
    while lines < len(commands):
        lines += str(await socket.recv()).count("\n") + 1


async def metrics_of(running: Server, path: str = "/metrics") -> dict[tuple[str, ...], float]:
    """The metrics by name and values of labels, which come in the order of their names."""
    async with httpx2.AsyncClient(trust_env=False) as http:
        answer = await http.get(running.url + path)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


async def test_what_has_happened_is_told_in_the_words_of_centrifugo():
    async with server(MetricsSettings(enabled=True, prefix="centrifugo")) as running:
        async with connect(running.ws_url, proxy=None) as socket:
            channel = {"channel": "pub:a"}
            await ask(
                socket,
                {"connect": {}},
                {"subscribe": {**channel, "recover": True}},
                {"subscribe": channel},
                {"publish": {**channel, "data": 1}},
            )
            async with httpx2.AsyncClient(trust_env=False) as http:
                said = {"method": "publish", "params": {**channel, "data": 1}}
                await http.post(f"{running.url}/api", json=said, headers={"X-API-Key": KEY})
            await socket.recv()
            there = await metrics_of(running)
            await socket.send("nonsense")
            await socket.wait_closed()
        gone = await metrics_of(running)
    expected = {
        ("node_messages_sent_count", "publication"): 1,
        ("node_messages_received_count", "publication"): 1,
        ("node_action_count", "add_client"): 1,
        ("node_action_count", "add_subscription"): 1,
        ("node_action_count", "history_recover"): 1,
        ("node_num_clients",): 1,
        ("node_num_users",): 1,
        ("node_num_subscriptions",): 1,
        ("node_num_channels",): 1,
        ("node_num_nodes",): 1,
        ("node_build", __version__): 1,
        ("node_client_connection_limit",): 0,
        ("client_num_reply_errors", "105", "subscribe"): 1,
        ("client_num_reply_errors", "103", "publish"): 1,
        ("client_command_duration_seconds_count", "subscribe"): 2,
        ("client_command_duration_seconds_count", "publish"): 1,
        ("client_recover", "yes"): 1,
        ("transport_connect_count", "websocket"): 1,
        ("transport_messages_sent", "websocket"): 5,
        ("api_command_duration_seconds_count", "publish", "http"): 1,
        ("api_command_duration_seconds_histogram_count", "publish", "http"): 1,
    }
    ours = {("centrifugo_" + name, *labels): value for (name, *labels), value in expected.items()}
    assert {key: there.get(key) for key in ours} == ours
    assert 0 < there["centrifugo_client_command_duration_seconds_sum", "subscribe"] < 60
    buckets = [key for key in there if key[0] == "centrifugo_api_command_duration_seconds_histogram_bucket"]
    assert len(buckets) == 12
    assert there[buckets[-1]] == 1
    assert gone["centrifugo_node_num_clients",] == 0
    assert gone["centrifugo_node_action_count", "remove_client"] == 1
    assert gone["centrifugo_client_num_server_disconnects", "3501"] == 1


async def test_the_names_are_ours_and_those_of_the_process_are_everybodys():
    async with server(MetricsSettings(enabled=True, path="/of/prometheus")) as running:
        found = await metrics_of(running, "/of/prometheus")
    assert found["vklive_node_num_nodes",] == 1
    assert found["process_resident_memory_bytes",] > 0
    assert {name.partition("_")[0] for name, *_ in found} == {"vklive", "process", "python"}


async def test_without_the_setting_nothing_is_told():
    async with server(MetricsSettings()) as running, httpx2.AsyncClient(trust_env=False) as http:
        assert (await http.get(f"{running.url}/metrics")).status_code == 404


async def test_a_client_too_many_is_answered_with_503_before_it_is_one():
    async with server(MetricsSettings(enabled=True), connection_limit=1) as running:
        async with connect(running.ws_url, proxy=None) as socket:
            await ask(socket, {"connect": {}})
            with pytest.raises(InvalidStatus) as refused:
                await connect(running.ws_url, proxy=None)
            assert refused.value.response.status_code == 503
            found = await metrics_of(running)
            assert found["vklive_node_client_connection_limit",] == 1
            assert found["vklive_transport_connect_count", "websocket"] == 1
        async with asyncio.timeout(10), connect(running.ws_url, proxy=None) as socket:
            await ask(socket, {"connect": {}})


def test_without_the_extra_the_error_names_it(monkeypatch):
    monkeypatch.delitem(sys.modules, "vklive.server.http.prometheus", raising=False)
    monkeypatch.setitem(sys.modules, "prometheus_client", None)
    with pytest.raises(MissingExtraError, match=r"vklive\[prometheus\]"):
        server(MetricsSettings(enabled=True))
    server(MetricsSettings())
