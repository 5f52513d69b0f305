"""Through a proxy, on real sockets: HTTP and WebSockets, with and without TLS; and proxies that do not do it."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from typing import Any

import pytest
import trustme
from tests.client.proxies import HttpProxy, RudeProxy, SilentProxy, SocksProxy
from tests.client.test_picows_transport import port_of
from websockets.asyncio.server import ServerConnection, serve

from vklive.client import Client
from vklive.client.http import Httpx2Transport
from vklive.client.picows_transport import PicowsTransport
from vklive.client.proxy import parse_proxy, proxy_of_environment
from vklive.errors import ConfigError, ConnectError

PROXIES: dict[str, type[HttpProxy | SocksProxy]] = {"http": HttpProxy, "socks5": SocksProxy, "socks5h": SocksProxy}


@pytest.fixture(autouse=True)
def no_proxy_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


async def echo(connection: ServerConnection) -> None:
    async for message in connection:
        await connection.send(message)


@pytest.fixture
async def port() -> AsyncIterator[int]:
    async with serve(echo, "127.0.0.1", 0) as server:
        yield port_of(server)


async def goes_through(transport: PicowsTransport, url: str) -> None:
    link = await transport.open(url, headers={}, timeout=5)
    link.send(b"there and back")
    assert await link.receive() == [b"there and back"]
    await link.close()


async def fails(transport: PicowsTransport, url: str, *, timeout: float = 5) -> ConnectError:
    with pytest.raises(ConnectError) as failed:
        await transport.open(url, headers={}, timeout=timeout)
    return failed.value


@pytest.mark.parametrize("scheme", PROXIES)
async def test_a_websocket_goes_through_and_the_proxy_looks_up_the_host(scheme, port):
    async with PROXIES[scheme]() as proxy:
        await goes_through(PicowsTransport(proxy=f"{scheme}://127.0.0.1:{proxy.port}"), f"ws://pubsub.test:{port}/")
        assert proxy.asked == [f"pubsub.test:{port}"]


@pytest.mark.parametrize("scheme", PROXIES)
async def test_tls_goes_through_the_tunnel_and_is_checked_at_the_far_end(scheme):
    authority = trustme.CA()
    server_side = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("pubsub.test").configure_cert(server_side)
    client_side = ssl.create_default_context()
    authority.configure_trust(client_side)
    async with serve(echo, "127.0.0.1", 0, ssl=server_side) as server, PROXIES[scheme]() as proxy:
        there = f"{scheme}://127.0.0.1:{proxy.port}"
        await goes_through(
            PicowsTransport(proxy=there, ssl_context=client_side), f"wss://pubsub.test:{port_of(server)}/"
        )
        refused = await fails(
            PicowsTransport(proxy=there, ssl_context=client_side), f"wss://other.test:{port_of(server)}/"
        )
        assert (refused.phase, refused.permanent) == ("tls", True)


@pytest.mark.parametrize("scheme", PROXIES)
async def test_a_proxy_that_wants_a_password_is_given_it(scheme, port):
    async with PROXIES[scheme](user="me", password="p@ss:word") as proxy:
        there = f"{scheme}://me:p%40ss%3Aword@127.0.0.1:{proxy.port}"
        await goes_through(PicowsTransport(proxy=there), f"ws://pubsub.test:{port}/")


@pytest.mark.parametrize("scheme", PROXIES)
async def test_a_wrong_password_is_told_and_not_shown(scheme, port):
    async with PROXIES[scheme](user="me", password="right") as proxy:
        transport = PicowsTransport(proxy=f"{scheme}://me:wrong-secret@127.0.0.1:{proxy.port}")
        refused = await fails(transport, f"ws://pubsub.test:{port}/")
        assert refused.phase == "proxy"
        assert f"127.0.0.1:{proxy.port}" in refused.problem
        assert "wrong-secret" not in repr(refused) + str(refused)
        assert proxy.asked == []


async def test_http_and_the_websocket_of_a_client_both_go_through(port):
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}")
        writer.close()

    async with HttpProxy() as proxy, await asyncio.start_server(answer, "127.0.0.1", 0) as api:
        http = Httpx2Transport(proxy=f"http://127.0.0.1:{proxy.port}")
        request: dict[str, Any] = {"headers": {}, "params": {}, "body": None, "timeout": 5}
        answered = await http.request("GET", f"http://api.test:{port_of(api)}/v1/channel", **request)
        await http.close()
        assert answered.body == b"{}"
        assert proxy.asked == [f"api.test:{port_of(api)}"]


@pytest.mark.parametrize("scheme", PROXIES)
async def test_a_proxy_that_is_not_there_is_told(scheme, unused_tcp_port):
    refused = await fails(PicowsTransport(proxy=f"{scheme}://127.0.0.1:{unused_tcp_port}"), "ws://pubsub.test/")
    assert refused.phase == "proxy"
    assert not refused.permanent


@pytest.mark.parametrize("scheme", PROXIES)
async def test_a_proxy_that_says_nothing_is_not_waited_for(scheme):
    async with SilentProxy() as proxy:
        there = PicowsTransport(proxy=f"{scheme}://127.0.0.1:{proxy.port}")
        refused = await fails(there, "ws://pubsub.test/", timeout=0.3)
        assert refused.phase == "timeout"


@pytest.mark.parametrize("scheme", ["http", "socks5"])
async def test_a_proxy_that_hangs_up_is_told(scheme):
    async with RudeProxy() as proxy:
        refused = await fails(PicowsTransport(proxy=f"{scheme}://127.0.0.1:{proxy.port}"), "ws://pubsub.test/")
        assert refused.phase == "proxy"


async def test_what_the_environment_names_is_used_unless_it_is_told_not_to(monkeypatch, port):
    async with SocksProxy() as proxy:
        monkeypatch.setenv("ALL_PROXY", f"socks5://127.0.0.1:{proxy.port}")
        await goes_through(PicowsTransport(), f"ws://pubsub.test:{port}/")
        assert len(proxy.asked) == 1
        await goes_through(PicowsTransport(proxy=""), f"ws://127.0.0.1:{port}/")
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        await goes_through(PicowsTransport(), f"ws://127.0.0.1:{port}/")
        assert len(proxy.asked) == 1


def test_a_websocket_goes_by_the_proxy_for_http_and_one_with_tls_by_that_for_https(monkeypatch):
    monkeypatch.setenv("http_proxy", "plain.test:3128")
    monkeypatch.setenv("https_proxy", "http://me:secret@secure.test:3128")
    plain, secure = proxy_of_environment("ws://a.test/"), proxy_of_environment("wss://a.test/")
    assert plain is not None
    assert plain.url == "http://plain.test:3128"
    assert secure is not None
    assert repr(secure) == "Proxy(secure.test:3128)"


def test_without_a_port_it_is_the_usual_one():
    assert parse_proxy("socks5://[::1]").shown == "[::1]:1080"
    assert parse_proxy("http://proxy.test").shown == "proxy.test:80"


@pytest.mark.parametrize(
    "wrong", ["proxy.test:3128", "ftp://me:secret@proxy.test", "http://", "http://a:secret@b:port"]
)
def test_what_is_no_proxy_is_a_mistake_that_is_told_without_its_password(wrong):
    with pytest.raises(ConfigError) as refused:
        Client(access_token="token", proxy=wrong)
    assert refused.value.where == "proxy"
    assert "secret" not in str(refused.value)


async def test_what_the_environment_names_and_is_no_proxy_is_told_too(monkeypatch):
    monkeypatch.setenv("ALL_PROXY", "gopher://me:secret@proxy.test")
    with pytest.raises(ConfigError, match="proxy"):
        await PicowsTransport().open("ws://pubsub.test/", headers={}, timeout=5)
    http = Httpx2Transport()
    with pytest.raises(ConfigError, match="environment") as refused:
        await http.request("GET", "http://api.test/", headers={}, params={}, body=None, timeout=5)
    assert "secret" not in str(refused.value)
