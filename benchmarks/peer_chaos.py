"""The consumer of the chaos on centrifuge-python, as a careful user of it writes it. Run in the peer's environment.

Names and tokens come from the DevAPI, and every way that the SDK has to tell of a hole is used: a subscription that
begins anew without having recovered is one. Says what it hears as JSON lines, until its input ends.
"""

from __future__ import annotations

import asyncio
import json
import sys
import urllib.request
from typing import Any

from centrifuge import Client, ClientEventHandler, SubscriptionEventHandler

ASKED = json.loads(sys.argv[1])


def say(*what: object) -> None:
    """Tell the process that asked."""
    print(json.dumps(what), flush=True)


def call(path: str) -> Any:
    """What the DevAPI answers."""
    headers = {"Authorization": f"Bearer {ASKED['access_token']}"}
    request = urllib.request.Request(ASKED["url"] + path, headers=headers)  # noqa: S310 - of this machine
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(request, timeout=5) as answer:
        return json.load(answer)["data"]


async def connection_token() -> str:
    """A new one."""
    token: str = (await asyncio.to_thread(call, "/v1/websocket/token"))["token"]
    return token


class Events(ClientEventHandler):
    """Tells of the connection."""

    async def on_connecting(self, ctx: Any) -> None:
        """See the SDK."""
        if ctx.code:
            say("reconnect", ctx.reason)

    async def on_disconnected(self, ctx: Any) -> None:
        """See the SDK."""
        if ctx.code:
            say("ended", ctx.code, ctx.reason)


class ChannelEvents(SubscriptionEventHandler):
    """Tells of one subscription."""

    def __init__(self, topic: str) -> None:
        self.topic = topic
        self.began = False

    async def on_subscribed(self, ctx: Any) -> None:
        """See the SDK."""
        if self.began and not (ctx.was_recovering and ctx.recovered):
            say("gap", self.topic)
        self.began = True
        say("listening", self.topic)

    async def on_publication(self, ctx: Any) -> None:
        """See the SDK."""
        data = ctx.pub.data["data"]
        number = data["chat_message"]["id"] if "chat_message" in data else data["follow"]["follower"]["id"]
        say("heard", self.topic, number)


async def main() -> None:
    """Listen until the input ends."""
    names = call(f"/v1/channel?channel_url={ASKED['channel_url']}")["channel"]["web_socket_channels"]
    client = Client(ASKED["ws_url"], events=Events(), get_token=connection_token, use_protobuf=False)
    await client.connect()
    for topic in ASKED["topics"]:
        await client.new_subscription(names[topic], events=ChannelEvents(topic)).subscribe()
    await asyncio.to_thread(sys.stdin.read)
    await client.disconnect()


if __name__ == "__main__":
    asyncio.run(main())
