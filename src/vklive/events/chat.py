"""What happens in a chat.

Sources: the DevAPI's page "schemas/chat" (``v1Message``, ``v1UserData``) for the shapes; the two types from eight
and three independent consumers, for they are in no public copy of the documentation.

Fields that the page calls required are written also when they say nothing, for those who read strictly.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import ClassVar

from msgspec import Struct

from vklive.events.base import EventData
from vklive.events.certainty import Certainty, Delivery
from vklive.events.markup import html_of
from vklive.events.parts import Link, Mention, Part, Smile, plain_text
from vklive.events.registry import register
from vklive.events.users import User


class Badge(Struct, frozen=True, kw_only=True, gc=False):
    """A picture beside a nick.

    Attributes:
        name: set for badges that users made; empty for those of the platform.
        achievement_name: which badge of the platform it is: ``owner``, ``verified_streamer``, ``subscription_01``,
            ``internal_chatbot`` (the platform's own bot) and others.
    """

    id: str = ""
    name: str = ""
    achievement_name: str = ""
    small_url: str = ""
    medium_url: str = ""
    large_url: str = ""


class Role(Struct, frozen=True, kw_only=True, gc=False):
    """A role that the channel made up and gave. Owner and moderators are no roles, see `Author`."""

    id: str = ""
    name: str = ""
    small_url: str = ""
    medium_url: str = ""
    large_url: str = ""


class Author(User, frozen=True, kw_only=True, omit_defaults=False):
    """Who wrote a message, and what they are in the channel."""

    is_owner: bool = False
    is_moderator: bool = False
    badges: tuple[Badge, ...] = ()
    roles: tuple[Role, ...] = ()


class ChatMessage(Struct, frozen=True, kw_only=True, gc=False):
    """One message of a chat.

    Attributes:
        id: number of the message; the same in ``GET /v1/chat/messages``.
        created_at: unix seconds, as on the wire; 0 when not told. `sent_at` is the same as a date.
        is_private: whether only the user who listens can see it.
        parts: what was written, in order.
    """

    id: int
    author: Author
    created_at: int = 0
    is_private: bool = False
    parts: tuple[Part, ...] = ()

    @property
    def text(self) -> str:
        """The message as plain text, see `vklive.events.parts.plain_text`."""
        return plain_text(self.parts)

    @property
    def html(self) -> str:
        """The message as HTML that is safe to put into a page, see `vklive.events.markup.html_of`."""
        return html_of(self.parts)

    @property
    def mentions(self) -> tuple[Mention, ...]:
        """Who is addressed, in order. A reply begins with a mention."""
        return tuple(part.mention for part in self.parts if part.mention is not None)

    @property
    def smiles(self) -> tuple[Smile, ...]:
        """The smiles, in order, with the addresses of their pictures."""
        return tuple(part.smile for part in self.parts if part.smile is not None)

    @property
    def links(self) -> tuple[Link, ...]:
        """The links, in order. Where one leads is a stranger's word: `vklive.events.markup` says which are safe."""
        return tuple(part.link for part in self.parts if part.link is not None)

    @property
    def sent_at(self) -> datetime:
        """When it was written, aware, UTC.

        Raises:
            ValueError, OverflowError, OSError: when `created_at` is no date before the year 10000.
        """
        return datetime.fromtimestamp(self.created_at, UTC)


class DeletedChatMessage(Struct, frozen=True, kw_only=True, gc=False):
    """What is told of a message that is gone."""

    id: int


@register
class ChatMessageSent(EventData, frozen=True, kw_only=True):
    """Somebody wrote in the chat. Topic ``chat``; ``private_chat`` for what only one user may see.

    ``limited_chat`` and ``limited_private_chat`` are the same for a limited stream. Certain: eight consumers and two
    captures of real traffic agree; nobody has shown it in a limited chat. Source: vk.md 4.1.1.
    """

    event_type: ClassVar[str] = "channel_chat_message_send"
    topics: ClassVar[tuple[str, ...]] = ("chat", "private_chat", "limited_chat", "limited_private_chat")
    certainty: ClassVar[Certainty] = Certainty.CERTAIN
    heard_in: ClassVar[tuple[Delivery, ...]] = (Delivery.WEBSOCKET,)

    chat_message: ChatMessage


@register
class ChatMessageDeleted(EventData, frozen=True, kw_only=True):
    """A message was taken out of the chat. Topic ``chat``, ``limited_chat`` for a limited stream.

    Likely: three consumers agree. Other fields of the message may be there, and nobody reads them. Source: vk.md 4.1.2.
    """

    event_type: ClassVar[str] = "channel_chat_message_delete"
    topics: ClassVar[tuple[str, ...]] = ("chat", "limited_chat")
    certainty: ClassVar[Certainty] = Certainty.LIKELY
    heard_in: ClassVar[tuple[Delivery, ...]] = (Delivery.WEBSOCKET,)

    chat_message: DeletedChatMessage
