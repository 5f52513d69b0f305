"""What is said in the chat of a channel."""

from __future__ import annotations

from typing import Annotated

from litestar import post
from litestar.params import BodyKwarg
from litestar.status_codes import HTTP_200_OK

from vklive.devapi.models import Data, Empty
from vklive.server.http.platform_api.describing import (
    Body,
    ChannelUrl,
    Id,
    IdempotencyKey,
    Methods,
    PlatformApiRequest,
    errors,
)
from vklive.server.platform.acting import Act
from vklive.server.platform.chat.history import take_message_back
from vklive.server.platform.places import facts, seen


class MessageBody(Body):
    """Which message."""

    id: Id


@post(
    "/messages/delete",
    summary="A message of the chat is taken back",
    description="Tells `channel_chat_message_delete`, where the message was heard.",
    responses=errors(),
    status_code=HTTP_200_OK,
)
async def delete_message(
    request: PlatformApiRequest,
    methods: Methods,
    channel_url: ChannelUrl,
    data: Annotated[MessageBody, BodyKwarg(description="Which")],
    key: IdempotencyKey = None,
) -> Data[Empty]:
    """``POST /platform/v1/channels/{channel_url}/messages/delete``."""

    async def take_back(act: Act) -> Empty:
        await take_message_back(act, facts(await seen(act, channel_url)), data.id)
        return Empty()

    return await methods(request, Empty, take_back, key=key, in_chat=True)


CHAT = (delete_message,)
"""The methods."""
