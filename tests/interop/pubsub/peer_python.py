"""centrifuge-python, driven by the tests: JSON lines in, JSON lines out, until its input ends.

Payloads are JSON on this side of it; in Protobuf they are bytes, which hold that JSON.
"""

from __future__ import annotations

import asyncio
import json
import sys

from centrifuge import (
    CentrifugeError,
    Client,
    ClientEventHandler,
    ClientState,
    ReplyError,
    StreamPosition,
    SubscriptionEventHandler,
)


def say(**what):
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


def gives_in_turn(tokens):
    """Tokens are given out one after the other; the last one again and again."""
    rest = list(tokens)

    async def give(_channel=None):
        return rest.pop(0) if len(rest) > 1 else rest[0]

    return give


class Payloads:
    """How payloads are handed to the library and come from it."""

    def __init__(self, protobuf):
        self.protobuf = protobuf

    def encode(self, value):
        return json.dumps(value, ensure_ascii=False).encode() if self.protobuf and value is not None else value

    def decode(self, value):
        if not self.protobuf:
            return value
        return json.loads(value) if value else None

    def person(self, info):
        if info is None:
            return None
        return {
            "user": info.user,
            "client": info.client,
            "conn_info": self.decode(info.conn_info),
            "chan_info": self.decode(info.chan_info),
        }

    def publication(self, pub):
        return {
            "data": self.decode(pub.data),
            "offset": pub.offset,
            "info": self.person(pub.info),
            "tags": dict(pub.tags) if pub.tags else None,
        }

    def subscribed(self, ctx):
        position = ctx.stream_position
        return {
            "recoverable": ctx.recoverable,
            "positioned": ctx.positioned,
            "position": position and {"offset": position.offset, "epoch": position.epoch},
            "was_recovering": ctx.was_recovering,
            "recovered": ctx.recovered,
            "data": self.decode(ctx.data),
        }


class Events(ClientEventHandler):  # type: ignore[misc]  # its library is where this runs
    def __init__(self, name, payloads):
        self.name = name
        self.payloads = payloads
        self.client = None

    def tell(self, event, **what):
        say(client=self.name, event=event, **what)

    async def on_connecting(self, ctx):
        self.tell("connecting", code=int(ctx.code))

    async def on_connected(self, ctx):
        self.tell("connected", id=ctx.client, data=self.payloads.decode(ctx.data))

    async def on_disconnected(self, ctx):
        # 0.5.0 says so too when it is going to reconnect.
        coming_back = self.client is not None and self.client.state is ClientState.CONNECTING
        self.tell("connecting" if coming_back else "disconnected", code=int(ctx.code), reason=ctx.reason)

    async def on_error(self, ctx):
        # The library numbers its own troubles; what the server said is in the error.
        self.tell("error", code=getattr(ctx.error, "code", None))

    async def on_subscribed(self, ctx):
        self.tell("server_subscribed", channel=ctx.channel, **self.payloads.subscribed(ctx))

    async def on_unsubscribed(self, ctx):
        self.tell("server_unsubscribed", channel=ctx.channel)

    async def on_publication(self, ctx):
        self.tell("server_publication", channel=ctx.channel, **self.payloads.publication(ctx.pub))

    async def on_join(self, ctx):
        self.tell("server_join", channel=ctx.channel, info=self.payloads.person(ctx.info))

    async def on_leave(self, ctx):
        self.tell("server_leave", channel=ctx.channel, info=self.payloads.person(ctx.info))


class ChannelEvents(SubscriptionEventHandler):  # type: ignore[misc]  # the same
    def __init__(self, of, channel):
        self.of = of
        self.channel = channel

    async def on_subscribing(self, ctx):
        self.of.tell("subscribing", channel=self.channel, code=int(ctx.code))

    async def on_subscribed(self, ctx):
        self.of.tell("subscribed", channel=self.channel, **self.of.payloads.subscribed(ctx))

    async def on_unsubscribed(self, ctx):
        self.of.tell("unsubscribed", channel=self.channel, code=int(ctx.code))

    async def on_error(self, ctx):
        self.of.tell("subscription_error", channel=self.channel, code=getattr(ctx.error, "code", None))

    async def on_publication(self, ctx):
        self.of.tell("publication", channel=self.channel, **self.of.payloads.publication(ctx.pub))

    async def on_join(self, ctx):
        self.of.tell("join", channel=self.channel, info=self.of.payloads.person(ctx.info))

    async def on_leave(self, ctx):
        self.of.tell("leave", channel=self.channel, info=self.of.payloads.person(ctx.info))


class Driven:
    """The clients that run, by the names that the tests gave them."""

    def __init__(self):
        self.running = {}

    def of(self, asked):
        return self.running[asked["client"]]

    async def make(self, asked):
        payloads = Payloads(asked["protobuf"])
        more = {"get_token": gives_in_turn(asked["tokens"])} if "tokens" in asked else {}
        events = Events(asked["client"], payloads)
        client = events.client = Client(
            asked["url"],
            events=events,
            use_protobuf=asked["protobuf"],
            data=payloads.encode(asked.get("data")),
            min_reconnect_delay=0.05,
            max_reconnect_delay=0.3,
            max_server_ping_delay=20,
            **more,
        )
        self.running[asked["client"]] = client, payloads

    async def connect(self, asked):
        await self.of(asked)[0].connect()

    async def disconnect(self, asked):
        await self.of(asked)[0].disconnect()

    async def subscribe(self, asked):
        client, _ = self.of(asked)
        more = {"get_token": gives_in_turn(asked["tokens"])} if "tokens" in asked else {}
        wanted = asked.get("options", {})
        subscription = client.new_subscription(
            asked["channel"],
            events=ChannelEvents(client.events, asked["channel"]),
            recoverable=wanted.get("recoverable", False),
            positioned=wanted.get("positioned", False),
            join_leave=wanted.get("joinLeave", False),
            min_resubscribe_delay=0.05,
            max_resubscribe_delay=0.3,
            **more,
        )
        await subscription.subscribe()

    async def unsubscribe(self, asked):
        await self.of(asked)[0].get_subscription(asked["channel"]).unsubscribe()

    async def resubscribe(self, asked):
        await self.of(asked)[0].get_subscription(asked["channel"]).subscribe()

    async def publish(self, asked):
        client, payloads = self.of(asked)
        await client.publish(asked["channel"], payloads.encode(asked["data"]))

    async def publish_all(self, asked):
        client, payloads = self.of(asked)
        await asyncio.gather(*(client.publish(asked["channel"], payloads.encode(data)) for data in asked["payloads"]))

    async def history(self, asked):
        client, payloads = self.of(asked)
        since = asked.get("since")
        result = await client.history(
            asked["channel"],
            limit=asked.get("limit", 0),
            since=since and StreamPosition(offset=since["offset"], epoch=since["epoch"]),
            reverse=asked.get("reverse", False),
        )
        publications = [payloads.publication(one) for one in result.publications]
        return {"publications": publications, "offset": result.offset, "epoch": result.epoch}

    async def presence(self, asked):
        client, payloads = self.of(asked)
        result = await client.presence(asked["channel"])
        return {client_id: payloads.person(info) for client_id, info in result.clients.items()}

    async def presence_stats(self, asked):
        result = await self.of(asked)[0].presence_stats(asked["channel"])
        return {"clients": result.num_clients, "users": result.num_users}

    async def rpc(self, asked):
        client, payloads = self.of(asked)
        return payloads.decode((await client.rpc(asked["method"], payloads.encode(asked["data"]))).data)

    async def forget(self, asked):
        client, _ = self.running.pop(asked["client"])
        await client.disconnect()

    async def perform(self, asked):
        try:
            say(done=asked["n"], result=await getattr(self, asked["do"])(asked))
        except ReplyError as error:
            say(done=asked["n"], code=error.code, message=str(error))
        except CentrifugeError as error:
            say(done=asked["n"], code=-1, message=repr(error))


async def main():
    driven = Driven()
    loop = asyncio.get_running_loop()
    performing = set()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        task = loop.create_task(driven.perform(json.loads(line)))
        performing.add(task)
        task.add_done_callback(performing.discard)


asyncio.run(main())
