"""Rows of the tables as records of the directory."""

from __future__ import annotations

from collections.abc import Iterable

from vklive.devapi.scopes import Scope
from vklive.server.directory import (
    Application,
    Bearer,
    CategoryRecord,
    ChannelRecord,
    Membership,
    StreamRecord,
    User,
)
from vklive.server.store.tables import (
    AccessTokenRow,
    ApplicationRow,
    ChannelRow,
    MembershipRow,
    StreamRecordRow,
    StreamRow,
    UserRow,
)


def user(row: UserRow) -> User:
    """A person."""
    return User(
        id=row.id,
        nick=row.nick,
        nick_color=row.nick_color,
        avatar_url=row.avatar_url,
        is_verified_streamer=row.is_verified_streamer,
    )


def application(row: ApplicationRow) -> Application:
    """A program, without its credentials."""
    return Application(id=row.id, name=row.name)


def bearer(token: AccessTokenRow, row: UserRow | ApplicationRow) -> Bearer:
    """Whose access token it is. A scope that this version does not know is good for nothing."""
    return Bearer(
        viewer=user(row) if isinstance(row, UserRow) else application(row),
        scopes=frozenset(scope for scope in Scope if scope in token.scopes.split()),
        expires_at=token.expires_at,
    )


def membership(row: MembershipRow) -> Membership:
    """What a user is to a channel."""
    return Membership(user_id=row.user_id, channel_id=row.channel_id, role=row.role, banned=row.banned, since=row.since)


def category(row: StreamRow | StreamRecordRow) -> CategoryRecord:
    """What a stream is about, or was."""
    return CategoryRecord(
        id=row.category_id,
        title=row.category_title,
        type=row.category_type,
        cover_url=row.category_cover_url,
    )


def stream(row: StreamRow) -> StreamRecord:
    """A stream."""
    return StreamRecord(
        id=row.id,
        title=row.title,
        category=category(row),
        viewers=row.viewers,
        views=row.views,
        started_at=row.started_at,
        ended_at=row.ended_at,
        preview_url=row.preview_url,
        video_id=row.video_id,
        slot_id=row.slot_id,
        slot_url=row.slot_url,
    )


def channel(row: ChannelRow, *, owner: UserRow, followers: int, streams: Iterable[StreamRow]) -> ChannelRecord:
    """A channel with what belongs to it."""
    return ChannelRecord(
        id=row.id,
        url=row.url,
        owner=user(owner),
        nick=row.nick,
        cover_url=row.cover_url,
        description=row.description,
        status=row.status,
        banned=row.banned,
        followers=followers,
        streams=tuple(stream(each) for each in streams),
    )
