"""Pages of other origins, in a real browser: nobody asked them in."""

from __future__ import annotations

import pytest
from tests.interop.pubsub.conftest import Way, addresses, connection_token, start_peer
from tests.interop.pubsub.peer import Client


@pytest.fixture(scope="module")
def foreign_page(page_port, tmp_path_factory):
    """The same page from an origin that is not allowed."""
    peer = start_peer("chromium", f"http://localhost:{page_port}/", tmp_path_factory)
    yield peer
    peer.end()


@pytest.mark.parametrize("transport", ["websocket", "http_stream", "sse"])
def test_a_page_of_another_origin_is_kept_out(foreign_page, pubsub, transport):
    way = Way("chromium", transport)
    client = Client(
        foreign_page,
        f"foreign {way}",
        **addresses(way, pubsub.port),
        transport=transport,
        protobuf=False,
        tokens=[connection_token("7")],
    )
    client.ask("connect")
    client.until("error", times=2)
    assert client.heard("connected") == []
    client.forget()
    pubsub.until_there_are(0)
