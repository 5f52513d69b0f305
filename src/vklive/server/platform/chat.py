"""Chats (vk.md 2.6)."""

from __future__ import annotations

from vklive.devapi.errors import ApiError
from vklive.devapi.models import ChatMessages
from vklive.server.chat_log import MAX_MESSAGES, ChatLog
from vklive.server.directory import User, Viewer
from vklive.server.platform.channels import Channels
from vklive.server.refusal import RefusalError


class Chat:
    """What is said in chats. What it does not do is raised as a `RefusalError`.

    Args:
        channels: finds channels.
        log: what was said.
    """

    def __init__(self, channels: Channels, log: ChatLog) -> None:
        self._channels = channels
        self._log = log

    async def messages(self, viewer: Viewer, channel_url: str, *, limit: int) -> ChatMessages:
        """The newest messages of a chat, the oldest of them first."""
        if not 1 <= limit <= MAX_MESSAGES:
            raise RefusalError(ApiError.INVALID_PARAM, f"limit is {limit}, not from 1 to {MAX_MESSAGES}")
        channel = await self._channels.find(channel_url)
        user_id = viewer.id if isinstance(viewer, User) else None
        return ChatMessages(chat_messages=self._log.newest(channel.id, user_id=user_id, limit=limit))
