"""``GET /v1/chat/member`` and ``GET /v1/chat/members`` (vk.md 2.6)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import TypeAlias

import msgspec

from vklive.devapi.errors import ApiError
from vklive.devapi.models import (
    ChannelRole,
    ChatBadge,
    ChatMember,
    ChatMemberChannel,
    ChatMembers,
    ChatMemberStatistics,
    ChatMemberUser,
    MemberOfChat,
)
from vklive.devapi.topics import Topic
from vklive.server.access import access
from vklive.server.directory import ChannelRecord, Directory, Role, User, Viewer
from vklive.server.names import MAX_ID, WsChannel, build
from vklive.server.platform.channels import Channels
from vklive.server.platform.chat.archive import Archive
from vklive.server.platform.chat.author import author
from vklive.server.platform.times import unix
from vklive.server.refusal import RefusalError
from vklive.server.store import channels, chat_people, members, rows
from vklive.server.store.database import Database

RECENTLY = 600.0
"""Seconds for which somebody who wrote counts as being there: ten minutes, as many watch and write now and then."""

_USER = re.compile("[1-9][0-9]{0,18}")

Listeners: TypeAlias = Callable[[str], Iterable[str]]
"""The users who are subscribed to a ws channel here, by their names in connection tokens."""


class People:
    """Who is in chats.

    Args:
        database: knows who wrote.
        directory: knows what people are to channels.
        channels: finds channels.
        archive: what is not in the database yet.
        listeners: says who is connected.
    """

    def __init__(
        self,
        database: Database,
        directory: Directory,
        channels: Channels,
        archive: Archive,
        *,
        listeners: Listeners,
    ) -> None:
        self._database = database
        self._directory = directory
        self._channels = channels
        self._archive = archive
        self._listeners = listeners

    async def member(self, channel_url: str, user_id: int) -> ChatMember:
        """Somebody, and what they did in a chat, whether or not they are there.

        Counted are the messages that are kept and not taken back; a ban that holds counts as one permanent ban, as
        others are not remembered; what somebody watched is not measured and is 0.

        Raises:
            RefusalError: `NOT_FOUND`, there is no such user; see also `Channels.find`.
        """
        channel = await self._channels.find(channel_url)
        await self._archive.settled()
        async with self._database.reading() as session:
            row = await members.user(session, user_id) if 1 <= user_id <= MAX_ID else None
            if row is None:
                raise RefusalError(ApiError.NOT_FOUND, f"There is no user {user_id}")
            facts = await chat_people.facts_of(session, user_id, channel.id, now=self._database.now())
            count = await chat_people.count_messages(session, channel.id, user_id)
            own = await channels.channel_owned_by(session, user_id)
        shown = author(rows.user(row), channel, facts.membership, level_id=facts.level_id, roles=facts.roles)
        return ChatMember(
            user=ChatMemberUser(
                id=shown.id,
                nick=shown.nick,
                nick_color=shown.nick_color,
                avatar_url=shown.avatar_url,
                is_owner=shown.is_owner,
                is_moderator=shown.is_moderator,
                # Events and methods tell of them alike, in types of their own.
                badges=msgspec.convert(shown.badges, list[ChatBadge], from_attributes=True),
                roles=msgspec.convert(shown.roles, list[ChannelRole], from_attributes=True),
                registered_at=unix(row.registered_at),
            ),
            statistics=ChatMemberStatistics(
                chat_messages_count=count,
                permanent_bans_count=int(facts.membership is not None and facts.membership.banned),
            ),
            channel=None if own is None else ChatMemberChannel(status=own.status, url=own.url),
        )

    async def members(self, viewer: Viewer, channel_url: str, *, limit: int) -> ChatMembers:
        """Who is in a chat: who wrote in the last `RECENTLY` seconds, the last one first, then who is connected to it.

        Connected are those who are subscribed, on this server, to its ws channel; each is there once. Who wrote in,
        or is connected to, the limited chat only is told to those who may hear it. Of messages, the newest thousand
        are looked at.

        Raises:
            RefusalError: see `Channels.find`.
        """
        channel = await self._channels.find(channel_url)
        limited = await self._hears_limited(viewer, channel)
        await self._archive.settled()
        connected = self._connected(channel.id, with_limited=limited)
        since = self._database.now() - timedelta(seconds=RECENTLY)
        async with self._database.reading() as session:
            wrote = await chat_people.writers(session, channel.id, since=since, with_limited=limited)
            ids = list(dict.fromkeys([*wrote, *connected]))
            found = await chat_people.users_in(session, channel.id, ids)
        there = [found[id_] for id_ in ids if id_ in found][:limit]
        return ChatMembers(
            users=[
                MemberOfChat(
                    id=row.id,
                    nick=row.nick,
                    nick_color=row.nick_color,
                    avatar_url=row.avatar_url,
                    is_owner=row.id == channel.owner.id,
                    is_moderator=role is Role.MODERATOR and row.id != channel.owner.id,
                )
                for row, role in there
            ]
        )

    async def _hears_limited(self, viewer: Viewer, channel: ChannelRecord) -> bool:
        membership = None
        if isinstance(viewer, User):
            membership = (await self._directory.memberships(viewer.id, [channel.id])).get(channel.id)
        ws_channel = WsChannel(Topic.LIMITED_CHAT, channel.id)
        return access(ws_channel, viewer, channel=channel, membership=membership).granted

    def _connected(self, channel_id: int, *, with_limited: bool) -> list[int]:
        topics = [Topic.CHAT, Topic.LIMITED_CHAT] if with_limited else [Topic.CHAT]
        names = [name for topic in topics for name in self._listeners(build(WsChannel(topic, channel_id)))]
        # Those of applications are no numbers, and without a token there is no name at all.
        return [int(name) for name in dict.fromkeys(names) if _USER.fullmatch(name) and int(name) <= MAX_ID]
