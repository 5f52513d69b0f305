"""The consumer of the chaos on vklive. Says what it hears as JSON lines, until its input ends."""

from __future__ import annotations

import asyncio
import json
import sys

import vklive

ASKED = json.loads(sys.argv[1])


def say(*what: object) -> None:
    """Tell the process that asked."""
    print(json.dumps(what), flush=True)


async def listen(client: vklive.Client) -> None:
    """Say all of it."""
    async with client, client.listen(ASKED["channel_url"], topics=set(ASKED["topics"])) as stream:
        async for event in stream:
            match event.data:
                case vklive.ChatMessageSent(chat_message=message):
                    say("heard", event.topic, message.id)
                case vklive.FollowCreated(follow=follow):
                    say("heard", event.topic, follow.follower.id)
                case vklive.Gap():
                    say("gap", event.topic)
                case vklive.Listening():
                    say("listening", event.topic)
                case vklive.Reconnecting():
                    say("reconnect", event.data.cause)
                case _:
                    pass


async def main() -> None:
    """Listen until the input ends."""
    client = vklive.Client(
        access_token=ASKED["access_token"], api_url=ASKED["url"], ws_url=ASKED["ws_url"], queue_limit=100_000, proxy=""
    )
    listening = asyncio.ensure_future(listen(client))
    reading = asyncio.ensure_future(asyncio.to_thread(sys.stdin.read))
    await asyncio.wait([listening, reading], return_when=asyncio.FIRST_COMPLETED)
    listening.cancel()
    await asyncio.gather(listening, return_exceptions=True)
    await reading


if __name__ == "__main__":
    asyncio.run(main())
