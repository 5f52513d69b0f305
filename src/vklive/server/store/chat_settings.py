"""How chats are kept in order, as the store has it."""

from __future__ import annotations

from msgspec import UNSET
from sqlalchemy.ext.asyncio import AsyncSession

from vklive.devapi.models import ChatAccess, ChatMode, ChatSettings, GeneralChatMode, OnlySmilesChatMode
from vklive.server.store.tables import ChatSettingsRow

_GENERAL, _ONLY_SMILES = "general", "only_smiles"


async def settings_of(session: AsyncSession, channel_id: int) -> ChatSettings:
    """The settings of the chat of a channel; the mode is always among them."""
    row = await session.get(ChatSettingsRow, channel_id)
    if row is None:
        return ChatSettings(mode=ChatMode(general=GeneralChatMode()))
    general = GeneralChatMode(
        is_caps_prohibited=row.is_caps_prohibited,
        is_links_prohibited=row.is_links_prohibited,
        is_ru_en_numbers=row.is_ru_en_numbers,
    )
    return ChatSettings(
        allow_access=ChatAccess(row.allow_access),
        allow_access_after=row.allow_access_after,
        any_message_timeout=row.any_message_timeout,
        same_message_timeout=row.same_message_timeout,
        follow_alert=row.follow_alert,
        subscription_alert=row.subscription_alert,
        mode=ChatMode(only_smiles=OnlySmilesChatMode()) if row.mode == _ONLY_SMILES else ChatMode(general=general),
    )


async def write_settings(session: AsyncSession, channel_id: int, settings: ChatSettings) -> None:
    """Let exactly these be the settings of the chat of a channel."""
    mode = ChatMode() if settings.mode is UNSET else settings.mode
    general = mode.general or GeneralChatMode()
    await session.merge(
        ChatSettingsRow(
            channel_id=channel_id,
            allow_access=settings.allow_access,
            allow_access_after=settings.allow_access_after,
            any_message_timeout=settings.any_message_timeout,
            same_message_timeout=settings.same_message_timeout,
            follow_alert=settings.follow_alert,
            subscription_alert=settings.subscription_alert,
            mode=_GENERAL if mode.only_smiles is None else _ONLY_SMILES,
            is_caps_prohibited=general.is_caps_prohibited,
            is_links_prohibited=general.is_links_prohibited,
            is_ru_en_numbers=general.is_ru_en_numbers,
        )
    )
