"""What somebody writes with a demand: parts as they are sent become parts as they are shown (vk.md 5.1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from vklive.devapi.errors import ApiError
from vklive.devapi.models import ChatMessageToSend, LinkToSend, MentionToSend, PartToSend, SmileToSend, TextToSend
from vklive.events import Link, Mention, Part, Smile, Text, plain_text
from vklive.server.refusal import RefusalError
from vklive.server.store import parts as store
from vklive.server.store.tables import SmileRow

MAX_LENGTH = 500
"""Characters of a message as plain text. VK's limit is not documented."""

MAX_PARTS = 100
"""Parts of a message."""


async def written(session: AsyncSession, message: ChatMessageToSend | None) -> list[Part]:
    """The parts of a message as they are shown; none for no message.

    Raises:
        RefusalError: see `shown`.
    """
    parts = [] if message is None else message.parts
    if len(parts) > MAX_PARTS:
        raise _too_long(f"{len(parts)} parts, at most {MAX_PARTS}")
    nicks = await store.nicks(session, {part.mention.id for part in parts if part.mention is not None})
    smiles = await store.smiles(session, {part.smile.id for part in parts if part.smile is not None})
    return shown(parts, nicks=nicks, smiles=smiles)


def shown(parts: Sequence[PartToSend], *, nicks: Mapping[int, str], smiles: Mapping[str, SmileRow]) -> list[Part]:
    """Parts as they are sent, as they are shown: mentions with nicks, smiles with pictures, links with themselves.

    Args:
        parts: what is sent.
        nicks: of users, by id.
        smiles: by id.

    Raises:
        RefusalError: a part is not exactly one of the four kinds, mentions or shows what there is not, or leads
            elsewhere than to the web; or it is too long as a whole.
    """
    found = [_shown(part, number, nicks, smiles) for number, part in enumerate(parts)]
    if (length := len(plain_text(found))) > MAX_LENGTH:
        raise _too_long(f"{length} characters, at most {MAX_LENGTH}")
    return found


def _too_long(words: str) -> RefusalError:
    return RefusalError(ApiError.MESSAGE_TOO_LONG, f"The message has {words}")


def _shown(part: PartToSend, number: int, nicks: Mapping[int, str], smiles: Mapping[str, SmileRow]) -> Part:
    given = [each for each in (part.text, part.link, part.mention, part.smile) if each is not None]
    match given:
        case [TextToSend(content=content)]:
            return Part(text=Text(content=content))
        case [LinkToSend(url=url)] if url.startswith(("http://", "https://")):
            return Part(link=Link(content=url, url=url))
        case [LinkToSend()]:
            problem = "its link leads not to http:// or https://"
        case [MentionToSend(id=id_)] if id_ in nicks:
            return Part(mention=Mention(id=id_, nick=nicks[id_]))
        case [MentionToSend()]:
            problem = "there is no such user"
        case [SmileToSend(id=id_)] if id_ in smiles:
            smile = smiles[id_]
            return Part(
                smile=Smile(
                    id=smile.id,
                    name=smile.name,
                    animated=smile.animated,
                    small_url=smile.small_url,
                    medium_url=smile.medium_url,
                    large_url=smile.large_url,
                )
            )
        case [SmileToSend()]:
            problem = "there is no such smile"
        case _:
            problem = "it is not exactly one of text, link, mention and smile"
    raise RefusalError(ApiError.INVALID_PARAM, f"parts[{number}]: {problem}")
