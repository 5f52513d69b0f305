"""Answers of the area ``websocket`` (vk.md 2.2, [O])."""

from __future__ import annotations

from vklive.devapi.models.base import Model


class WebSocketToken(Model):
    """Answer of ``GET /v1/websocket/token``."""

    token: str

    def __repr__(self) -> str:
        return "WebSocketToken(token=<secret>)"


class ChannelToken(Model):
    """A subscription token and the ws channel that it opens."""

    channel: str
    token: str

    def __repr__(self) -> str:
        return f"ChannelToken(channel={self.channel!r}, token=<secret>)"


class SubscriptionTokens(Model):
    """Answer of ``GET /v1/websocket/subscription_token``: what is missing is not to be had by this user."""

    channel_tokens: list[ChannelToken] = []
