"""The area ``chat`` (vk.md 2.6)."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable

from msgspec import UNSET, Raw
from msgspec.structs import asdict

from vklive.client.api.caller import Caller
from vklive.client.api.channels import ChannelsApi
from vklive.client.api.lanes import Lane, Lanes
from vklive.client.api.method import Method, Params
from vklive.client.api.pages import MAX_PAGE_SIZE, clamped
from vklive.client.channel_name import slug_meant
from vklive.devapi.models import (
    ChannelInfo,
    ChatMember,
    ChatMembers,
    ChatMessages,
    ChatMessageToSend,
    ChatSettings,
    ChatSettingsAnswer,
    ChatSettingsChange,
    ChatSettingsEdit,
    Data,
    MemberOfChat,
    Sendable,
)
from vklive.devapi.scopes import Scope
from vklive.errors import ChannelOfflineError, ConfigError, InvalidParamError, NotFoundError
from vklive.escaping import escape
from vklive.events import ChatMessage, ChatMessageSent, UnknownEvent, decode_payload

_log = logging.getLogger("vklive.client.api")

MAX_MESSAGES = MAX_PAGE_SIZE
"""Messages in one answer of ``GET /v1/chat/messages``."""

STREAM_FRESHNESS = 30.0
"""Seconds in which a channel is not asked again which stream is on. A message to one that has ended is refused, and
then it is asked at once."""

SEND = Method("POST", "/v1/chat/message/send", Scope.CHAT_MESSAGE_SEND)
MESSAGES = Method("GET", "/v1/chat/messages")
MEMBER = Method("GET", "/v1/chat/member")
MEMBERS = Method("GET", "/v1/chat/members")
SETTINGS = Method("GET", "/v1/chat/settings", Scope.CHAT_SETTINGS)
EDIT_SETTINGS = Method("POST", "/v1/chat/settings/edit", Scope.CHAT_SETTINGS)


class ChatApi:
    """Chats. A `channel_url` is the slug or the address of a channel.

    Args:
        caller: makes the calls.
        channels: tells which stream is on.
    """

    def __init__(self, caller: Caller, channels: ChannelsApi) -> None:
        self._caller = caller
        self._channels = channels
        self._lanes = Lanes()

    async def send(self, channel_url: str, message: str | Iterable[Sendable], *, stream_id: str | None = None) -> None:
        """Write in a chat. For users who may, by the settings of the chat. The platform tells no id of the message.

        Messages to one chat are sent one after the other, in the order of the calls; at most
        `vklive.client.api.lanes.MAX_SENDS` wait. After a ``send_too_fast`` this one is sent again after what the answer
        tells, or `any_message_timeout` of the chat's settings when `settings` or `edit_settings` have been called here,
        or three seconds and then longer: as long as the client has patience, counted from its turn. Whether it was sent
        is not known after a `ConnectError` or `UnavailableError`, and it is not sent again.

        Args:
            channel_url: to which chat.
            message: text, or parts: texts as `str`, `vklive.Link`, `vklive.Mention` and `vklive.Smile`; also those of a
                message that was received.
            stream_id: on which stream; by default the one that is on, which the channel is asked for and which is
                remembered for `STREAM_FRESHNESS`.

        Raises:
            ChannelOfflineError: no stream is on.
            SendTooFastError: the chat asks to wait for longer than the client has patience.
            SameMessageError: the user has written the same a moment ago.
            MessageTooLongError: a chat takes no message as long as this.
            ForbiddenError: the settings of the chat do not let the user write.
            SendQueueFullError: too many messages wait already.
        """
        slug = slug_meant(channel_url)
        told = ChatMessageToSend.of(message)
        async with self._lanes.turn(slug) as lane:
            if stream_id is not None:
                await self._send(slug, stream_id, told, lane)
                return
            remembered = self._remembered(lane)
            if remembered:
                try:
                    await self._send(slug, remembered, told, lane)
                except (NotFoundError, InvalidParamError):
                    # It may have ended, and another begun.
                    if (current := await self._current_stream(slug, lane)) == remembered:
                        raise
                    await self._send(slug, current, told, lane)
            else:
                await self._send(slug, await self._current_stream(slug, lane), told, lane)

    async def messages(self, channel_url: str, *, limit: int = MAX_MESSAGES) -> list[ChatMessage]:
        """The newest messages of a chat. The order is not promised. For users and applications.

        A message that cannot be read is left out, which is logged.

        Args:
            channel_url: of which chat.
            limit: how many at most, from 1 to `MAX_MESSAGES`; what lies outside is the nearest of these.
        """
        read: list[ChatMessage] = []
        for message in await self.raw_messages(channel_url, limit=limit):
            _, data = decode_payload(payload_of(message))
            if isinstance(data, ChatMessageSent):
                read.append(data.chat_message)
            elif isinstance(data, UnknownEvent):
                _log.warning("a message of %r is left out: %s", channel_url, escape(data.reason))
        return read

    async def raw_messages(self, channel_url: str, *, limit: int = MAX_MESSAGES) -> list[Raw]:
        """The same, each as JSON, as the API wrote it."""
        params: Params = {"channel_url": slug_meant(channel_url), "limit": clamped(limit)}
        return (await self._caller.ask(MESSAGES, Data[ChatMessages], params=params)).chat_messages

    async def member(self, channel_url: str, *, user_id: int) -> ChatMember:
        """Somebody, and what they have done in the chat. For users and applications.

        Raises:
            NotFoundError: when there is no such user.
        """
        params: Params = {"channel_url": slug_meant(channel_url), "user_id": user_id}
        return await self._caller.ask(MEMBER, Data[ChatMember], params=params)

    async def members(self, channel_url: str, *, limit: int = MAX_PAGE_SIZE) -> list[MemberOfChat]:
        """Who writes or watches; the API never tells of more than 200. For users and applications.

        Consumers were asked not to call it more than once a minute.

        Args:
            channel_url: in which chat.
            limit: how many at most, from 1 to 200; what lies outside is the nearest of these.
        """
        params: Params = {"channel_url": slug_meant(channel_url), "limit": clamped(limit)}
        return (await self._caller.ask(MEMBERS, Data[ChatMembers], params=params)).users

    async def settings(self, channel_url: str) -> ChatSettings:
        """How the chat is kept in order. For the owner and moderators."""
        slug = slug_meant(channel_url)
        answer = await self._caller.ask(SETTINGS, Data[ChatSettingsAnswer], params={"channel_url": slug})
        self._lanes.of(slug).any_message_timeout = answer.chat_settings.any_message_timeout or None
        return answer.chat_settings

    async def edit_settings(self, channel_url: str, *, settings: ChatSettings | ChatSettingsChange) -> None:
        """Change how the chat is kept in order. For the owner and moderators.

        Args:
            channel_url: of which chat.
            settings: those that are to be others; or all of them, as `settings` gives them. The documentation does not
                say that some can be left out: vklive's own server leaves those as they are.

        Raises:
            ConfigError: nothing is to change.
        """
        change = ChatSettingsChange(**asdict(settings)) if isinstance(settings, ChatSettings) else settings
        if change == ChatSettingsChange():
            raise ConfigError("edit_settings", "nothing is to change", hint="ChatSettingsChange(any_message_timeout=5)")
        slug = slug_meant(channel_url)
        body = ChatSettingsEdit(chat_settings=change)
        await self._caller.do(EDIT_SETTINGS, params={"channel_url": slug}, body=body)
        if change.any_message_timeout is not UNSET:
            self._lanes.of(slug).any_message_timeout = change.any_message_timeout or None

    async def _send(self, slug: str, stream_id: str, message: ChatMessageToSend, lane: Lane) -> None:
        params: Params = {"channel_url": slug, "stream_id": stream_id}
        await self._caller.do(SEND, params=params, body=message, pause=lane.any_message_timeout)

    def _remembered(self, lane: Lane) -> str:
        return lane.stream_id if asyncio.get_running_loop().time() < lane.fresh_until else ""

    async def _current_stream(self, slug: str, lane: Lane) -> str:
        lane.stream_id = _stream_on(await self._channels.get(slug))
        if not lane.stream_id:
            raise ChannelOfflineError(slug)
        lane.fresh_until = asyncio.get_running_loop().time() + STREAM_FRESHNESS
        return lane.stream_id


_PAYLOAD = b'{"type":"channel_chat_message_send","data":{"chat_message":%b}}'


def payload_of(message: Raw) -> bytes:
    """The payload of the event that told of a message, so that both are read in one way."""
    return _PAYLOAD % bytes(message)


def _stream_on(info: ChannelInfo) -> str:
    """The id of a stream that is on; empty when none is. The API tells of the first slot alone, then of all."""
    streams = [*filter(None, [info.stream]), *info.streams]
    return next((stream.id for stream in streams if not stream.ended_at), "")
