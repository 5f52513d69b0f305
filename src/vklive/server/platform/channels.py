"""What the methods of the DevAPI do, without HTTP around it; `devapi_routes` puts it there.

Source: vk.md 2.2, 2.3 and 2.6.
"""

from __future__ import annotations

from collections.abc import Sequence

from vklive.devapi.channel_url import slug_of
from vklive.devapi.errors import ApiError
from vklive.devapi.models import ChannelInfo, Channels, ChannelToken, ChatMessages, SubscriptionTokens, WebSocketToken
from vklive.server import names
from vklive.server.access import access, subject
from vklive.server.chat_log import MAX_MESSAGES, ChatLog
from vklive.server.directory import ChannelRecord, Directory, User, Viewer
from vklive.server.http.errors import RefusalError
from vklive.server.http.presentation import channel_info
from vklive.server.tokens import Issuer

MAX_WS_CHANNEL_LENGTH = 255
"""Bytes in the name of a ws channel, as Centrifugo has it."""

MAX_CHANNELS = 100
"""Channels in one call of ``POST /v1/channels``."""


class DevApi:
    """The methods. Each raises `RefusalError` for what the API answers with an error.

    Args:
        directory: knows users, channels and memberships.
        issuer: signs tokens.
        chats: what was said in chats.
        max_subscription_tokens: how many ws channels one call may ask for.
    """

    def __init__(self, directory: Directory, issuer: Issuer, chats: ChatLog, *, max_subscription_tokens: int) -> None:
        self._directory = directory
        self._issuer = issuer
        self._chats = chats
        self._max_subscription_tokens = max_subscription_tokens

    def websocket_token(self, viewer: Viewer) -> WebSocketToken:
        """A connection token for whoever asks."""
        return WebSocketToken(self._issuer.connection(subject(viewer)))

    async def subscription_tokens(self, user: User, requested: Sequence[str]) -> SubscriptionTokens:
        """A subscription token for each of the ws channels that this user may hear.

        Open ones are among them. Those that the user may not hear are left out, and so are those that do not
        exist: the two cannot be told apart.

        Args:
            user: who asks.
            requested: names of ws channels. The answer keeps their order, and has those that are named twice once.
        """
        wanted = list(dict.fromkeys(requested))
        if len(wanted) > self._max_subscription_tokens:
            raise RefusalError(
                ApiError.INVALID_PARAM, f"channels: {len(wanted)} names, at most {self._max_subscription_tokens}"
            )
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

    async def channel(self, viewer: Viewer, channel_url: str) -> ChannelInfo:
        """One channel, by its slug or its address."""
        return channel_info(await self._found(channel_url), viewer)

    async def chat_messages(self, viewer: Viewer, channel_url: str, *, limit: int) -> ChatMessages:
        """The newest messages of a chat, the oldest of them first."""
        if not 1 <= limit <= MAX_MESSAGES:
            raise RefusalError(ApiError.INVALID_PARAM, f"limit is {limit}, not from 1 to {MAX_MESSAGES}")
        channel = await self._found(channel_url)
        user_id = viewer.id if isinstance(viewer, User) else None
        return ChatMessages(chat_messages=self._chats.newest(channel.id, user_id=user_id, limit=limit))

    async def _found(self, channel_url: str) -> ChannelRecord:
        if not channel_url.strip():
            raise RefusalError(ApiError.MISSING_PARAM, "channel_url is empty")
        slug = slug_of(channel_url)
        found = (await self._directory.channels_by_url([slug])).get(slug)
        if found is None:
            raise RefusalError(ApiError.CHANNEL_NOT_FOUND, "There is no such channel")
        if found.banned:
            raise RefusalError(ApiError.CHANNEL_BANNED, "The channel is banned")
        return found

    async def channels(self, viewer: Viewer, urls: Sequence[str]) -> Channels:
        """Several channels. Unknown and banned ones are left out, those that are named twice are there once."""
        if len(urls) > MAX_CHANNELS:
            raise RefusalError(ApiError.INVALID_PARAM, f"channels: {len(urls)} of them, at most {MAX_CHANNELS}")
        slugs = list(dict.fromkeys(map(slug_of, urls)))
        found = await self._directory.channels_by_url(slugs)
        return Channels(
            [channel_info(found[slug], viewer) for slug in slugs if slug in found and not found[slug].banned]
        )
