"""A request is carried out once for each key: repeated, at once, after a restart, on both databases."""

from __future__ import annotations

import asyncio

import pytest
from tests.server.http.platform_api.conftest import EVENT, METHODS, platform_of, server_on

SUBSCRIBE = "subscriptions/create"


async def test_two_at_once_on_two_servers_are_one_and_so_it_stays_after_a_restart(database_url, tmp_path):
    body = METHODS[SUBSCRIBE]
    async with server_on(database_url, tmp_path) as one, server_on(database_url, tmp_path) as two:
        async with platform_of(one) as first, platform_of(two) as second, asyncio.timeout(40):
            answers = await asyncio.gather(*(each.call(SUBSCRIBE, body, key="a key") for each in (first, second) * 4))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1

    async with server_on(database_url, tmp_path) as restarted, platform_of(restarted) as platform:
        assert (await platform.call(SUBSCRIBE, body, key="a key")).content == answers[0].content
        assert (await platform.call(SUBSCRIBE, body, key="another key")).status_code == 422
        assert (await platform.call(SUBSCRIBE, body | {"amount": 1}, key="a key")).status_code == 422
        answer = await platform.call("followers/add", body, key="a key")
        assert answer.status_code in {400, 422}
        answer = await platform.call("subscriptions/end", {"user_id": 11}, key="a key")
        assert answer.status_code == 422
        assert "idempotency key" in answer.json()["error_description"]
        # The subscription is still there.
        assert (await platform.call("subscriptions/end", {"user_id": 11})).status_code == 200


async def test_an_event_is_published_once_for_a_key_in_header_or_body(server, platform):
    published: list[str] = []
    server.node.on_publication = lambda ws_channel, _: published.append(ws_channel)

    for _ in range(2):
        await platform.does("events", EVENT, key="one")
        await platform.does("events", EVENT | {"idempotency_key": "two"})
        await platform.does("events", EVENT | {"idempotency_key": "three"}, key="three")
        await platform.does("events", EVENT)
    assert len(published) == 5

    answer = await platform.call("events", EVENT | {"idempotency_key": "five"}, key="six")
    assert answer.status_code == 400
    assert "not the same" in answer.json()["error_description"]


async def test_what_was_refused_can_be_tried_again(platform):
    assert (await platform.call("streams/pause", {}, key="a key")).status_code == 422
    await platform.does("streams/start", {})
    await platform.does("streams/pause", {}, key="a key")


@pytest.mark.parametrize("key", ["", "k" * 256])
async def test_a_key_that_is_none_is_refused(platform, key):
    answer = await platform.call("followers/add", {"user_id": 11}, key=key)
    assert answer.status_code == 400
    assert answer.json()["error"] == "invalid_param"
    assert (await platform.call("events", EVENT | {"idempotency_key": key})).status_code == 400


async def test_the_longest_key_is_one(platform):
    await platform.does("followers/add", {"user_id": 11}, key="k" * 255)
