"""A bot for the channel of whoever has logged in: it greets followers, answers !uptime, and fulfils a reward.

::

    vklive login --client-id … --scope chat:message:send --scope channel:points:rewards:demands
    python examples/bot.py CHANNEL

Who wants a reward and writes something with it has it said in the chat, and the demand is accepted.
"""

from __future__ import annotations

import asyncio
import os
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import vklive
from vklive import (
    ChannelOfflineError,
    ChatMessageSent,
    Client,
    DevApiError,
    FollowCreated,
    Gap,
    Listening,
    Mention,
    NoAccess,
    Reconnecting,
    RewardDemandCreated,
    SavedLogin,
)

TOPICS = {"chat", "info", "private_channel_points"}


class Bot:
    """What the bot says and does. Its own messages come back to it; none of them is a command."""

    def __init__(self, client: Client, channel: str) -> None:
        self.client = client
        self.channel = channel

    async def run(self) -> None:
        """Listen for as long as the program runs."""
        async with self.client.listen(self.channel, topics=TOPICS) as stream:
            async for event in stream:
                try:
                    await self.react(event)
                except DevApiError as error:
                    # One thing that could not be done is no reason to stop. No error of vklive has a secret in it.
                    print(f"could not react to {event.type}: {error}", flush=True)

    async def react(self, event: vklive.Event) -> None:
        """Do what an event asks for."""
        match event.data:
            case FollowCreated(follow=follow):
                await self.say(Mention(id=follow.follower.id, nick=follow.follower.nick), ", welcome!")
            case ChatMessageSent(chat_message=message) if message.text.strip().lower() == "!uptime":
                await self.say(Mention(id=message.author.id, nick=message.author.nick), f", {await self.uptime()}")
            case RewardDemandCreated(demand=demand):
                await self.say(Mention(id=demand.user.id, nick=demand.user.nick), f" wants to say: {demand.text}")
                await self.client.api.points.accept(self.channel, demands=[demand.id])
            case Listening(topic=topic):
                print("listening to", topic, flush=True)
            case NoAccess(topic=topic, reason=reason):
                print("no access to", topic, "-", reason, flush=True)
            case Gap(topic=topic):
                print("some of", topic, "may be missing", flush=True)
            case Reconnecting(cause=cause, delay=delay):
                print(f"no connection ({cause}), trying again in {delay:.1f} s", flush=True)
            case _:
                pass

    async def say(self, *parts: str | Mention) -> None:
        """Write in the chat, while a stream is on."""
        try:
            await self.client.api.chat.send(self.channel, parts)
        except ChannelOfflineError:
            print("not said, as no stream is on", flush=True)

    async def uptime(self) -> str:
        """How long the stream has been on."""
        stream = (await self.client.api.channels.get(self.channel)).stream
        if stream is None:
            return "no stream is on"
        on = datetime.now(UTC) - datetime.fromtimestamp(stream.started_at, UTC)
        return f"on for {timedelta(seconds=int(on.total_seconds()))}"


async def main(channel: str, login: SavedLogin) -> None:
    """Run the bot."""
    client = Client(
        credentials=login,
        api_url=os.environ.get("VKLIVE_API_URL", vklive.DEFAULT_API_URL),
        ws_url=os.environ.get("VKLIVE_WS_URL", vklive.DEFAULT_WS_URL),
    )
    async with client:
        await Bot(client, channel).run()


if __name__ == "__main__":
    saved = os.environ.get("VKLIVE_LOGIN", Path("~/.config/vklive/login.json").expanduser())
    asyncio.run(main(sys.argv[1], SavedLogin.open(saved)))
