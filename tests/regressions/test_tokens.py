"""Tokens that end while a program listens for months."""

from __future__ import annotations

import asyncio

import pytest
from tests.client.test_oauth import TokenEndpoint
from tests.regressions.scene import listen, of, server_with, texts

from vklive.client.oauth import OAuthRefreshToken
from vklive.errors import UnauthorizedError
from vklive.events import NoAccess, Reconnecting, TokenRefreshed
from vklive.protocol.codes import DisconnectCode
from vklive.server.directory import Role
from vklive.testing.factories import chat_message


def test_a_limited_chat_is_heard_long_after_its_first_token_has_ended():
    """centrifuge-python #50: `sub_refresh` without its channel, so that the server closed with 3501 every minute."""
    server = server_with(token_ttl=30)
    server.set_role("streamer", Role.MODERATOR)

    async def scene(_, __):
        await server.heard("streamer", "limited_chat")
        await asyncio.sleep(3600)
        await server.publish("streamer", chat_message("psst"), topic="limited_chat")

    heard = listen(server, scene, topics={"chat", "limited_chat"})
    assert texts(heard) == ["psst"]
    assert not of(Reconnecting, heard)
    assert {told.kind for told in of(TokenRefreshed, heard)} == {"connection", "subscription"}


@pytest.mark.parametrize("path", ["/v1/websocket/token", "/v1/websocket/subscription_token"])
def test_a_refresh_that_fails_is_tried_again_before_the_token_ends(path):
    """centrifuge-python PR #58: when no token could be had, nothing was tried again."""
    server = server_with(token_ttl=300)
    server.set_role("streamer", Role.MODERATOR)

    async def scene(_, __):
        await server.heard("streamer", "limited_chat")
        await asyncio.sleep(280)
        server.fail(path, status=503, times=2)
        await asyncio.sleep(600)
        await server.publish("streamer", chat_message("psst"), topic="limited_chat")

    heard = listen(server, scene, topics={"chat", "limited_chat"})
    assert texts(heard) == ["psst"]
    assert not of(NoAccess, heard)


def test_there_is_one_chain_of_refreshes_after_any_number_of_reconnects():
    """centrifuge-dart PR #129: two chains after a reconnect, three after the next."""
    server = server_with(token_ttl=60)

    async def scene(_, __):
        for _ in range(10):
            server.cut()
            await server.heard("streamer")
        before = len(server.asked)
        await asyncio.sleep(600)
        tokens = [asked for asked in server.asked[before:] if asked.path == "/v1/websocket/token"]
        assert 10 <= len(tokens) <= 12

    assert len(of(Reconnecting, listen(server, scene))) == 10


def test_an_expired_connection_comes_back_with_a_token_that_is_new():
    """centrifuge-js #158, #202, #218, #86, #401: 3005, then 109, and the token that has ended once more."""
    server = server_with()

    async def scene(_, __):
        before = len(server.asked)
        server.expire()
        await server.heard("streamer")
        assert server.asked[before].path == "/v1/websocket/token"

    (told,) = of(Reconnecting, listen(server, scene))
    assert told.code == DisconnectCode.CONNECTION_EXPIRED


def test_wrong_credentials_end_it_at_once_and_hammer_nobody():
    """Abilityai/trinity #215: a token that is not valid was tried again until the application stood still."""
    server = server_with()

    async def scene(_, __):
        server.revoke()
        server.cut()
        await asyncio.sleep(3600)
        assert len([asked for asked in server.asked if asked.path == "/v1/websocket/token"]) == 2

    with pytest.raises(UnauthorizedError):
        listen(server, scene)


def test_a_new_pair_of_tokens_is_stored_before_a_restart_needs_it():
    """twitchAPI #53: refreshed tokens were lost with the process, and the old ones were good for nothing."""
    server = server_with()
    stored: list[str] = []
    endpoint = TokenEndpoint()

    async def scene():
        for _ in range(2):  # two runs of a program
            last = stored[-1] if stored else "refresh-0"
            source = OAuthRefreshToken(
                "id",
                "client-secret",
                refresh_token=last,
                http=endpoint,
                on_new_tokens=lambda tokens: stored.append(tokens.refresh_token),
            )
            assert await source.authorization() == f"Bearer access-{len(stored)}"
            await source.close()

    server.run(scene())
    assert stored == ["refresh-1", "refresh-2"]
