"""Who asks (vk.md 2.7)."""

from __future__ import annotations

from vklive.devapi.errors import ApiError
from vklive.devapi.models import ChannelUrl, CurrentUser, CurrentUserData, TokenInfo
from vklive.server.directory import Bearer, User
from vklive.server.platform.times import unix
from vklive.server.refusal import RefusalError
from vklive.server.store import channels
from vklive.server.store.database import Database

MAX_OWN_CHANNELS = 100
"""Channels that a user is told to have. Few have two; no page gives a number."""


class Users:
    """Tells who somebody is.

    Args:
        database: knows what belongs to them.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def current(self, user: User) -> CurrentUser:
        """A user, as they see themselves. A streamer is whoever has a channel that is not banned."""
        async with self._database.reading() as session:
            found = await channels.urls_of_owner(session, user.id, limit=MAX_OWN_CHANNELS)
        own = [ChannelUrl(url) for url in found]
        return CurrentUser(
            user=CurrentUserData(
                id=user.id,
                nick=user.nick,
                nick_color=user.nick_color,
                avatar_url=user.avatar_url,
                is_streamer=bool(own),
            ),
            channel=own[0] if own else None,
            channels=own,
        )


def token_info(bearer: Bearer) -> TokenInfo:
    """What an access token is. An application's own credentials are none, and are refused."""
    if not bearer.is_token:
        raise RefusalError(ApiError.FORBIDDEN, "This method is about an access token, and there is none")
    return TokenInfo(
        type="user" if isinstance(bearer.viewer, User) else "app",
        expired_at=unix(bearer.expires_at),
    )
