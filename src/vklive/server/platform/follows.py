"""Who follows whom (vk.md 4.1.4 and 4.2)."""

from __future__ import annotations

from vklive.devapi.errors import ApiError
from vklive.events import Follow, FollowCreated, FollowDeleted
from vklive.server.directory import Role
from vklive.server.platform.acting import Act
from vklive.server.platform.chat.bot import alert_follow
from vklive.server.platform.memberships import is_follower
from vklive.server.platform.places import facts, person, place, shown
from vklive.server.platform.times import unix
from vklive.server.refusal import RefusalError
from vklive.server.store import members
from vklive.server.store.tables import MembershipRow


async def follow(act: Act, channel_url: str, user_id: int) -> Follow:
    """A user follows a channel. Who does already goes on to, and nothing is told. A higher role stays.

    To be done last in an act, since the bot of the chat may have something to say about it.

    Returns:
        Since when.
    """
    channel, user = await place(act, channel_url), await person(act, user_id)
    if user.id == channel.owner_id:
        raise RefusalError(ApiError.UNPROCESSABLE_ENTITY, "The owner of a channel does not follow it")
    row = await members.hold_membership(act.session, channel_id=channel.id, user_id=user.id)
    if row is not None and row.banned:
        raise RefusalError(ApiError.FORBIDDEN, "The user is banned from the channel")
    if row is not None and is_follower(row):
        return Follow(follower=shown(user), started_at=unix(row.since))
    if row is None:
        act.session.add(MembershipRow(user_id=user.id, channel_id=channel.id, role=Role.FOLLOWER, since=act.now))
    else:
        row.since = act.now
    told = Follow(follower=shown(user), started_at=unix(act.now))
    act.announce(facts(channel), FollowCreated(follow=told))
    await alert_follow(act, facts(channel), user_id=user.id, nick=user.nick)
    return told


async def unfollow(act: Act, channel_url: str, user_id: int) -> Follow:
    """A user follows a channel no more. Who does not follow it goes on not to, and nothing is told.

    A higher role stays, and so does a ban.

    Returns:
        Since when, and until when; no moments when there was nothing to end.
    """
    channel, user = await place(act, channel_url), await person(act, user_id)
    row = await members.hold_membership(act.session, channel_id=channel.id, user_id=user.id)
    if row is None or not is_follower(row):
        return Follow(follower=shown(user))
    told = Follow(follower=shown(user), started_at=unix(row.since), ended_at=unix(act.now))
    if row.role is Role.FOLLOWER:
        await act.session.delete(row)
    else:
        row.since = None
    act.announce(facts(channel), FollowDeleted(follow=told))
    return told
