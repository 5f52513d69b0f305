"""What the platform's bot says."""

from __future__ import annotations

import msgspec
from sqlalchemy import update
from tests.server.platform.chat.conftest import CHANNEL

from vklive.devapi.models import RewardActivation
from vklive.events import ChatMessageSent, decode_payload
from vklive.server.directory import User
from vklive.server.platform.chat.archive import BATCH
from vklive.server.platform.chat.bot import alert_follow, alert_subscription, tell_redemption
from vklive.server.store.tables import StreamRow


def texts(world) -> list[str]:
    found: list[str] = []
    for _, payload in world.heard:
        _, event = decode_payload(msgspec.json.encode(payload))
        assert isinstance(event, ChatMessageSent)
        assert event.chat_message.author.nick == "ChatBot"
        assert [badge.achievement_name for badge in event.chat_message.author.badges] == ["internal_chatbot"]
        found.append(event.chat_message.text)
    return found


async def test_the_bot_says_what_it_is_told_to_in_the_chat_where_people_are(world):
    await world.say_as_bot("hello")
    async with world.store.database.writing() as session:
        await session.execute(update(StreamRow).values(limited=True))
    await world.say_as_bot("psst")
    assert texts(world) == ["hello", "psst"]
    assert [ws_channel for ws_channel, _ in world.heard] == ["api-channel-chat:42", "api-channel-limited-chat:42"]
    assert await world.ids() == [1]


async def test_alerts_are_said_where_the_settings_have_it_so(world):
    async def happen() -> list[str]:
        world.heard.clear()
        for alert in (alert_follow, alert_subscription):
            async with world.platform.acting() as act:
                await alert(act, CHANNEL, user_id=12, nick="follower")
        return texts(world)

    assert await happen() == []
    await world.settings("follow_alert = true")
    assert await happen() == ["@follower теперь следит за каналом"]
    await world.settings("subscription_alert = true")
    assert await happen() == ["@follower оформляет подписку"]


async def test_a_redemption_begins_as_programs_expect(world):
    async with world.platform.acting() as act:
        await tell_redemption(act, CHANNEL, user_id=12, nick="follower", reward="Вода", price=50)
    ((_, payload),) = world.heard
    mention, text = payload["data"]["chat_message"]["parts"]
    assert mention == {"mention": {"id": 12, "nick": "follower"}}
    assert text["text"]["content"].startswith("получает награду")
    assert "Вода" in text["text"]["content"]
    assert "50" in text["text"]["content"]


async def test_who_has_got_a_reward_is_told_after_what_was_published_a_moment_ago(world, says):
    await world.seed('[[rewards]]\nid = "water"\nchannel = 42\nname = "Water"\nprice = 1\n')
    for number in range(1, 3 * BATCH):
        world.publish("api-channel-chat:42", says(number))
    owner = User(id=1, nick="owner")
    await world.platform.points.demands.activate(owner, "streamer", RewardActivation(id="water"))
    assert await world.ids(limit=1) == [3 * BATCH]
