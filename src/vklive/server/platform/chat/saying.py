"""How a message comes into a chat: what it refers to is looked up, it gets its number, is stored, and is told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from vklive.devapi.errors import ApiError
from vklive.devapi.models import LinkToSend, MentionToSend, SmileToSend, TextToSend
from vklive.events import ChatMessage, ChatMessageSent, Link, Mention, Part, Smile, Text
from vklive.events.chat import Author
from vklive.server.platform.acting import Act, ChannelFacts
from vklive.server.platform.chat.parts import Content, shown_for
from vklive.server.platform.times import unix
from vklive.server.refusal import RefusalError
from vklive.server.store import chat, chat_people
from vklive.server.store.tables import ChatMessageRow, SmileRow


async def resolved(session: AsyncSession, contents: Sequence[Content]) -> list[Part]:
    """The parts as they are told: mentions with nicks, smiles with names and pictures, links with what is shown.

    Args:
        session: where to look up.
        contents: see `vklive.server.platform.chat.parts.contents_of`.

    Raises:
        RefusalError: `INVALID_PARAM`, somebody is mentioned who does not exist, or a smile is none.
    """
    mentioned = {content.id for content in contents if isinstance(content, MentionToSend)}
    drawn = {content.id for content in contents if isinstance(content, SmileToSend)}
    nicks: Mapping[int, str] = await chat_people.nicks(session, mentioned) if mentioned else {}
    smiles: Mapping[str, SmileRow] = await chat_people.smiles(session, drawn) if drawn else {}
    if unknown := mentioned - nicks.keys():
        raise RefusalError(ApiError.INVALID_PARAM, f"mention: there is no user {min(unknown)}")
    if missing := drawn - smiles.keys():
        raise RefusalError(ApiError.INVALID_PARAM, f"smile: there is no {min(missing)!r}")

    def part(content: Content) -> Part:
        match content:
            case TextToSend(content=text):
                return Part(text=Text(content=text))
            case LinkToSend(url=url):
                return Part(link=Link(content=shown_for(url), url=url))
            case MentionToSend(id=id_):
                return Part(mention=Mention(id=id_, nick=nicks[id_]))
            case SmileToSend(id=id_):
                row = smiles[id_]
                return Part(
                    smile=Smile(
                        id=row.id,
                        name=row.name,
                        animated=row.animated,
                        small_url=row.small_url,
                        medium_url=row.medium_url,
                        large_url=row.large_url,
                    )
                )

    return [part(content) for content in contents]


async def say(
    act: Act,
    channel: ChannelFacts,
    author: Author,
    parts: Sequence[Part],
    *,
    limited: bool,
    fingerprint: str = "",
) -> ChatMessage:
    """Write in a chat, without asking whether that is allowed. To be done last in an act: see `next_message_id`.

    Where others publish messages with numbers of their own, wait for `Archive.settled` before the act begins, and
    never inside it: the new number is then larger than theirs.

    Args:
        act: what the message is a part of.
        channel: in whose chat.
        author: who says it.
        parts: what.
        limited: in the limited chat.
        fingerprint: for looking whether it is said again.
    """
    message = ChatMessage(
        id=await chat.next_message_id(act.session, channel.id),
        author=author,
        created_at=unix(act.now),
        parts=tuple(parts),
    )
    act.session.add(
        ChatMessageRow(
            channel_id=channel.id,
            id=message.id,
            author_id=author.id,
            limited=limited,
            fingerprint=fingerprint,
            body=msgspec.json.encode(message).decode(),
            created_at=act.now,
        )
    )
    await act.session.flush()
    act.announce(channel, ChatMessageSent(chat_message=message), limited=limited)
    return message
