"""``/v1/chat``."""

from __future__ import annotations

from typing import Annotated

from litestar import Router, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import BodyKwarg, QueryParameter, SkipValidation
from litestar.status_codes import HTTP_200_OK

from vklive.devapi.models import (
    ChatMember,
    ChatMembers,
    ChatMessages,
    ChatMessageToSend,
    ChatSettingsAnswer,
    ChatSettingsEdit,
    Data,
    Empty,
)
from vklive.devapi.scopes import Scope
from vklive.server.http.authentication import user_of
from vklive.server.http.devapi.describing import SCOPE, ApiRequest, ChannelUrl, Limit, UserId, errors
from vklive.server.platform.chat import Chat
from vklive.server.platform.chat.parts import MAX_LENGTH, MAX_PARTS
from vklive.server.platform.paging import MAX_LIMIT

_Methods = NamedDependency[SkipValidation[Chat]]


@get(
    "/member",
    summary="Somebody in a chat",
    description="For users and applications. Tells what they are there, and what they did.",
    responses=errors(400, 404),
)
async def chat_member(
    methods: _Methods,
    channel_url: ChannelUrl,
    user_id: UserId,
) -> Data[ChatMember]:
    """``GET /v1/chat/member``."""
    return Data(await methods.people.member(channel_url, user_id))


@get(
    "/members",
    summary="Who is in a chat",
    description="For users and applications. Who wrote in the last ten minutes, the last one first, then who is"
    f" connected to this server; at most {MAX_LIMIT}.",
    responses=errors(400, 404),
)
async def chat_members(
    request: ApiRequest,
    methods: _Methods,
    channel_url: ChannelUrl,
    limit: Limit,
) -> Data[ChatMembers]:
    """``GET /v1/chat/members``."""
    return Data(await methods.people.members(request.user, channel_url, limit=limit))


@get(
    "/messages",
    summary="The newest messages of a chat",
    description=f"For users and applications; at most {MAX_LIMIT}. A user's own private messages are among them.",
    responses=errors(400, 404),
)
async def chat_messages(
    request: ApiRequest,
    methods: _Methods,
    channel_url: ChannelUrl,
    limit: Limit,
) -> Data[ChatMessages]:
    """``GET /v1/chat/messages``."""
    return Data(await methods.history.messages(request.user, channel_url, limit=limit))


@post(
    "/message/send",
    summary="Write in a chat",
    description="For users whom the settings of the chat let write, while a stream is on."
    f" At most {MAX_PARTS} parts with {MAX_LENGTH} characters together, mentions and smiles counting as one each."
    " Errors beside the usual ones: `message_too_long`; `same_message` and `send_too_fast`, each with a `Retry-After`;"
    " and `forbidden` for what the settings do not allow.",
    responses=errors(400, 404, 413),
    status_code=HTTP_200_OK,
    opt={SCOPE: Scope.CHAT_MESSAGE_SEND},
)
async def send_chat_message(
    request: ApiRequest,
    methods: _Methods,
    channel_url: ChannelUrl,
    stream_id: Annotated[str, QueryParameter(description="The id of the stream that is on")],
    data: Annotated[ChatMessageToSend, BodyKwarg(description="What to say: parts with exactly one key each")],
) -> Empty:
    """``POST /v1/chat/message/send``."""
    await methods.sending.send(user_of(request.user), channel_url, stream_id, data)
    return Empty()


@get(
    "/settings",
    summary="How a chat is kept in order",
    description="For the owner of the channel and its moderators.",
    responses=errors(400, 404),
    opt={SCOPE: Scope.CHAT_SETTINGS},
)
async def chat_settings(request: ApiRequest, methods: _Methods, channel_url: ChannelUrl) -> Data[ChatSettingsAnswer]:
    """``GET /v1/chat/settings``."""
    return Data(ChatSettingsAnswer(chat_settings=await methods.settings.read(user_of(request.user), channel_url)))


@post(
    "/settings/edit",
    summary="Change how a chat is kept in order",
    description="For the owner of the channel and its moderators. What is absent stays as it is; `mode` is one setting"
    " with exactly one of its two keys, and what is absent inside `general` is off.",
    responses=errors(400, 404, 413),
    status_code=HTTP_200_OK,
    opt={SCOPE: Scope.CHAT_SETTINGS},
)
async def edit_chat_settings(
    request: ApiRequest,
    methods: _Methods,
    data: Annotated[ChatSettingsEdit, BodyKwarg(description="The settings that are to be others")],
    channel_url: Annotated[
        str | None, QueryParameter(description="The slug of the channel, or its address; without, that of the user")
    ] = None,
) -> Empty:
    """``POST /v1/chat/settings/edit``."""
    await methods.settings.edit(user_of(request.user), channel_url, data.chat_settings)
    return Empty()


def chat_area(chat: Chat) -> Router:
    """The methods of the chat."""
    return Router(
        path="/chat",
        route_handlers=[
            chat_member,
            chat_members,
            chat_messages,
            send_chat_message,
            chat_settings,
            edit_chat_settings,
        ],
        dependencies={"methods": Provide(lambda: chat, sync_to_thread=False)},
        tags=["chat"],
    )
