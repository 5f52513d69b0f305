"""The area ``websocket``: tokens for the pub/sub (vk.md 2.2)."""

from __future__ import annotations

from collections.abc import Sequence

from vklive.client.api.caller import Caller
from vklive.client.api.method import Method
from vklive.devapi.models import Data, SubscriptionTokens, WebSocketToken

MAX_TOKENS_A_CALL = 100
"""Ws channels in one call for subscription tokens; more make more calls. The API states no number of its own."""

TOKEN = Method("GET", "/v1/websocket/token")
SUBSCRIPTION_TOKEN = Method("GET", "/v1/websocket/subscription_token")


class WebSocketApi:
    """Tokens for the pub/sub. `vklive.Client.listen` asks for them by itself.

    Args:
        caller: makes the calls.
    """

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def token(self) -> str:
        """A token to connect with. For users and applications."""
        return (await self._caller.ask(TOKEN, Data[WebSocketToken])).token

    async def subscription_tokens(self, ws_channels: Sequence[str]) -> dict[str, str]:
        """Tokens by ws channel. One that is missing is one that this user may not hear, or that needs no token.

        For users only. More than `MAX_TOKENS_A_CALL` make several calls.
        """
        tokens: dict[str, str] = {}
        for at in range(0, len(ws_channels), MAX_TOKENS_A_CALL):
            asked = ",".join(ws_channels[at : at + MAX_TOKENS_A_CALL])
            answer = await self._caller.ask(SUBSCRIPTION_TOKEN, Data[SubscriptionTokens], params={"channels": asked})
            tokens |= {one.channel: one.token for one in answer.channel_tokens}
        return tokens
