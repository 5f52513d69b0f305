"""What people write: a message is a row of parts, each a text, a link, a mention or a smile.

Source: the DevAPI's page "schemas/chat", ``v1ChatMessageContent``. Messages of the chat and of demands have the
same parts. On the wire a part is an object with exactly one of four keys.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec
from msgspec import Raw, Struct


class Text(Struct, frozen=True, kw_only=True, gc=False):
    """Plain text. One sentence may be split over several of them."""

    content: str = ""


class Link(Struct, frozen=True, kw_only=True, gc=False):
    """A link: where it leads, and the text that is shown for it."""

    content: str = ""
    url: str = ""


class Mention(Struct, frozen=True, kw_only=True, gc=False):
    """Somebody is addressed. A reply begins with one; there is no other sign of a reply."""

    id: int = 0
    nick: str = ""


class Smile(Struct, frozen=True, kw_only=True, gc=False):
    """A picture with a name."""

    id: str = ""
    name: str = ""
    animated: bool = False
    small_url: str = ""
    medium_url: str = ""
    large_url: str = ""


class UnknownPart(Struct, frozen=True, kw_only=True, gc=False):
    """A part that this version of vklive cannot read. It is shown as nothing and kept.

    Attributes:
        kind: its key on the wire; several keys are joined by commas.
        data: the whole part as JSON.
    """

    kind: str
    data: Raw


Content = Text | Link | Mention | Smile | UnknownPart
"""What a part can be."""


class Part(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """One part of a message: exactly one of its fields is set. `content` has that one, to `match` on.

    Raises:
        ValueError: when none or several are set.
    """

    text: Text | None = None
    link: Link | None = None
    mention: Mention | None = None
    smile: Smile | None = None
    unknown: UnknownPart | None = None

    def __post_init__(self) -> None:
        said = (self.text, self.link, self.mention, self.smile, self.unknown)
        if said.count(None) != len(said) - 1:
            raise ValueError("a part is exactly one of text, link, mention and smile")

    @classmethod
    def unreadable(cls, part: Mapping[str, object]) -> Part:
        """A part that keeps what was on the wire and could not be read as one of the four kinds."""
        return cls(unknown=UnknownPart(kind=",".join(part), data=Raw(msgspec.json.encode(part))))

    @property
    def content(self) -> Content:
        """The one field that is set."""
        said = self.text or self.link or self.mention or self.smile or self.unknown
        assert said is not None  # noqa: S101 - the constructor saw to it; this is for the type checkers
        return said


def plain_text(parts: Iterable[Part]) -> str:
    """The parts as one plain text, joined without a separator.

    A mention is ``@nick``, a link its shown text (or its address when it has none), a smile ``:name:``; a part of
    an unknown kind adds nothing. The text is a stranger's: it may hold control characters.
    """
    return "".join(map(_shown, parts))


def _shown(part: Part) -> str:
    match part.content:
        case Text(content=content):
            return content
        case Link(content=content, url=url):
            return content or url
        case Mention(nick=nick):
            return f"@{nick}"
        case Smile(name=name):
            return f":{name}:"
        case UnknownPart():
            return ""
