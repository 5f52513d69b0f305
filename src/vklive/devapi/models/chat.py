"""The chat (vk.md 2.6 and 5.1, [O]).

Messages themselves are told as events tell them, see `vklive.events.chat.ChatMessage`.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Annotated, TypeAlias

from msgspec import UNSET, Meta, Raw, UnsetType, field

from vklive.devapi.models.base import Model
from vklive.errors import ConfigError
from vklive.events.parts import Link, Mention, Part, Smile, Text, UnknownPart


class ChatMessages(Model):
    """Answer of ``GET /v1/chat/messages``: the newest ones, each as events tell it (`vklive.events.ChatMessage`)."""

    chat_messages: list[Raw] = []


class TextToSend(Model):
    """Plain text."""

    content: str


class LinkToSend(Model):
    """A link; what is shown for it is the platform's choice."""

    url: str


class MentionToSend(Model):
    """Somebody is addressed, by the user's id."""

    id: int


class SmileToSend(Model):
    """A smile, by its id."""

    id: str


class PartToSend(Model, omit_defaults=True):
    """One part of a message that is to be sent: exactly one of its fields is set (``v1ChatMessageRequestContent``)."""

    text: TextToSend | None = None
    link: LinkToSend | None = None
    mention: MentionToSend | None = None
    smile: SmileToSend | None = None


Sendable: TypeAlias = str | Text | Link | Mention | Smile | Part | PartToSend
"""What can be said: text, or a part as it is heard. Of a link the address is sent, of mentions and smiles the id."""


class ChatMessageToSend(Model):
    """Body of ``POST /v1/chat/message/send``, and what goes with a reward (``v1ChatMessagesRequestData``)."""

    parts: list[PartToSend]

    @classmethod
    def of(cls, message: str | Iterable[Sendable]) -> ChatMessageToSend:
        """The message of a text, or of parts.

        Raises:
            ConfigError: when a part that was heard could not be read: nobody knows how to send it.
        """
        said = [message] if isinstance(message, str) else message
        return cls(parts=[_to_send(each) for each in said])


def _to_send(said: Sendable) -> PartToSend:
    match said:
        case PartToSend():
            return said
        case Part(content=content) if not isinstance(content, UnknownPart):
            return _to_send(content)
        case Part():
            raise ConfigError("message", "a part of a kind that is not known cannot be sent", hint="leave it out")
        case str(content) | Text(content=content):
            return PartToSend(text=TextToSend(content=content))
        case Link(url=url):
            return PartToSend(link=LinkToSend(url=url))
        case Mention(id=number):
            return PartToSend(mention=MentionToSend(id=number))
        case Smile(id=name):
            return PartToSend(smile=SmileToSend(id=name))


class ChatAccess(StrEnum):
    """Who may write in a chat."""

    ANY = "any"
    SUBSCRIBERS = "subscribers"
    """All who follow the channel."""
    PAID_SUBSCRIBERS = "paid_subscribers"


class GeneralChatMode(Model):
    """What may be written: text and all else.

    Attributes:
        is_caps_prohibited: text is written in lower case.
        is_links_prohibited: links are refused.
        is_ru_en_numbers: text is of Latin and Russian letters, digits, ``-_.,`` and white space alone.
    """

    is_caps_prohibited: bool = False
    is_links_prohibited: bool = False
    is_ru_en_numbers: bool = False


class OnlySmilesChatMode(Model):
    """What may be written: smiles."""


class ChatMode(Model, omit_defaults=True):
    """What may be written in a chat: exactly one of the two is set (``v1ChatMode``)."""

    general: GeneralChatMode | None = None
    only_smiles: OnlySmilesChatMode | None = None


class ChatSettings(Model):
    """How a chat is kept in order (``v1ChatSettings``).

    Attributes:
        allow_access: who may write.
        allow_access_after: seconds that somebody must have followed for before they may write.
        any_message_timeout: seconds at least between two messages of one user.
        same_message_timeout: seconds at least between two equal messages of one user.
        follow_alert: whether the platform's bot says in the chat who follows.
        subscription_alert: whether it says who subscribes.
        mode: what may be written.
    """

    allow_access: ChatAccess = ChatAccess.ANY
    allow_access_after: int = 0
    any_message_timeout: int = 0
    same_message_timeout: int = 0
    follow_alert: bool = False
    subscription_alert: bool = False
    mode: ChatMode | UnsetType = UNSET


class ChatSettingsAnswer(Model):
    """Answer of ``GET /v1/chat/settings``."""

    chat_settings: ChatSettings


MAX_TIMEOUT = 86_400
"""Seconds of the timeouts that can be set: a day. The documentation names no limit."""

MAX_DELAY = 31_536_000
"""Seconds of `ChatSettings.allow_access_after` that can be set: a year."""


class ChatSettingsChange(Model):
    """Settings of a chat that are to be others: what is absent stays as it is. See `ChatSettings`.

    `mode` is one setting: what is absent inside it is off.
    """

    allow_access: ChatAccess | UnsetType = UNSET
    allow_access_after: Annotated[int, Meta(ge=0, le=MAX_DELAY)] | UnsetType = UNSET
    any_message_timeout: Annotated[int, Meta(ge=0, le=MAX_TIMEOUT)] | UnsetType = UNSET
    same_message_timeout: Annotated[int, Meta(ge=0, le=MAX_TIMEOUT)] | UnsetType = UNSET
    follow_alert: bool | UnsetType = UNSET
    subscription_alert: bool | UnsetType = UNSET
    mode: ChatMode | UnsetType = UNSET


class ChatSettingsEdit(Model):
    """Body of ``POST /v1/chat/settings/edit``."""

    chat_settings: ChatSettingsChange


class MemberOfChat(Model):
    """Somebody who writes or watches (``v1ChatMembersUserData``)."""

    id: int
    nick: str = ""
    nick_color: int = 0
    avatar_url: str = ""
    is_owner: bool = False
    is_moderator: bool = False


class ChatMembers(Model):
    """Answer of ``GET /v1/chat/members``: never more than 200."""

    users: list[MemberOfChat] = []


class ChatMemberStatistics(Model):
    """What somebody has done in a chat; `total_watched_time` is in seconds."""

    chat_messages_count: int = 0
    permanent_bans_count: int = 0
    temporary_bans_count: int = 0
    total_watched_time: int = 0


class ChatBadge(Model):
    """A picture beside a nick, see `vklive.events.chat.Badge`."""

    id: str = ""
    name: str = ""
    achievement_name: str = ""
    small_url: str = ""
    medium_url: str = ""
    large_url: str = ""


class ChannelRole(Model):
    """A role that the channel made up (``v1ChannelRole``)."""

    id: str = ""
    name: str = ""
    small_url: str = ""
    medium_url: str = ""
    large_url: str = ""


class ChatMemberUser(MemberOfChat):
    """Somebody, in full; `registered_at` is in unix seconds."""

    badges: list[ChatBadge] = []
    roles: list[ChannelRole] = []
    registered_at: int = 0


class ChatMemberChannel(Model):
    """The channel that somebody has of their own."""

    status: str = ""
    url: str = ""


class ChatMember(Model):
    """Answer of ``GET /v1/chat/member``."""

    user: ChatMemberUser
    statistics: ChatMemberStatistics = field(default_factory=ChatMemberStatistics)
    channel: ChatMemberChannel | None = None
