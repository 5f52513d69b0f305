"""How many events a second does one client take: vklive beside centrifuge-python, on the same server and frames.

The server is ours, in a process of its own, and publishes without a pause. Each client counts its processor time from
the first event to the last: a fast client waits for the publisher now and then, and that is not the client's doing.
vklive gives typed events; centrifuge-python gives dictionaries.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2
from msgspec import Raw

import vklive
from frames import CHANNEL, PAYLOAD
from vklive.protocol.messages import Publication
from vklive.server.app import Server
from vklive.server.settings import PubSubSettings, Settings, TokenSettings

PEER = Path(sys.prefix) / "peers" / "centrifuge-python-0.7.0" / "bin" / "python"
BATCH = 100

SEED = """
[[users]]
id = 7
nick = "owner"
access_tokens = ["owner"]
[[channels]]
id = 42
url = "streamer"
owner = 7
"""

PEER_PROGRAM = """
import asyncio, json, sys, time
from centrifuge import Client, SubscriptionEventHandler

url, token, channel, wanted = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
seen, began, done = 0, 0.0, asyncio.Event()

class Events(SubscriptionEventHandler):
    async def on_subscribed(self, ctx):
        print("ready", flush=True)
    async def on_publication(self, ctx):
        global seen, began
        if not seen:
            began = time.process_time()
        seen += 1
        if seen == wanted:
            print(time.process_time() - began, flush=True)
            done.set()

async def main():
    client = Client(url, token=token, use_protobuf=False)
    await client.connect()
    await client.new_subscription(channel, events=Events()).subscribe()
    await done.wait()
    await client.disconnect()

asyncio.run(main())
"""


async def serve() -> None:
    """Serve with vklive, and publish as many messages as each line of the input says, as fast as they are taken."""
    with tempfile.TemporaryDirectory() as folder:
        seed = Path(folder) / "seed.toml"
        seed.write_text(SEED)
        settings = Settings(
            port=0,
            database_url=f"sqlite+aiosqlite:///{folder}/x.sqlite3",
            seed=str(seed),
            tokens=TokenSettings(secret="only for this benchmark, and long enough"),  # noqa: S106
            # A client that is slower than the server is what is measured, and not to be thrown out.
            pubsub=PubSubSettings(queue_max_size=1 << 30),
        )
        async with Server(settings) as server:
            print(json.dumps({"url": server.url, "ws_url": server.ws_url}), flush=True)
            while count := int(await asyncio.to_thread(sys.stdin.readline) or 0):
                for number in range(count):
                    await server.node.publish(CHANNEL, Publication(data=Raw(PAYLOAD)))
                    if number % BATCH == 0:
                        await asyncio.sleep(0)


class Publisher:
    """The serving process."""

    def __init__(self, process: asyncio.subprocess.Process, url: str, ws_url: str) -> None:
        self._process = process
        self.url = url
        self.ws_url = ws_url

    def publish(self, count: int) -> None:
        """Have it publish."""
        assert self._process.stdin is not None
        self._process.stdin.write(b"%d\n" % count)


@asynccontextmanager
async def publisher() -> AsyncIterator[Publisher]:
    """Starts it, and ends it."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, __file__, "--serve"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    assert process.stdout is not None
    yield Publisher(process, **json.loads(await process.stdout.readline()))
    await process.communicate(b"0\n")


async def ours(server: Publisher, count: int) -> float:
    """Seconds of processor time from the first event to the last, for vklive."""
    client = vklive.Client(access_token="owner", api_url=server.url, ws_url=server.ws_url, queue_limit=count)  # noqa: S106
    async with client, client.listen("streamer", topics={"chat"}) as stream:
        seen, began = 0, 0.0
        async for event in stream:
            if isinstance(event.data, vklive.Listening):
                server.publish(count)
            elif event.raw:
                began = began or time.process_time()
                seen += 1
                if seen == count:
                    break
        return time.process_time() - began


async def theirs(server: Publisher, count: int) -> float:
    """The same for centrifuge-python."""
    async with httpx2.AsyncClient(trust_env=False) as http:
        answer = await http.get(f"{server.url}/v1/websocket/token", headers={"Authorization": "Bearer owner"})
    token = answer.json()["data"]["token"]
    process = await asyncio.create_subprocess_exec(
        str(PEER), "-c", PEER_PROGRAM, server.ws_url, token, CHANNEL, str(count), stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    assert (await process.stdout.readline()).strip() == b"ready"
    server.publish(count)
    took = float(await process.stdout.readline())
    await process.communicate()
    return took


async def main(count: int, rounds: int) -> None:
    """Compare."""
    if not PEER.exists():
        sys.exit("centrifuge-python 0.7.0 is not installed; `make bench` installs it")
    async with publisher() as server:
        rates: dict[str, list[float]] = {"vklive": [], "centrifuge-python 0.7.0": []}
        for _ in range(rounds):
            rates["vklive"].append(count / await ours(server, count))
            rates["centrifuge-python 0.7.0"].append(count / await theirs(server, count))
    print("events a second of the client's processor time:")
    for name, found in rates.items():
        print(f"{name:24} {statistics.median(found):>9,.0f}  (each: {', '.join(f'{rate:,.0f}' for rate in found)})")
    us, them = (statistics.median(found) for found in rates.values())
    print(f"vklive takes {us / them:.1f} times as many events a second")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    asyncio.run(serve() if arguments.serve else main(arguments.events, arguments.rounds))
