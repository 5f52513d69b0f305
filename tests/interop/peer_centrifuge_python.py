"""A consumer on centrifuge-python, as its own users would write it. Run by the tests in the peer's environment.

Takes one JSON object on the command line and prints what happens as JSON lines, until its input ends.
"""

from __future__ import annotations

import asyncio
import json
import sys
import urllib.parse
import urllib.request

from centrifuge import Client, ClientEventHandler, SubscriptionEventHandler

ASKED = json.loads(sys.argv[1])


def say(**what):
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


def call(path):
    request = urllib.request.Request(ASKED["url"] + path, headers={"Authorization": f"Bearer {ASKED['access_token']}"})
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(request, timeout=10) as answer:
        return json.load(answer)["data"]


async def connection_token():
    return ASKED.get("token") or call("/v1/websocket/token")["token"]


class Events(ClientEventHandler):
    async def on_connected(self, ctx):
        say(event="connected")

    async def on_disconnected(self, ctx):
        say(event="disconnected", code=ctx.code)

    async def on_error(self, ctx):
        # The SDK numbers its own troubles; what the server said is in the error.
        say(event="error", server_code=getattr(ctx.error, "code", None))


class ChannelEvents(SubscriptionEventHandler):
    def __init__(self, channel):
        self.channel = channel

    async def on_subscribed(self, ctx):
        say(event="subscribed", channel=self.channel)

    async def on_unsubscribed(self, ctx):
        say(event="unsubscribed", channel=self.channel, code=ctx.code)

    async def on_publication(self, ctx):
        say(event="publication", channel=self.channel, data=ctx.pub.data)


async def main():
    client = Client(
        ASKED["ws_url"], events=Events(), token=ASKED.get("token") or "", get_token=connection_token, use_protobuf=False
    )
    await client.connect()
    for wanted in ASKED["channels"]:
        channel = wanted["channel"]
        token = wanted.get("token", "")
        if wanted.get("fetch"):
            granted = call(f"/v1/websocket/subscription_token?channels={urllib.parse.quote(channel)}")
            tokens = {one["channel"]: one["token"] for one in granted["channel_tokens"]}
            token = tokens.get(channel, "")
            say(event="token", channel=channel, granted=bool(token))
        more = {"token": token} if token else {}
        subscription = client.new_subscription(channel, events=ChannelEvents(channel), **more)
        await subscription.subscribe()
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    await client.disconnect()


asyncio.run(main())
