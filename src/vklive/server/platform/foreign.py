"""Events that a foreign platform tells of: checked, and passed on as they are.

vklive does nothing about them; whoever wants it to follow, to start a stream or to end a subscription asks for that,
see `vklive.server.http.platform_api`.
"""

from __future__ import annotations

from functools import cache

import msgspec
from msgspec import Raw, Struct

from vklive.devapi.errors import ApiError
from vklive.devapi.topics import Topic
from vklive.events import ChatMessageSent, EventData, UnknownEvent, registered
from vklive.events.registry import RESERVED_PREFIX
from vklive.server.platform.acting import Act
from vklive.server.platform.places import facts, seen
from vklive.server.platform.routing import LIMITED, TOPICS
from vklive.server.refusal import RefusalError

# Bytes that are not text, and deep nesting, are told so; everything else is msgspec's own.
_UNREADABLE = (msgspec.MsgspecError, ValueError, RecursionError, OverflowError)


class ForeignEvent(Struct, frozen=True, kw_only=True):
    """What has happened elsewhere.

    Attributes:
        channel: in which channel, by its slug, its address or its id.
        type: what; any constant, known to vklive or not.
        data: its JSON, an object.
        topic: where it is heard; `None` for where its type says.
        user_id: who alone is to hear it; `None` for all whom the topic concerns.
        limited: it is of a limited stream.
    """

    channel: str | int
    type: str
    data: Raw
    topic: Topic | None = None
    user_id: int | None = None
    limited: bool = False


async def tell(act: Act, told: ForeignEvent) -> str:
    """Tell of an event.

    Of a type that vklive knows, the data must be what its class says: each field of its type, none missing that has no
    default. Fields that the class does not know stay. Of any other type, the data may be any object, and the topic must
    be named.

    Returns:
        The name of the ws channel where it is heard.

    Raises:
        RefusalError: nothing is told, as something is not as it must be; the words give the path to it.
    """
    event = read(told)
    topic = told.topic or TOPICS[event.event_type]
    if told.limited and topic not in LIMITED:
        raise _wrong("limited: only what is said in a chat is limited")
    if isinstance(event, ChatMessageSent) and event.chat_message.is_private and told.user_id is None:
        raise _wrong("user_id: the message is private, so it has to be said who is to hear it")
    channel = await seen(act, told.channel)
    announcement = act.announce(
        facts(channel), event, user_id=told.user_id, limited=told.limited, topic=told.topic, given=told.data
    )
    return announcement.ws_channel


def read(told: ForeignEvent) -> EventData:
    """The event, read by the class of its type; an `UnknownEvent` when it has none.

    Raises:
        RefusalError: see `tell`.
    """
    if told.type.startswith(RESERVED_PREFIX):
        raise _wrong(f"type: {RESERVED_PREFIX!r} begins what vklive itself tells its programs")
    if told.topic is None and told.type not in TOPICS:
        raise _wrong("topic: vklive does not know where events of this type are heard, so it has to be named")
    try:
        # All of it: what a class does not know is only skipped when it is read, and not checked.
        data = msgspec.json.decode(told.data)
        if not isinstance(data, dict):
            raise _wrong("data: it is not an object")
        if (cls := registered().get(told.type)) is not None:
            return _decoder(cls).decode(told.data)
    except _UNREADABLE as error:
        raise _wrong(_reason(error)) from None
    return UnknownEvent(type=told.type, reason="unknown type", payload=told.data)


@cache
def _decoder(cls: type[EventData]) -> msgspec.json.Decoder[EventData]:
    return msgspec.json.Decoder(cls)


def _reason(error: Exception) -> str:
    match error:
        case msgspec.ValidationError():
            told = str(error)
            return told.replace("`$", "`$.data") if "`$" in told else f"{told} - at `$.data`"
        case RecursionError():
            return "data: it is nested too deeply"
        case UnicodeDecodeError():
            return "data: it is not UTF-8"
        case _:
            return "data: it is not JSON"


def _wrong(why: str) -> RefusalError:
    return RefusalError(ApiError.UNPROCESSABLE_ENTITY, why)
