"""The port that tells how listening goes: as a probe, a person and Prometheus ask it."""

from __future__ import annotations

import asyncio

import httpx2
import msgspec
import pytest

from vklive.cli.health_port import MAX_REQUEST_SIZE, HealthPort
from vklive.client import Client
from vklive.errors import ConfigError


async def asked(port: int, request: bytes) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(request)
        return await reader.read()
    finally:
        writer.close()


async def test_a_client_that_hears_nothing_it_should_is_503_with_the_reason_and_one_that_waits_for_nothing_is_200() -> (
    None
):
    async with Client(access_token="t", api_url="http://127.0.0.1:1", timeout=1) as client:
        async with HealthPort(client).open("127.0.0.1", 0) as port, httpx2.AsyncClient() as http:
            url = f"http://127.0.0.1:{port}"
            idle = await http.get(f"{url}/health")
            assert (idle.status_code, idle.json()["state"]) == (200, "idle")
            async with client.listen("streamer") as stream:
                await anext(stream)
                waiting = await http.get(f"{url}/health?verbose=1")
                assert (waiting.status_code, waiting.json()["ok"]) == (503, False)
                assert "cannot connect to 127.0.0.1:1" in waiting.json()["reason"]
                stats = (await http.get(f"{url}/stats")).json()
                assert stats["connections"][0]["reconnects"] == {"tcp": 1}
                assert 'vklive_client_reconnects_total{cause="tcp"} 1.0' in (await http.get(f"{url}/metrics")).text
                assert (await http.head(f"{url}/health")).status_code == 503
            assert (await http.get(f"{url}/")).status_code == 404
            assert (await http.post(f"{url}/health")).status_code == 405


@pytest.mark.parametrize(
    ("request_bytes", "status"),
    [
        (b"nonsense\r\n\r\n", b"400"),
        (b"GET /health HTTP/2.0\r\n\r\n", b"400"),
        (b"GET /" + b"a" * 2 * MAX_REQUEST_SIZE + b" HTTP/1.1\r\n\r\n", b"400"),
        (b"DELETE /health HTTP/1.1\r\n\r\n", b"405"),
        (b"GET /health HTTP/1.0\r\n\r\n", b"200"),
    ],
)
async def test_what_is_no_request_is_refused_and_the_next_one_is_answered(request_bytes: bytes, status: bytes) -> None:
    async with HealthPort(Client(access_token="t")).open("127.0.0.1", 0) as port:
        assert (await asked(port, request_bytes)).startswith(b"HTTP/1.1 " + status)
        assert msgspec.json.decode((await asked(port, b"GET /health HTTP/1.1\r\n\r\n")).partition(b"\r\n\r\n")[2])["ok"]


async def test_a_port_that_is_taken_is_said() -> None:
    health = HealthPort(Client(access_token="t"))
    async with health.open("127.0.0.1", 0) as port:
        with pytest.raises(ConfigError, match=rf"--health-port: cannot listen on 127.0.0.1:{port}"):
            async with health.open("127.0.0.1", port):
                pass
