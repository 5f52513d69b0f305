"""Without the key there is nothing; with it, it does not matter how it is shown."""

from __future__ import annotations

import logging

import pytest
from tests.server.http.platform_api.conftest import EVENT, KEY, METHODS, platform_of, server_on

from vklive.server.node import Phase

EVERY = ["/platform/v1/events", *(f"/platform/v1/channels/streamer/{path}" for path in METHODS)]


async def test_without_a_key_every_method_is_closed(platform, caplog):
    for headers in ({}, {"X-API-Key": "wrong"}, {"Authorization": "Bearer owner"}, {"X-API-Key": KEY[:-1]}):
        for path in EVERY:
            # The body is not even looked at.
            answer = await platform.http.post(path, content=b"{", headers=headers)
            assert answer.status_code == 401, path
            assert answer.json() == {"error": "unauthorized", "error_description": "Not authorized"}
    assert KEY not in caplog.text
    assert "its key is wrong" in caplog.text


async def test_a_server_without_a_key_is_closed_to_all(tmp_path, caplog):
    caplog.set_level(logging.WARNING)
    async with server_on("sqlite+aiosqlite:///:memory:", tmp_path, api_key="") as server:
        async with platform_of(server) as platform:
            for headers in ({}, {"X-API-Key": ""}, {"X-API-Key": KEY}, {"Authorization": "apikey x"}):
                for path in EVERY:
                    assert (await platform.http.post(path, json={}, headers=headers)).status_code == 401
    assert "no API key is configured" in caplog.text


@pytest.mark.parametrize(
    ("headers", "query"),
    [({"X-API-Key": KEY}, ""), ({"Authorization": f"apikey {KEY}"}, ""), ({}, KEY)],
    ids=["header", "authorization", "parameter"],
)
async def test_the_key_is_shown_as_to_the_server_api(platform, headers, query):
    params = {"api_key": query} if query else {}
    answer = await platform.http.post("/platform/v1/events", json=EVENT, headers=headers, params=params)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"


async def test_nothing_is_begun_while_the_server_stops(server, platform):
    server.node.phase = Phase.DRAINING
    answer = await platform.call("followers/add", {"user_id": 11})
    assert answer.status_code == 503
    assert answer.json()["error"] == "service_unavailable"
