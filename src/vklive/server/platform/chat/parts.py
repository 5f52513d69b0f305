"""What somebody wants to say: whether it can be said at all, and what it comes to. Pure.

The same parts go into chats and with rewards (vk.md 5.1). Limits are vklive's own: the documentation has the error
`message_too_long`, and no number.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from typing import TypeAlias
from urllib.parse import urlsplit

import msgspec
from msgspec import structs

from vklive.devapi.errors import ApiError
from vklive.devapi.models import LinkToSend, MentionToSend, PartToSend, SmileToSend, TextToSend
from vklive.server.names import MAX_ID
from vklive.server.refusal import RefusalError

MAX_PARTS = 100
"""Parts of one message."""

MAX_LENGTH = 500
"""Characters of one message: those of its texts and addresses, and one for each mention and smile. As many as other
chats have, and enough for what is read while a stream goes on."""

MAX_SMILE_ID_LENGTH = 64
"""Characters of the id of a smile, as the store has it."""

Content: TypeAlias = TextToSend | LinkToSend | MentionToSend | SmileToSend
"""The one thing that a part has."""


def contents_of(parts: Sequence[PartToSend]) -> list[Content]:
    """What the parts hold: texts that follow each other are one, empty ones are none.

    Raises:
        RefusalError: `INVALID_PARAM` for a part that is not exactly one thing, an address that leads nowhere on the
            web, and an id that nobody can have; `MESSAGE_TOO_LONG` for more than `MAX_PARTS` parts or `MAX_LENGTH`
            characters.
    """
    if len(parts) > MAX_PARTS:
        raise RefusalError(ApiError.MESSAGE_TOO_LONG, f"{len(parts)} parts, at most {MAX_PARTS}")
    found: list[Content] = []
    for number, part in enumerate(parts):
        content = _content(part, number)
        last = found[-1] if found else None
        if isinstance(content, TextToSend) and isinstance(last, TextToSend):
            found[-1] = TextToSend(content=last.content + content.content)
        elif content != TextToSend(content=""):
            found.append(content)
    if (length := sum(map(_length, found))) > MAX_LENGTH:
        raise RefusalError(ApiError.MESSAGE_TOO_LONG, f"{length} characters, at most {MAX_LENGTH}")
    return found


def check_says_something(contents: Iterable[Content]) -> None:
    """See that there is more than white space.

    Raises:
        RefusalError: `INVALID_PARAM`.
    """
    if all(isinstance(content, TextToSend) and not content.content.strip() for content in contents):
        raise RefusalError(ApiError.INVALID_PARAM, "The message is empty")


def _content(part: PartToSend, number: int) -> Content:
    said: list[Content] = [each for each in structs.astuple(part) if each is not None]
    if len(said) != 1:
        raise RefusalError(
            ApiError.INVALID_PARAM, f"parts[{number}] is {len(said)} things, not one of text, link, mention and smile"
        )
    match said[0]:
        case LinkToSend(url=url) if not _leads_somewhere(url):
            raise RefusalError(ApiError.INVALID_PARAM, f"parts[{number}]: url is no address of the web")
        case MentionToSend(id=id_) if not 1 <= id_ <= MAX_ID:
            raise RefusalError(ApiError.INVALID_PARAM, f"parts[{number}]: there is no such user")
        case SmileToSend(id=id_) if not id_.isprintable() or not 1 <= len(id_) <= MAX_SMILE_ID_LENGTH:
            raise RefusalError(ApiError.INVALID_PARAM, f"parts[{number}]: there is no such smile")
        case content:
            return content


def _leads_somewhere(url: str) -> bool:
    try:
        address = urlsplit(url)
        host = address.hostname
    except ValueError:
        return False
    return address.scheme in {"http", "https"} and bool(host) and url.isprintable() and " " not in url


def _length(content: Content) -> int:
    match content:
        case TextToSend(content=text):
            return len(text)
        case LinkToSend(url=url):
            return len(url)
        case _:
            return 1


def shown_for(url: str) -> str:
    """What is shown for a link: its address without the scheme, and without a slash that is all of its path."""
    rest = url.partition("://")[2]
    return rest[:-1] if rest.endswith("/") and rest.count("/") == 1 else rest


def fingerprint(contents: Iterable[Content]) -> str:
    """Equal for messages that are the same to a reader: letter case and the amount of white space do not matter."""
    said = [
        " ".join(content.content.split()).casefold() if isinstance(content, TextToSend) else content
        for content in contents
    ]
    plain = [each for each in said if each != ""]
    return hashlib.sha256(msgspec.json.encode([(type(each).__name__, each) for each in plain])).hexdigest()


# What the settings of a chat speak of.

_DOMAINS = "app by cc club co com dev eu gg info io kz link live ly me net online org рф ru site su to tv ua xyz"
_LINK = re.compile(
    rf"[a-z][a-z0-9+.-]*://\S|\bwww\.\S|\b[\w-]+\.(?:[\w-]+\.)*(?:{'|'.join(_DOMAINS.split())})(?![\w-])", re.IGNORECASE
)
_RU_EN_NUMBERS = re.compile(r"[A-Za-zА-Яа-яЁё0-9\-_.,\s]*")  # noqa: RUF001 - it is about Russian letters


def has_link(contents: Iterable[Content]) -> bool:
    """Whether there is a link, or a text with something that looks like one: ``https://…``, ``www.…``, ``name.ru``.

    Of names without a scheme only those in well-known domains are taken for links: people forget the space after a
    full stop.
    """
    return any(
        isinstance(content, LinkToSend)
        or (isinstance(content, TextToSend) and _LINK.search(content.content) is not None)
        for content in contents
    )


def is_ru_en_numbers(contents: Iterable[Content]) -> bool:
    """Whether texts are of Latin and Russian letters, digits, ``-_.,`` and white space alone (vk.md 2.6)."""
    return all(
        _RU_EN_NUMBERS.fullmatch(content.content) is not None for content in contents if isinstance(content, TextToSend)
    )


def is_only_smiles(contents: Iterable[Content]) -> bool:
    """Whether there are smiles, and white space between them, and nothing else."""
    return all(
        isinstance(content, SmileToSend) or (isinstance(content, TextToSend) and not content.content.strip())
        for content in contents
    )


def lower_case(contents: Iterable[Content]) -> list[Content]:
    """The same with all texts in lower case."""
    return [
        TextToSend(content=content.content.lower()) if isinstance(content, TextToSend) else content
        for content in contents
    ]
