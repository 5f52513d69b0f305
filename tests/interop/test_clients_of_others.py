"""Clients that none of us wrote: let in where they may, refused where they must be."""

from __future__ import annotations

import asyncio
import time

import cent
import pytest
from tests.interop.conftest import API_KEY, LIMITED, PUBLIC, SECRET

from vklive.clock import SystemClock
from vklive.server.settings import TokenSettings
from vklive.server.tokens import Issuer, TokenKeys

MESSAGE = {
    "type": "channel_chat_message_send",
    "data": {"chat_message": {"id": 1, "parts": [{"text": {"content": "привет"}}]}},
}


class Yesterday:
    """A clock of which everything issued has long expired."""

    monotonic = staticmethod(time.monotonic)

    def wall(self) -> float:
        return time.time() - 86_400


def issuer(*, secret: str = SECRET, clock=None) -> Issuer:
    settings = TokenSettings(secret=secret)
    return Issuer(TokenKeys.from_settings(settings), settings, clock=clock or SystemClock())


async def test_a_paid_subscriber_hears_the_public_and_the_limited_chat(start_peer, publish):
    peer = await start_peer("subscriber", [{"channel": PUBLIC}, {"channel": LIMITED, "fetch": True}])
    await peer.until(event="token", channel=LIMITED, granted=True)
    await peer.until(event="subscribed", channel=PUBLIC)
    await peer.until(event="subscribed", channel=LIMITED)
    await publish(PUBLIC, MESSAGE)
    await publish(LIMITED, MESSAGE | {"limited": True})
    assert (await peer.until(event="publication", channel=PUBLIC))["data"] == MESSAGE
    assert (await peer.until(event="publication", channel=LIMITED))["data"] == MESSAGE | {"limited": True}


async def test_a_guest_hears_the_public_chat_and_is_denied_the_limited_one(start_peer, publish):
    peer = await start_peer("guest", [{"channel": PUBLIC}, {"channel": LIMITED, "fetch": True}])
    await peer.until(event="token", channel=LIMITED, granted=False)
    await peer.until(event="subscribed", channel=PUBLIC)
    await peer.until(event="unsubscribed", channel=LIMITED, code=103)
    await publish(LIMITED, MESSAGE)
    await publish(PUBLIC, MESSAGE)
    await peer.until(event="publication", channel=PUBLIC)
    assert not [line for line in peer.said if line["event"] == "publication" and line["channel"] == LIMITED]


async def test_a_private_ws_channel_is_for_its_user_alone_and_needs_no_token(start_peer, publish):
    own, foreign = f"{PUBLIC}#9", f"{PUBLIC}#8"
    peer = await start_peer("guest", [{"channel": own}, {"channel": foreign}])
    await peer.until(event="subscribed", channel=own)
    await peer.until(event="unsubscribed", channel=foreign, code=103)
    await publish(own, MESSAGE)
    await peer.until(event="publication", channel=own)


async def test_a_stolen_subscription_token_ends_the_connection_for_good(start_peer):
    stolen = issuer().subscription("8", LIMITED)
    peer = await start_peer("guest", [{"channel": LIMITED, "token": stolen}])
    await peer.until(event="disconnected", code=3500)


async def test_a_subscription_token_signed_by_somebody_else_is_denied(start_peer):
    forged = issuer(secret="another secret that is long enough for HS256 too").subscription("9", LIMITED)
    peer = await start_peer("guest", [{"channel": LIMITED, "token": forged}])
    await peer.until(event="unsubscribed", channel=LIMITED, code=103)


async def test_a_connection_token_signed_by_somebody_else_ends_the_connection_for_good(start_peer):
    forged = issuer(secret="another secret that is long enough for HS256 too").connection("9")
    peer = await start_peer("guest", [], token=forged)
    await peer.until(event="disconnected", code=3500)


async def test_an_expired_connection_token_is_said_to_have_expired(start_peer):
    expired = issuer(clock=Yesterday()).connection("9")
    peer = await start_peer("guest", [], token=expired)
    await peer.until(event="error", server_code=109)
    assert not [line for line in peer.said if line["event"] == "connected"]


async def test_a_connection_token_is_not_good_for_subscribing(start_peer):
    peer = await start_peer("guest", [{"channel": LIMITED, "token": issuer().connection("9")}])
    await peer.until(event="unsubscribed", channel=LIMITED, code=103)


async def test_cent_publishes_broadcasts_and_asks_for_info_and_a_wrong_key_is_refused(server):
    client = cent.Client(server.url + "/api", api_key=API_KEY, timeout=5)
    assert await asyncio.to_thread(client.publish, PUBLIC, {"n": 1}) == {}
    answers = await asyncio.to_thread(client.broadcast, [PUBLIC, "nope:1"], {"n": 2})
    assert answers["responses"][1]["error"]["code"] == 102
    info = await asyncio.to_thread(client.info)
    assert info["nodes"][0]["version"] == "4.1.5"
    stranger = cent.Client(server.url + "/api", api_key="wrong", timeout=5)
    with pytest.raises(cent.RequestException):
        await asyncio.to_thread(stranger.publish, PUBLIC, {})
