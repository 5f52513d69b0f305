"""How an author of a chat is shown: flags, badges and roles (vk.md 5.3). Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from vklive.events.chat import Author, Badge
from vklive.events.chat import Role as ShownRole
from vklive.server.directory import ChannelRecord, Membership, Role, User

OWNER, VERIFIED_STREAMER, INTERNAL_CHATBOT = "owner", "verified_streamer", "internal_chatbot"
"""The `achievement_name` of badges; that of paid subscribers has a number in it, see `author`."""

CHAT_BOT_ID = 2**31 - 1
"""The id of the platform's own bot. Every author has one; this is the last int32, which no user is likely to have."""

CHAT_BOT = Author(
    id=CHAT_BOT_ID, nick="ChatBot", badges=(Badge(id=INTERNAL_CHATBOT, achievement_name=INTERNAL_CHATBOT),)
)
"""Who says what the platform itself has to say in chats (vk.md 4.1.1)."""

_TIER = re.compile("0?[1-9]|[1-9][0-9]")


def author(
    user: User,
    channel: ChannelRecord,
    membership: Membership | None,
    *,
    level_id: str | None = None,
    roles: Iterable[ShownRole] = (),
) -> Author:
    """Somebody, as beside a message of theirs.

    Badges come in the order owner, verified streamer, paid subscriber. The last is ``subscription_NN``, with the
    level's id as its number when it is one from 1 to 99, and ``01`` otherwise: that the number is the level is an
    inference of vk.md. Pictures of badges are the platform's, and there are none here.

    Args:
        user: who it is.
        channel: in whose chat.
        membership: what they are to it; of somebody who is banned, the role counts for nothing.
        level_id: of their paid subscription, if they have one; a role alone makes one of no level.
        roles: that the channel gave them.
    """
    role = membership.role if membership is not None and not membership.banned else None
    is_owner = user.id == channel.owner.id
    if role is Role.PAID_SUBSCRIBER and level_id is None:
        level_id = ""
    badges = _badges(is_owner=is_owner, is_verified=user.is_verified_streamer, level_id=level_id)
    return Author(
        id=user.id,
        nick=user.nick,
        nick_color=user.nick_color,
        avatar_url=user.avatar_url,
        is_owner=is_owner,
        is_moderator=role is Role.MODERATOR and not is_owner,
        badges=tuple(Badge(id=name, achievement_name=name) for name in badges),
        roles=tuple(roles),
    )


def _badges(*, is_owner: bool, is_verified: bool, level_id: str | None) -> Iterator[str]:
    if is_owner:
        yield OWNER
    if is_verified:
        yield VERIFIED_STREAMER
    if level_id is not None:
        yield f"subscription_{int(level_id) if _TIER.fullmatch(level_id) else 1:02}"
