"""How chats are kept in order, and who decides it."""

from __future__ import annotations

import asyncio

import msgspec
import pytest
from tests.server.platform.chat.conftest import USERS

from vklive.devapi.errors import ApiError
from vklive.devapi.models import (
    ChatAccess,
    ChatMode,
    ChatSettings,
    ChatSettingsChange,
    GeneralChatMode,
    OnlySmilesChatMode,
)
from vklive.server.directory import User
from vklive.server.platform.chat.settings import changed
from vklive.server.refusal import RefusalError

DEFAULTS = {
    "allow_access": "any",
    "allow_access_after": 0,
    "any_message_timeout": 0,
    "same_message_timeout": 0,
    "follow_alert": False,
    "subscription_alert": False,
    "mode": {"general": {"is_caps_prohibited": False, "is_links_prohibited": False, "is_ru_en_numbers": False}},
}
OWNER = User(id=1, nick="owner")


async def read(world, user: User = OWNER) -> dict[str, object]:
    told: dict[str, object] = msgspec.to_builtins(await world.platform.chat.settings.read(user, "streamer"))
    return told


async def edit(world, change: ChatSettingsChange, *, user: User = OWNER, channel_url: str | None = "streamer") -> None:
    await world.platform.chat.settings.edit(user, channel_url, change)


async def test_what_is_named_changes_and_the_rest_stays(world):
    assert await read(world) == DEFAULTS
    await edit(world, ChatSettingsChange(any_message_timeout=5, follow_alert=True))
    await edit(world, ChatSettingsChange(allow_access=ChatAccess.SUBSCRIBERS))
    expected = DEFAULTS | {"any_message_timeout": 5, "follow_alert": True, "allow_access": "subscribers"}
    assert await read(world) == expected
    await edit(world, ChatSettingsChange(mode=ChatMode(general=GeneralChatMode(is_links_prohibited=True))))
    await edit(world, ChatSettingsChange(mode=ChatMode(general=GeneralChatMode(is_caps_prohibited=True))))
    general = {"is_caps_prohibited": True, "is_links_prohibited": False, "is_ru_en_numbers": False}
    assert await read(world) == expected | {"mode": {"general": general}}
    await edit(world, ChatSettingsChange(mode=ChatMode(only_smiles=OnlySmilesChatMode())))
    assert await read(world) == expected | {"mode": {"only_smiles": {}}}
    await edit(world, ChatSettingsChange(follow_alert=False))
    assert await read(world) == expected | {"mode": {"only_smiles": {}}, "follow_alert": False}


async def test_they_are_for_the_owner_and_moderators(world):
    for who, number in USERS.items():
        user = User(id=number, nick=who)
        if who in {"owner", "moderator"}:
            await read(world, user)
            await edit(world, ChatSettingsChange(), user=user)
            continue
        for call in (read(world, user), edit(world, ChatSettingsChange(any_message_timeout=9), user=user)):
            with pytest.raises(RefusalError) as caught:
                await call
            assert caught.value.error is ApiError.FORBIDDEN
    assert await read(world) == DEFAULTS


async def test_without_a_channel_it_is_ones_own(world):
    await edit(world, ChatSettingsChange(any_message_timeout=5), channel_url=None)
    assert (await read(world))["any_message_timeout"] == 5
    with pytest.raises(RefusalError) as caught:
        await edit(world, ChatSettingsChange(), user=User(id=11, nick="stranger"), channel_url=None)
    assert caught.value.error is ApiError.MISSING_PARAM


async def test_changes_of_different_settings_at_the_same_time_all_hold(world):
    changes = [
        ChatSettingsChange(allow_access_after=1),
        ChatSettingsChange(any_message_timeout=2),
        ChatSettingsChange(same_message_timeout=3),
        ChatSettingsChange(follow_alert=True),
        ChatSettingsChange(subscription_alert=True),
    ]
    await asyncio.gather(*(edit(world, change) for change in changes))
    assert await read(world) == DEFAULTS | {
        "allow_access_after": 1,
        "any_message_timeout": 2,
        "same_message_timeout": 3,
        "follow_alert": True,
        "subscription_alert": True,
    }


@pytest.mark.parametrize("mode", [ChatMode(), ChatMode(general=GeneralChatMode(), only_smiles=OnlySmilesChatMode())])
def test_a_mode_is_exactly_one_of_the_two(mode):
    with pytest.raises(RefusalError) as caught:
        changed(ChatSettings(), ChatSettingsChange(mode=mode))
    assert caught.value.error is ApiError.INVALID_PARAM
