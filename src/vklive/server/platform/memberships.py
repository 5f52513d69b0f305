"""What a user is to a channel, as a row says it."""

from __future__ import annotations

from vklive.server.directory import Role
from vklive.server.platform.acting import Act
from vklive.server.store.tables import MembershipRow


def is_follower(row: MembershipRow | None) -> bool:
    """Whether somebody follows: a mere follower does by being one, and who is more does since some moment."""
    return row is not None and (row.role is Role.FOLLOWER or row.since is not None) and not row.banned


async def demote(act: Act, row: MembershipRow, *, is_subscriber: bool) -> MembershipRow | None:
    """Take a role away, or a ban: somebody becomes a paid subscriber, a follower, or nothing at all.

    Args:
        act: what is being done.
        row: of whom; its role is thought to be none of their own any more.
        is_subscriber: whether they pay.

    Returns:
        The row as it is now; `None` when nothing is left, and it goes.
    """
    row.role = Role.PAID_SUBSCRIBER if is_subscriber else Role.FOLLOWER
    if is_subscriber or row.since is not None or row.banned:
        return row
    await act.session.delete(row)
    return None
