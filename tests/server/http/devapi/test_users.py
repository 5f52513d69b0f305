"""Who asks, over HTTP."""

from __future__ import annotations

import time

import pytest
from tests.server.http.devapi.broadcasts import settings_in

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    return settings_in(tmp_path_factory.mktemp("world"))


async def test_a_streamer_is_told_who_they_are_and_which_channels_are_theirs(http, bearer):
    answer = await http.get("/v1/current_user", headers=bearer("owner"))

    assert answer.json() == {
        "data": {
            "user": {
                "id": 1,
                "nick": "owner",
                "nick_color": 3,
                "avatar_url": "https://example/owner.png",
                "is_streamer": True,
            },
            "channel": {"url": "streamer"},
            "channels": [{"url": "streamer"}, {"url": "silent"}],
        }
    }


async def test_a_viewer_has_no_channel_and_an_application_is_no_user(http, bearer, basic, refusal):
    data = (await http.get("/v1/current_user", headers=bearer("viewer"))).json()["data"]

    assert (data["user"]["id"], data["user"]["is_streamer"]) == (11, False)
    assert (data["channel"], data["channels"]) == (None, [])
    for headers in (bearer("application"), basic("bot", "secret of the bot")):
        assert refusal(await http.get("/v1/current_user", headers=headers)) == (403, "forbidden")


async def test_an_access_token_says_whose_it_is_and_until_when(http, server, bearer):
    before = int(time.time())
    expiring = await server._store.issue_access_token(user_id=11, ttl=600.0)

    async def told(token):
        return (await http.get("/v1/token", headers=bearer(token))).json()["data"]

    assert await told("viewer") == {"type": "user", "expired_at": 0}
    assert await told("application") == {"type": "app", "expired_at": 0}
    answer = await told(expiring)
    assert answer["type"] == "user"
    assert before + 600 <= answer["expired_at"] <= int(time.time()) + 600


async def test_credentials_of_an_application_are_no_access_token(http, basic, refusal):
    answer = await http.get("/v1/token", headers=basic("bot", "secret of the bot"))

    assert refusal(answer) == (403, "forbidden")
