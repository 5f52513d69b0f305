"""Chats (vk.md 2.6, 4.1.1, 4.1.2, 5): what is said, by whom, and who keeps order."""

from vklive.server.platform.chat.chat import Chat
from vklive.server.platform.chat.people import Listeners

__all__ = ["Chat", "Listeners"]
