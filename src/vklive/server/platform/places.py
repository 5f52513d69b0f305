"""Where something happens, and to whom. What there is not is raised as a `RefusalError`."""

from __future__ import annotations

from vklive.devapi.channel_url import slug_of
from vklive.devapi.errors import ApiError
from vklive.events import User
from vklive.server.directory import ChannelRecord
from vklive.server.platform.acting import Act, ChannelFacts
from vklive.server.refusal import RefusalError
from vklive.server.store import channels, members
from vklive.server.store.tables import ChannelRow, UserRow


async def place(act: Act, channel_url: str) -> ChannelRow:
    """A channel that is not banned, by its slug or its address. Until the act ends, nobody else does anything there."""
    slug = slug_of(channel_url)
    # A database of text takes no NUL, so no slug has one; `slug_of` gives an empty one for it.
    return _open(await channels.hold_channel(act.session, slug) if slug else None)


async def seen(act: Act, which: str | int) -> ChannelRow:
    """A channel that is not banned, by its slug, its address or its id. Others may do something there meanwhile."""
    return _open(await channels.find_channel(act.session, slug_of(which) if isinstance(which, str) else which))


async def person(act: Act, user_id: int) -> UserRow:
    """A user."""
    return _known(await members.user(act.session, user_id), user_id)


async def held_person(act: Act, user_id: int) -> UserRow:
    """A user. Until the act ends, nobody else changes what they have, see `vklive.server.store.members.hold_users`."""
    return _known(await members.hold_user(act.session, user_id), user_id)


def facts(channel: ChannelRow | ChannelRecord) -> ChannelFacts:
    """What has to be known of a channel to tell what happens in it."""
    owner_id = channel.owner_id if isinstance(channel, ChannelRow) else channel.owner.id
    return ChannelFacts(id=channel.id, url=channel.url, owner_id=owner_id)


def shown(row: UserRow) -> User:
    """A user, as events tell of them."""
    return User(id=row.id, nick=row.nick, nick_color=row.nick_color, avatar_url=row.avatar_url)


def _open(row: ChannelRow | None) -> ChannelRow:
    if row is None:
        raise RefusalError(ApiError.CHANNEL_NOT_FOUND, "There is no such channel")
    if row.banned:
        raise RefusalError(ApiError.CHANNEL_BANNED, "The channel is banned")
    return row


def _known(row: UserRow | None, user_id: int) -> UserRow:
    if row is None:
        raise RefusalError(ApiError.NOT_FOUND, f"There is no user {user_id}")
    return row
