"""Writes a seed into the tables."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

from msgspec import structs
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from vklive.devapi.channel_url import slug_of
from vklive.devapi.scopes import Scope
from vklive.server.store.hashing import hash_of
from vklive.server.store.passwords import password_hash
from vklive.server.store.planting_points import plant_points
from vklive.server.store.seed import (
    ApplicationSeed,
    CategorySeed,
    ChannelRoleSeed,
    ChannelSeed,
    Seed,
    StreamRecordSeed,
    UserSeed,
)
from vklive.server.store.tables import (
    AccessTokenRow,
    ApplicationRow,
    CategoryRow,
    ChannelRoleRow,
    ChannelRow,
    ChatSettingsRow,
    GivenRoleRow,
    MembershipRow,
    SmileRow,
    StreamRecordRow,
    StreamRow,
    UserRow,
)


async def plant(session: AsyncSession, seed: Seed, *, now: datetime) -> None:
    """Insert or overwrite everything that the seed names. The transaction is the caller's.

    Args:
        session: where to write.
        seed: what to write.
        now: aware UTC; when streams begin that are not on yet, when new users have registered, and since when access
            tokens are good.
    """
    for user in seed.users:
        is_new = await session.get(UserRow, user.id) is None
        row = await session.merge(
            UserRow(
                id=user.id,
                nick=user.nick,
                nick_color=user.nick_color,
                avatar_url=user.avatar_url,
                is_verified_streamer=user.is_verified_streamer,
            )
        )
        if is_new:
            row.registered_at = now
        if user.password is not None:
            row.password_hash = await asyncio.to_thread(password_hash, user.password)
    for application in seed.applications:
        await session.merge(
            ApplicationRow(
                id=application.id,
                client_id=application.client_id,
                secret_hash=hash_of(application.client_secret),
                name=application.name or application.client_id,
                description=application.description,
                icon_url=application.icon_url,
                redirect_uris="\n".join(application.redirect_uris),
                webhook_url=application.webhook_url,
                webhook_key=application.webhook_key,
                webhook_events="\n".join(application.webhook_events),
            )
        )
    # Written group by group: what refers to something comes after it.
    await session.flush()
    for bearer in seed.bearers:
        await _plant_tokens(session, bearer, now)
    nicks = {user.id: user.nick for user in seed.users}
    for channel in seed.channels:
        await session.merge(
            ChannelRow(
                id=channel.id,
                url=slug_of(channel.url),
                owner_id=channel.owner,
                nick=channel.nick or nicks.get(channel.owner, ""),
                cover_url=channel.cover_url,
                description=channel.description,
                status=channel.status or ("online" if channel.live else "offline"),
                banned=channel.banned,
                point_name=channel.point.name,
                point_small_url=channel.point.small_url,
                point_medium_url=channel.point.medium_url,
                point_large_url=channel.point.large_url,
            )
        )
    await session.flush()
    await _plant_categories(session, seed)
    for channel in seed.channels:
        await _plant_stream(session, channel, now)
    for record in seed.stream_records:
        await _plant_record(session, record)
    for role in seed.channel_roles:
        await _plant_role(session, role)
    for entry in seed.memberships:
        since = {} if entry.since is None else {"since": entry.since}
        await session.merge(
            MembershipRow(user_id=entry.user, channel_id=entry.channel, role=entry.role, banned=entry.banned, **since)
        )
    await plant_points(session, seed, now=now)
    await _plant_chats(session, seed)
    await session.flush()


async def _plant_chats(session: AsyncSession, seed: Seed) -> None:
    for channel in seed.channels:
        if (chat := channel.chat) is not None:
            mode = "only_smiles" if chat.only_smiles else "general"
            kept = {name: value for name, value in structs.asdict(chat).items() if name != "only_smiles"}
            await session.merge(ChatSettingsRow(channel_id=channel.id, mode=mode, **kept))
    for smile in seed.smiles:
        await session.merge(SmileRow(**structs.asdict(smile)))


async def _plant_tokens(session: AsyncSession, bearer: UserSeed | ApplicationSeed, now: datetime) -> None:
    for token in bearer.access_tokens:
        await session.merge(
            AccessTokenRow(
                token_hash=hash_of(token),
                user_id=bearer.id if isinstance(bearer, UserSeed) else None,
                application_id=None if isinstance(bearer, UserSeed) else bearer.id,
                # All that there are: a seed is for development, where nothing is to be in the way.
                scopes=" ".join(Scope) if isinstance(bearer, UserSeed) else "",
                issued_at=now,
                expires_at=None,
                revoked_at=None,
            )
        )


async def _plant_categories(session: AsyncSession, seed: Seed) -> None:
    for category in seed.categories:
        await session.merge(_category(category))
    of_streams = [
        *(channel.stream.category for channel in seed.channels),
        *(record.category for record in seed.stream_records),
    ]
    for id_, category in {category.id: category for category in of_streams if category.id}.items():
        if await session.get(CategoryRow, id_) is None:
            session.add(_category(category))


def _category(category: CategorySeed) -> CategoryRow:
    return CategoryRow(id=category.id, title=category.title, type=category.type, cover_url=category.cover_url)


async def _plant_record(session: AsyncSession, record: StreamRecordSeed) -> None:
    await session.merge(
        StreamRecordRow(
            id=record.id,
            channel_id=record.channel,
            title=record.title,
            category_id=record.category.id,
            category_title=record.category.title,
            category_type=record.category.type,
            category_cover_url=record.category.cover_url,
            duration=record.duration,
            views=record.views,
            stream_started_at=record.stream_started_at,
            created_at=record.created_at or record.stream_started_at + timedelta(seconds=record.duration),
            preview_url=record.preview_url,
            video_id=record.video_id,
        )
    )


async def _plant_role(session: AsyncSession, role: ChannelRoleSeed) -> None:
    await session.merge(
        ChannelRoleRow(
            id=role.id,
            channel_id=role.channel,
            name=role.name,
            small_url=role.small_url,
            medium_url=role.medium_url,
            large_url=role.large_url,
        )
    )
    await session.flush()
    for user in role.users:
        await session.merge(GivenRoleRow(role_id=role.id, user_id=user))


async def _plant_stream(session: AsyncSession, channel: ChannelSeed, now: datetime) -> None:
    """Let exactly the stream that the seed says be on: whatever else was on has ended."""
    id_ = channel.stream.id or f"stream-{channel.id}"
    over = update(StreamRow).where(StreamRow.channel_id == channel.id, StreamRow.ended_at.is_(None))
    if not channel.live:
        await session.execute(over.values(ended_at=now))
        return
    await session.execute(over.where(StreamRow.id != id_).values(ended_at=now))
    known = await session.get(StreamRow, id_)
    was_on = known is not None and known.ended_at is None
    stream = channel.stream
    await session.merge(
        StreamRow(
            id=id_,
            channel_id=channel.id,
            title=stream.title,
            category_id=stream.category.id,
            category_title=stream.category.title,
            category_type=stream.category.type,
            category_cover_url=stream.category.cover_url,
            viewers=stream.viewers,
            views=stream.views,
            # A restart of the server does not restart a stream.
            started_at=stream.started_at or (known.started_at if known is not None and was_on else now),
            ended_at=None,
            preview_url=stream.preview_url,
            video_id=stream.video_id,
        )
    )
