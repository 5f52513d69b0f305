"""``GET /v1/chat/settings`` and ``POST /v1/chat/settings/edit`` (vk.md 2.6)."""

from __future__ import annotations

from msgspec import UNSET, structs

from vklive.devapi.errors import ApiError
from vklive.devapi.models import ChatSettings, ChatSettingsChange
from vklive.server.directory import ChannelRecord, Membership, User
from vklive.server.platform.acting import Acting
from vklive.server.platform.channels import Channels
from vklive.server.platform.chat.rules import keeps_order
from vklive.server.refusal import RefusalError
from vklive.server.store.channels import hold_channel, urls_of_owner
from vklive.server.store.chat_people import facts_of
from vklive.server.store.chat_settings import settings_of, write_settings
from vklive.server.store.database import Database


class Settings:
    """How chats are kept in order. It is for the owner of the channel and its moderators.

    Args:
        database: has the settings.
        acting: how they change.
        channels: finds channels.
    """

    def __init__(self, database: Database, acting: Acting, channels: Channels) -> None:
        self._database = database
        self._acting = acting
        self._channels = channels

    async def read(self, user: User, channel_url: str) -> ChatSettings:
        """The settings of a chat.

        Raises:
            RefusalError: `FORBIDDEN` for all others; see also `Channels.find`.
        """
        channel = await self._channels.find(channel_url)
        async with self._database.reading() as session:
            facts = await facts_of(session, user.id, channel.id, now=self._database.now())
            _check(user, channel, facts.membership)
            return await settings_of(session, channel.id)

    async def edit(self, user: User, channel_url: str | None, change: ChatSettingsChange) -> None:
        """Change those settings that are named, and leave the others as they are.

        `mode` is one setting: of the two it is the one that is named, and what is not named inside ``general`` is off.

        Args:
            user: who wants it.
            channel_url: whose chat; `None` for that of the user's own channel.
            change: what.

        Raises:
            RefusalError: `MISSING_PARAM` without a channel when the user has none, `FORBIDDEN` for all others,
                `INVALID_PARAM` for a mode that is not exactly one of the two; see also `Channels.find`.
        """
        channel = await self._channels.find(await self._own(user) if channel_url is None else channel_url)
        async with self._acting() as act:
            facts = await facts_of(act.session, user.id, channel.id, now=act.now)
            _check(user, channel, facts.membership)
            # The channel stands for its settings, of which there may be no row yet.
            await hold_channel(act.session, channel.id)
            before = await settings_of(act.session, channel.id)
            await write_settings(act.session, channel.id, changed(before, change))

    async def _own(self, user: User) -> str:
        async with self._database.reading() as session:
            own = await urls_of_owner(session, user.id, limit=1)
        if not own:
            raise RefusalError(ApiError.MISSING_PARAM, "channel_url is missing, and you have no channel")
        return own[0]


def changed(settings: ChatSettings, change: ChatSettingsChange) -> ChatSettings:
    """The settings after a change. Pure.

    Raises:
        RefusalError: `INVALID_PARAM`, a mode is not exactly one of the two.
    """
    new = {name: value for name, value in structs.asdict(change).items() if value is not UNSET}
    if change.mode is not UNSET and (change.mode.general is None) == (change.mode.only_smiles is None):
        raise RefusalError(ApiError.INVALID_PARAM, "mode is not exactly one of general and only_smiles")
    return structs.replace(settings, **new)


def _check(user: User, channel: ChannelRecord, membership: Membership | None) -> None:
    if not keeps_order(user, channel, membership):
        raise RefusalError(ApiError.FORBIDDEN, "The settings of a chat are for the channel's owner and moderators")
