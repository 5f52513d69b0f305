"""Who may write in a chat, what, and how often. Pure: facts go in, a refusal comes out or does not.

==================== ===== ========= =============== ============= ========
what                 owner moderator paid subscriber follower      stranger
==================== ===== ========= =============== ============= ========
banned               no    no        no              no            no
limited stream       yes   yes       yes             no            no
``any``              yes   yes       yes             yes           yes
``subscribers``      yes   yes       yes             after a delay no
``paid_subscribers`` yes   yes       yes             no            no
==================== ===== ========= =============== ============= ========

The settings of a chat keep its visitors in order. They do not hold for the owner and the moderators, who do: neither
who may write, nor what, nor how often. What holds for everybody: a ban, and what `vklive.server.platform.chat.parts`
says of every message.

Sources: vk.md 2.6 for settings and error codes. It calls the delay one "before a free follower may write", so that
it holds for followers where they may write and strangers may not, and for nobody else.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime

from msgspec import UNSET

from vklive.devapi.errors import ApiError
from vklive.devapi.models import ChatAccess, ChatSettings
from vklive.devapi.topics import Topic
from vklive.server.access import access
from vklive.server.directory import ChannelRecord, Membership, Role, User
from vklive.server.names import WsChannel
from vklive.server.platform.chat.parts import Content, has_link, is_only_smiles, is_ru_en_numbers, lower_case
from vklive.server.refusal import RefusalError


def keeps_order(user: User, channel: ChannelRecord, membership: Membership | None) -> bool:
    """Whether somebody is the owner of a channel or one of its moderators."""
    is_moderator = membership is not None and membership.role is Role.MODERATOR and not membership.banned
    return user.id == channel.owner.id or is_moderator


def check_writer(
    user: User,
    channel: ChannelRecord,
    membership: Membership | None,
    settings: ChatSettings,
    *,
    limited: bool,
    now: datetime,
) -> None:
    """See that somebody may write.

    Args:
        user: who wants to write.
        channel: in whose chat.
        membership: what they are to it; that of the user and the channel.
        settings: of the chat.
        limited: the stream is for some only.
        now: aware, UTC.

    Raises:
        RefusalError: `FORBIDDEN`, with what is missing.
    """
    if membership is not None and membership.banned:
        raise RefusalError(ApiError.FORBIDDEN, "You are banned from this chat")
    heard = access(WsChannel(Topic.LIMITED_CHAT, channel.id), user, channel=channel, membership=membership)
    if limited and not heard.granted:
        raise RefusalError(ApiError.FORBIDDEN, "The stream is for paid subscribers")
    if keeps_order(user, channel, membership) or settings.allow_access is ChatAccess.ANY:
        return
    if membership is None:
        raise RefusalError(ApiError.FORBIDDEN, f"The chat is for {settings.allow_access}")
    if membership.role is not Role.FOLLOWER:
        return
    if settings.allow_access is ChatAccess.PAID_SUBSCRIBERS:
        raise RefusalError(ApiError.FORBIDDEN, f"The chat is for {settings.allow_access}")
    # Of whom nobody knows since when they follow, one knows that it was before anybody wrote that down.
    if membership.since is not None:
        left = settings.allow_access_after - (now - membership.since).total_seconds()
        if left > 0:
            raise RefusalError(ApiError.FORBIDDEN, f"You follow the channel too recently: {math.ceil(left)} s are left")


def what_is_written(contents: Sequence[Content], settings: ChatSettings) -> list[Content]:
    """The message as the mode of the chat has it: capitals are not refused, they become small.

    Raises:
        RefusalError: `FORBIDDEN`, with what may not be in it.
    """
    mode = settings.mode
    if mode is UNSET:
        return list(contents)
    if mode.only_smiles is not None and not is_only_smiles(contents):
        raise RefusalError(ApiError.FORBIDDEN, "The chat is for smiles alone")
    general = mode.general
    if general is None:
        return list(contents)
    if general.is_links_prohibited and has_link(contents):
        raise RefusalError(ApiError.FORBIDDEN, "Links are prohibited in this chat")
    if general.is_ru_en_numbers and not is_ru_en_numbers(contents):
        raise RefusalError(ApiError.FORBIDDEN, "The chat is for Latin and Russian letters, digits and -_., alone")
    return lower_case(contents) if general.is_caps_prohibited else list(contents)


def check_pace(settings: ChatSettings, *, last: datetime | None, last_same: datetime | None, now: datetime) -> None:
    """See that somebody does not write too often.

    The store knows times to the second: who has waited as long as the settings say is never refused, and who has waited
    up to a second less may get through.

    Args:
        settings: of the chat.
        last: when they last wrote here; `None` for not that anybody knows.
        last_same: when they last wrote the same.
        now: aware, UTC.

    Raises:
        RefusalError: `SEND_TOO_FAST` or `SAME_MESSAGE`, the first one that fits, with the seconds to wait.
    """
    for before, timeout, error in (
        (last, settings.any_message_timeout, ApiError.SEND_TOO_FAST),
        (last_same, settings.same_message_timeout, ApiError.SAME_MESSAGE),
    ):
        if before is not None and (left := timeout - (now - before).total_seconds()) > 0:
            wait = math.ceil(left)
            raise RefusalError(error, f"Try again in {wait} s", retry_after=wait)
