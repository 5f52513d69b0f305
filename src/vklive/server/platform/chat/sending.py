"""``POST /v1/chat/message/send`` (vk.md 2.6)."""

from __future__ import annotations

from vklive.devapi.errors import ApiError
from vklive.devapi.models import ChatMessageToSend
from vklive.server.directory import User
from vklive.server.platform.acting import Acting
from vklive.server.platform.channels import Channels
from vklive.server.platform.chat.archive import Archive
from vklive.server.platform.chat.author import author
from vklive.server.platform.chat.parts import check_says_something, contents_of, fingerprint
from vklive.server.platform.chat.rules import check_pace, check_writer, keeps_order, what_is_written
from vklive.server.platform.chat.saying import resolved, say
from vklive.server.platform.places import facts
from vklive.server.refusal import RefusalError
from vklive.server.store import rows
from vklive.server.store.channels import stream_that_is_on
from vklive.server.store.chat import last_written, last_written_same
from vklive.server.store.chat_people import facts_of
from vklive.server.store.chat_settings import settings_of
from vklive.server.store.members import hold_user


class Sending:
    """Lets users write in chats.

    Args:
        acting: how it is done.
        channels: finds channels.
        archive: what others have published, whose numbers are not given again.
    """

    def __init__(self, acting: Acting, channels: Channels, archive: Archive) -> None:
        self._acting = acting
        self._channels = channels
        self._archive = archive

    async def send(self, user: User, channel_url: str, stream_id: str, message: ChatMessageToSend) -> None:
        """A user writes in the chat of the stream that is on.

        Raises:
            RefusalError: for the first of these that fits:

                1. there is no such channel, or it is banned: see `Channels.find`;
                2. the message cannot be said at all: `INVALID_PARAM`, `MESSAGE_TOO_LONG`, see
                   `vklive.server.platform.chat.parts.contents_of`, and `INVALID_PARAM` for one that says nothing;
                3. `stream_id` is no stream of this channel that is on: `MISSING_PARAM` when it is empty, else
                   `INVALID_PARAM` (the page of the method has no 404 of its own);
                4. the user may not write here: `FORBIDDEN`, see `vklive.server.platform.chat.rules.check_writer`;
                5. this may not be written here: `FORBIDDEN`, see `what_is_written` there;
                6. who is mentioned, or a smile, does not exist: `INVALID_PARAM`;
                7. it is too soon: `SEND_TOO_FAST`, `SAME_MESSAGE`, see `check_pace` there.

        Two messages of one user are looked at one after the other, also when they come at the same time. What was
        refused counts for nothing.
        """
        channel = await self._channels.find(channel_url)
        contents = contents_of(message.parts)
        check_says_something(contents)
        if not stream_id:
            raise RefusalError(ApiError.MISSING_PARAM, "stream_id is empty")
        await self._archive.settled()
        async with self._acting() as act:
            session = act.session
            stream = await stream_that_is_on(session, channel.id, stream_id) if "\0" not in stream_id else None
            if stream is None:
                raise RefusalError(ApiError.INVALID_PARAM, "stream_id: it is no stream of this channel that is on")
            row = await hold_user(session, user.id)
            if row is None:
                raise RefusalError(ApiError.UNAUTHORIZED, "Not authorized")
            user = rows.user(row)
            writer = await facts_of(session, user.id, channel.id, now=act.now)
            settings = await settings_of(session, channel.id)
            check_writer(user, channel, writer.membership, settings, limited=stream.limited, now=act.now)
            is_free = keeps_order(user, channel, writer.membership)
            if not is_free:
                contents = what_is_written(contents, settings)
            parts = await resolved(session, contents)
            print_ = fingerprint(contents)
            if not is_free:
                check_pace(
                    settings,
                    last=await last_written(session, channel.id, user.id),
                    last_same=await last_written_same(session, channel.id, user.id, print_),
                    now=act.now,
                )
            await say(
                act,
                facts(channel),
                author(user, channel, writer.membership, level_id=writer.level_id, roles=writer.roles),
                parts,
                limited=stream.limited,
                fingerprint=print_,
            )
