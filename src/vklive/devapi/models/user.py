"""Who asks (vk.md 2.7, [C2] to [C5])."""

from __future__ import annotations

from vklive.devapi.models.base import Model
from vklive.devapi.models.channel import ChannelUrl


class UserData(Model):
    """A user, as others see them."""

    id: int
    nick: str = ""
    nick_color: int = 0
    avatar_url: str = ""


class CurrentUserData(UserData):
    """The user of an access token."""

    is_streamer: bool = False


class CurrentUser(Model):
    """Answer of ``GET /v1/current_user``. Who has no channel has no `channel`; its `url` may be a whole address."""

    user: CurrentUserData
    channel: ChannelUrl | None = None
    channels: list[ChannelUrl] = []


class TokenInfo(Model):
    """Answer of ``GET /v1/token``: `type` is ``user`` or ``app``, `expired_at` unix seconds, 0 for never."""

    type: str = ""
    expired_at: int = 0
