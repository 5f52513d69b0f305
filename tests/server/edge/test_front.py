"""Streams beside everything else that a whole server does."""

from __future__ import annotations

from tests.server.edge.http_peer import HttpPeer

from vklive.server.app import Server
from vklive.server.settings import PubSubSettings, Settings, TokenSettings, TransportSettings

ORIGIN = "Origin: https://good.example"


def settings() -> Settings:
    return Settings(
        port=0,
        database_url="sqlite+aiosqlite:///:memory:",
        tokens=TokenSettings(secret="a secret that is long enough for HS256 to be happy"),
        pubsub=PubSubSettings(allow_anonymous_connect_without_token=True, allowed_origins=("https://good.example",)),
        transports=TransportSettings(sse=True, sse_path="/events", uni_http_stream=True),
    )


def allowed(peer: HttpPeer) -> list[str]:
    return [value for name, value in peer.headers if name == "access-control-allow-origin"]


async def test_streams_and_the_devapi_have_each_their_own_rules_for_web_pages():
    async with Server(settings()) as server:
        stream = await HttpPeer.ask(server.port, "POST", "/events", headers=[ORIGIN], body=b'{"id":1,"connect":{}}')
        assert (stream.status, allowed(stream)) == (200, ["https://good.example"])
        stream.leave()
        preflight = ["Access-Control-Request-Method: GET", "Access-Control-Request-Headers: authorization"]
        devapi = await HttpPeer.ask(
            server.port, "OPTIONS", "/v1/websocket/token", headers=["Origin: https://any.example", *preflight]
        )
        assert (devapi.status, allowed(devapi)) == (204, ["*"])
        devapi.leave()


async def test_addresses_are_where_they_are_set_and_nowhere_else():
    async with Server(settings()) as server:
        for path, status in (("/events", 400), ("/connection/sse", 404), ("/events/", 404), ("/emulation", 405)):
            peer = await HttpPeer.ask(server.port, "GET", path)
            assert peer.status == status
            peer.leave()
