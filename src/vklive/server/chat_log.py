"""The last messages of each chat, for those who were not there: what ``GET /v1/chat/messages`` tells.

It keeps what was published here, in memory: after a restart it is empty, and says so by having nothing.

Source: vk.md 2.6.
"""

from __future__ import annotations

from collections import OrderedDict

import msgspec
from msgspec import Raw, Struct

from vklive.devapi.topics import Topic
from vklive.events import ChatMessageDeleted, ChatMessageSent
from vklive.protocol.messages import Publication
from vklive.server import names

MAX_MESSAGES = 200
"""Messages of one chat, and of one user's private messages in it: as many as the API gives in one answer."""

MAX_CHATS = 10_000
"""Chats that are remembered; of more, those in which nothing was said for longest are forgotten."""


class _Numbered(Struct):
    id: int = 0


class _Data(Struct, frozen=True):
    chat_message: Raw = Raw(b"{}")


class _Envelope(Struct):
    type: str = ""
    data: _Data = _Data()


_read = msgspec.json.Decoder(_Envelope)
_read_number = msgspec.json.Decoder(_Numbered, strict=False)


class ChatLog:
    """What was said in chats, and not taken back."""

    def __init__(self) -> None:
        # By chat and, for private messages, by user; then by the id of the message, in the order in which they came.
        self._chats: OrderedDict[tuple[int, int | None], OrderedDict[int, bytes]] = OrderedDict()

    def take(self, ws_channel: str, publication: Publication) -> None:
        """Something was published; whatever is no message of a chat is passed over."""
        named = names.parse(ws_channel)
        if named is None or named.topic not in {Topic.CHAT, Topic.PRIVATE_CHAT}:
            return
        try:
            envelope = _read.decode(publication.data)
            number = _read_number.decode(envelope.data.chat_message).id
        except (msgspec.MsgspecError, ValueError, RecursionError):
            return
        key = named.channel_id, named.user_id
        if envelope.type == ChatMessageSent.event_type:
            self._remember(key, number, bytes(envelope.data.chat_message))
        elif envelope.type == ChatMessageDeleted.event_type and key in self._chats:
            self._chats[key].pop(number, None)

    def newest(self, channel_id: int, *, user_id: int | None, limit: int) -> list[Raw]:
        """The newest messages, the oldest of them first.

        Args:
            channel_id: whose chat.
            user_id: whose private messages are among them; `None` for nobody's.
            limit: how many at most.
        """
        found = dict(self._chats.get((channel_id, None), {}))
        if user_id is not None:
            found |= self._chats.get((channel_id, user_id), {})
        return [Raw(message) for _, message in sorted(found.items())[-limit:]]

    def _remember(self, key: tuple[int, int | None], number: int, message: bytes) -> None:
        chat = self._chats.setdefault(key, OrderedDict())
        self._chats.move_to_end(key)
        chat[number] = message
        if len(chat) > MAX_MESSAGES:
            chat.popitem(last=False)
        if len(self._chats) > MAX_CHATS:
            self._chats.popitem(last=False)
