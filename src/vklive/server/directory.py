"""What the server has to know about users, applications and channels, and the questions that it asks.

`vklive.server.store` answers them from a database. Whoever has these facts elsewhere writes another `Directory`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from msgspec import Struct

from vklive.devapi.scopes import Scope
from vklive.errors import VkliveError


class DirectoryUnavailableError(VkliveError):
    """The directory cannot answer now. Trying again may help.

    Attributes:
        problem: what went wrong, without addresses and passwords.
    """

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem

    def __str__(self) -> str:
        return f"the directory does not answer: {self.problem}"


class Record(Struct, frozen=True, kw_only=True):
    """The base of all facts of the directory."""


class User(Record, frozen=True, kw_only=True):
    """A person. `nick_color` is an index into the palette of vk.md 5.2."""

    id: int
    nick: str
    nick_color: int = 0
    avatar_url: str = ""
    is_verified_streamer: bool = False


class Application(Record, frozen=True, kw_only=True):
    """A program that speaks for itself and not for a user."""

    id: int
    name: str


Viewer = User | Application
"""Whoever asks."""


class Bearer(Record, frozen=True, kw_only=True):
    """Who shows an access token or credentials, and what they are good for.

    Attributes:
        viewer: who it is.
        scopes: what a user has allowed; an application needs none for what it may do.
        expires_at: aware, UTC; `None` for never.
        is_token: whether it was an access token, and not an application's secret.
    """

    viewer: Viewer
    scopes: frozenset[Scope] = frozenset()
    expires_at: datetime | None = None
    is_token: bool = True


class Role(StrEnum):
    """What a user is to a channel; the later ones include the earlier."""

    FOLLOWER = "follower"
    PAID_SUBSCRIBER = "paid_subscriber"
    MODERATOR = "moderator"


class Membership(Record, frozen=True, kw_only=True):
    """A user's relation to a channel. Owning it is a fact of the channel, not a membership.

    `since` is when the user began to follow it, aware UTC; `None` when nobody has written that down.
    """

    user_id: int
    channel_id: int
    role: Role = Role.FOLLOWER
    banned: bool = False
    since: datetime | None = None


class CategoryRecord(Record, frozen=True, kw_only=True):
    """What a stream is about."""

    id: str = ""
    title: str = ""
    type: str = ""
    cover_url: str = ""


class StreamRecord(Record, frozen=True, kw_only=True):
    """A stream; `ended_at` is `None` while it is on."""

    id: str
    title: str = ""
    category: CategoryRecord = CategoryRecord()
    viewers: int = 0
    views: int = 0
    started_at: datetime
    ended_at: datetime | None = None
    preview_url: str = ""
    video_id: str = ""
    slot_id: int = 0
    slot_url: str = ""


class ChannelRecord(Record, frozen=True, kw_only=True):
    """A streamer's channel.

    Attributes:
        url: its slug, in lower case.
        status: ``online``, ``offline`` or ``wait``.
        banned: by the platform; then nobody hears or sees anything of it.
        followers: how many users follow it.
        streams: those that are on, by slot.
    """

    id: int
    url: str
    owner: User
    nick: str
    cover_url: str = ""
    description: str = ""
    status: str = "offline"
    banned: bool = False
    followers: int = 0
    streams: tuple[StreamRecord, ...] = ()


class Directory(Protocol):
    """The questions. Every one may raise `DirectoryUnavailableError`; what is not known is missing from the answer."""

    async def bearer(self, access_token: str) -> Bearer | None:
        """Whose access token it is; `None` when it is nobody's, has expired or was revoked."""
        ...

    async def application(self, client_id: str, client_secret: str) -> Application | None:
        """The application of these credentials. How long the answer takes does not tell what was wrong."""
        ...

    async def channels_by_url(self, urls: Collection[str]) -> Mapping[str, ChannelRecord]:
        """The channels of these slugs, which are in lower case."""
        ...

    async def channels_by_id(self, ids: Collection[int]) -> Mapping[int, ChannelRecord]:
        """The channels of these ids."""
        ...

    async def memberships(self, user_id: int, channel_ids: Collection[int]) -> Mapping[int, Membership]:
        """What a user is to these channels, by the channel's id."""
        ...
