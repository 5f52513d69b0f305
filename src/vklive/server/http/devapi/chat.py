"""``/v1/chat``."""

from __future__ import annotations

from typing import Annotated

from litestar import Router, get
from litestar.di import NamedDependency, Provide
from litestar.params import QueryParameter, SkipValidation

from vklive.devapi.models import ChatMessages, Data
from vklive.server.chat_log import MAX_MESSAGES
from vklive.server.http.devapi.describing import ApiRequest, ChannelUrl, errors
from vklive.server.platform.chat import Chat

_Methods = NamedDependency[SkipValidation[Chat]]


@get(
    "/messages",
    summary="The newest messages of a chat",
    description=f"For users and applications; at most {MAX_MESSAGES}. A user's own private messages are among them.",
    responses=errors(400, 404),
)
async def chat_messages(
    request: ApiRequest,
    methods: _Methods,
    channel_url: ChannelUrl,
    limit: Annotated[int, QueryParameter(description=f"How many, from 1 to {MAX_MESSAGES}")],
) -> Data[ChatMessages]:
    """``GET /v1/chat/messages``."""
    return Data(await methods.messages(request.user, channel_url, limit=limit))


def chat_area(chat: Chat) -> Router:
    """The methods of the chat."""
    return Router(
        path="/chat",
        route_handlers=[chat_messages],
        dependencies={"methods": Provide(lambda: chat, sync_to_thread=False)},
        tags=["chat"],
    )
