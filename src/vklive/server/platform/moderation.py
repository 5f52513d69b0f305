"""Who keeps order in a channel, and who is banned from it."""

from __future__ import annotations

from msgspec import Struct

from vklive.devapi.errors import ApiError
from vklive.server.directory import Role
from vklive.server.platform.acting import Act
from vklive.server.platform.memberships import demote
from vklive.server.platform.places import facts, person, place
from vklive.server.refusal import RefusalError
from vklive.server.store import members, subscriptions
from vklive.server.store.tables import ChannelRow, MembershipRow


class Standing(Struct, frozen=True, kw_only=True):
    """What a user is to a channel after what was done.

    Attributes:
        role: ``follower``, ``paid_subscriber`` or ``moderator``; empty for nothing.
        banned: whether the user may do nothing there, whatever the role.
    """

    user_id: int
    role: str = ""
    banned: bool = False


async def appoint(act: Act, channel_url: str, user_id: int) -> Standing:
    """Make somebody a moderator. Who is banned becomes none."""
    channel, row = await _member(act, channel_url, user_id)
    if row is None:
        row = MembershipRow(user_id=user_id, channel_id=channel.id, role=Role.MODERATOR, banned=False)
        act.session.add(row)
    elif row.banned:
        raise RefusalError(ApiError.FORBIDDEN, "The user is banned from the channel")
    row.role = Role.MODERATOR
    return _standing(user_id, row)


async def dismiss(act: Act, channel_url: str, user_id: int) -> Standing:
    """Make a moderator what they are without that: a paid subscriber, a follower, or nothing."""
    channel, row = await _member(act, channel_url, user_id)
    if row is None or row.role is not Role.MODERATOR:
        return _standing(user_id, row)
    pays = await subscriptions.active(act.session, channel_id=channel.id, user_id=user_id) is not None
    if not pays:
        act.deafen(facts(channel), user_id)
    return _standing(user_id, await demote(act, row, is_subscriber=pays))


async def ban(act: Act, channel_url: str, user_id: int) -> Standing:
    """Let somebody neither write nor follow, and hear nothing limited. What they are to the channel waits."""
    channel, row = await _member(act, channel_url, user_id)
    if row is None:
        row = MembershipRow(user_id=user_id, channel_id=channel.id, role=Role.FOLLOWER, banned=True)
        act.session.add(row)
    elif row.role is Role.FOLLOWER and row.since is None and not row.banned:
        # Of a ban of somebody who has never followed nothing is left when it ends; of a follower, that.
        row.since = act.now
    row.banned = True
    act.deafen(facts(channel), user_id)
    return _standing(user_id, row)


async def unban(act: Act, channel_url: str, user_id: int) -> Standing:
    """Let somebody be again what they were before the ban."""
    _, row = await _member(act, channel_url, user_id)
    if row is None or not row.banned:
        return _standing(user_id, row)
    row.banned = False
    if row.role is Role.FOLLOWER:
        return _standing(user_id, await demote(act, row, is_subscriber=False))
    return _standing(user_id, row)


async def _member(act: Act, channel_url: str, user_id: int) -> tuple[ChannelRow, MembershipRow | None]:
    channel, user = await place(act, channel_url), await person(act, user_id)
    if user.id == channel.owner_id:
        raise RefusalError(ApiError.UNPROCESSABLE_ENTITY, "The owner of a channel is neither its moderator nor banned")
    return channel, await members.hold_membership(act.session, channel_id=channel.id, user_id=user.id)


def _standing(user_id: int, row: MembershipRow | None) -> Standing:
    if row is None:
        return Standing(user_id=user_id)
    return Standing(user_id=user_id, role=row.role, banned=row.banned)
