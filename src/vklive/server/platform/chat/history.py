"""``GET /v1/chat/messages`` (vk.md 2.6), and taking messages back."""

from __future__ import annotations

from msgspec import Raw

from vklive.devapi.errors import ApiError
from vklive.devapi.models import ChatMessages
from vklive.events import ChatMessageDeleted
from vklive.events.chat import DeletedChatMessage
from vklive.server.directory import User, Viewer
from vklive.server.names import MAX_ID
from vklive.server.platform.acting import Act, ChannelFacts
from vklive.server.platform.channels import Channels
from vklive.server.platform.chat.archive import Archive
from vklive.server.refusal import RefusalError
from vklive.server.store.chat import newest, take_back
from vklive.server.store.database import Database


class History:
    """What was said in chats.

    Args:
        database: has it.
        channels: finds channels.
        archive: what is not in the database yet.
    """

    def __init__(self, database: Database, channels: Channels, archive: Archive) -> None:
        self._database = database
        self._channels = channels
        self._archive = archive

    async def messages(self, viewer: Viewer, channel_url: str, *, limit: int) -> ChatMessages:
        """The newest messages of a chat by their numbers, the oldest of them first, each as it was published.

        A user's own private messages are among them. Those of a limited chat are in no answer: nothing in one could
        tell them from the others, so that a program would take them for what it missed in the chat for everybody.
        What was published before the call is in the answer, unless the database lags by more than `PATIENCE`.

        Raises:
            RefusalError: see `Channels.find`.
        """
        channel = await self._channels.find(channel_url)
        user_id = viewer.id if isinstance(viewer, User) else None
        await self._archive.settled()
        async with self._database.reading() as session:
            found = await newest(session, channel.id, user_id=user_id, limit=limit)
        return ChatMessages(chat_messages=[Raw(body.encode()) for body in found])


async def take_message_back(act: Act, channel: ChannelFacts, message_id: int) -> None:
    """Take a message back. Those who heard it are told, in the ws channel where they heard it.

    Wait for `Archive.settled` before the act begins, so that what was published a moment ago is found.

    Raises:
        RefusalError: `NOT_FOUND`, there is no such message that is not taken back yet.
    """
    row = None
    if 1 <= message_id <= MAX_ID:
        row = await take_back(act.session, channel.id, message_id, now=act.now)
    if row is None:
        raise RefusalError(ApiError.NOT_FOUND, f"There is no message {message_id} in this chat")
    gone = ChatMessageDeleted(chat_message=DeletedChatMessage(id=message_id))
    act.announce(channel, gone, user_id=row.recipient_id, limited=row.limited)
