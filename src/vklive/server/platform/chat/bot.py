"""What the platform itself says in chats, by its bot (vk.md 4.1.1), as a part of acts that are others' affair.

The words are vklive's own; of the real ones only the beginning of those about a redeemed reward is known.
"""

from __future__ import annotations

from collections.abc import Sequence

from vklive.events import ChatMessage, Mention, Part, Text
from vklive.server.platform.acting import Act, ChannelFacts
from vklive.server.platform.chat.author import CHAT_BOT
from vklive.server.platform.chat.saying import say
from vklive.server.store.channels import stream_that_is_on
from vklive.server.store.chat_settings import settings_of

FOLLOWS = " теперь следит за каналом"
SUBSCRIBES = " оформляет подписку"
REDEEMS = "получает награду"
"""How a text about a reward begins, after a mention of who gets it: programs look for that."""


async def say_as_bot(act: Act, channel: ChannelFacts, message: str | Sequence[Part]) -> ChatMessage:
    """The bot says something: in the limited chat while the stream is limited. To be done last in an act."""
    parts = [Part(text=Text(content=message))] if isinstance(message, str) else message
    stream = await stream_that_is_on(act.session, channel.id)
    return await say(act, channel, CHAT_BOT, parts, limited=stream is not None and stream.limited)


async def alert_follow(act: Act, channel: ChannelFacts, *, user_id: int, nick: str) -> None:
    """Say that somebody follows the channel now, if the settings of the chat have it so (`follow_alert`)."""
    if (await settings_of(act.session, channel.id)).follow_alert:
        await say_as_bot(act, channel, [_mention(user_id, nick), Part(text=Text(content=FOLLOWS))])


async def alert_subscription(act: Act, channel: ChannelFacts, *, user_id: int, nick: str) -> None:
    """Say that somebody has a paid subscription now, if the settings of the chat have it so (`subscription_alert`)."""
    if (await settings_of(act.session, channel.id)).subscription_alert:
        await say_as_bot(act, channel, [_mention(user_id, nick), Part(text=Text(content=SUBSCRIBES))])


async def tell_redemption(act: Act, channel: ChannelFacts, *, user_id: int, nick: str, reward: str, price: int) -> None:
    """Say that somebody has got a reward.

    Args:
        act: in which they got it.
        channel: whose reward it is.
        user_id: who got it.
        nick: of the same.
        reward: its name.
        price: in points.
    """
    text = f"{REDEEMS}: {reward} за {price}"
    await say_as_bot(act, channel, [_mention(user_id, nick), Part(text=Text(content=text))])


def _mention(user_id: int, nick: str) -> Part:
    return Part(mention=Mention(id=user_id, nick=nick))
