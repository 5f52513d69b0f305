"""The platform as a whole: its areas, on one store."""

from __future__ import annotations

from vklive.server.chat_log import ChatLog
from vklive.server.platform.acting import Acting, Publish
from vklive.server.platform.channels import Channels
from vklive.server.platform.chat import Chat
from vklive.server.platform.websocket import WebSocketTokens
from vklive.server.settings import DevApiSettings
from vklive.server.store import Store
from vklive.server.tokens import Issuer


class Platform:
    """All areas.

    Args:
        store: users, applications, channels, and everything that they do.
        issuer: signs the tokens of the pub/sub.
        publish: tells of events over the pub/sub.
        settings: limits.

    Attributes:
        acting: how something is done that changes the store.
        channels: see `vklive.server.platform.channels`.
        chat: see `vklive.server.platform.chat`.
        chats: what was said in chats.
        store: see above.
        tokens: see `vklive.server.platform.websocket`.
    """

    def __init__(self, store: Store, issuer: Issuer, *, publish: Publish, settings: DevApiSettings) -> None:
        self.store = store
        self.acting = Acting(store.database, publish)
        self.channels = Channels(store)
        self.chats = ChatLog()
        self.chat = Chat(self.channels, self.chats)
        self.tokens = WebSocketTokens(store, issuer, limit=settings.max_subscription_tokens)
