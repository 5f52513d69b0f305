"""Tokens for the pub/sub (vk.md 2.2)."""

from __future__ import annotations

from collections.abc import Sequence

from vklive.devapi.errors import ApiError
from vklive.devapi.models import ChannelToken, SubscriptionTokens, WebSocketToken
from vklive.server import names
from vklive.server.access import access, subject
from vklive.server.directory import Directory, User, Viewer
from vklive.server.refusal import RefusalError
from vklive.server.tokens import Issuer

MAX_WS_CHANNEL_LENGTH = 255
"""Bytes in the name of a ws channel, as Centrifugo has it."""


class WebSocketTokens:
    """Gives tokens to those who may have them. What it does not give is raised as a `RefusalError`.

    Args:
        directory: knows channels and memberships.
        issuer: signs tokens.
        limit: how many ws channels one call may ask for.
    """

    def __init__(self, directory: Directory, issuer: Issuer, *, limit: int) -> None:
        self._directory = directory
        self._issuer = issuer
        self._limit = limit

    def connection(self, viewer: Viewer) -> WebSocketToken:
        """A connection token for whoever asks."""
        return WebSocketToken(self._issuer.connection(subject(viewer)))

    async def subscriptions(self, user: User, requested: Sequence[str]) -> SubscriptionTokens:
        """A subscription token for each of the ws channels that this user may hear.

        Open ones are among them. Those that the user may not hear are left out, and so are those that do not
        exist: the two cannot be told apart.

        Args:
            user: who asks.
            requested: names of ws channels. The answer keeps their order, and has those that are named twice once.
        """
        wanted = list(dict.fromkeys(requested))
        if len(wanted) > self._limit:
            raise RefusalError(ApiError.INVALID_PARAM, f"channels: {len(wanted)} names, at most {self._limit}")
        if any(len(name.encode(errors="replace")) > MAX_WS_CHANNEL_LENGTH for name in wanted):
            raise RefusalError(ApiError.INVALID_PARAM, f"channels: a name is over {MAX_WS_CHANNEL_LENGTH} bytes")
        known = {name: ws_channel for name in wanted if (ws_channel := names.parse(name)) is not None}
        ids = {ws_channel.channel_id for ws_channel in known.values()}
        channels = await self._directory.channels_by_id(ids)
        memberships = await self._directory.memberships(user.id, channels.keys())
        granted = [
            name
            for name, ws_channel in known.items()
            if (channel := channels.get(ws_channel.channel_id)) is not None
            and access(ws_channel, user, channel=channel, membership=memberships.get(channel.id)).granted
        ]
        return SubscriptionTokens(
            [ChannelToken(channel=name, token=self._issuer.subscription(subject(user), name)) for name in granted]
        )
