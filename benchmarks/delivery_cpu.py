"""How much processor time the server spends on one delivery to one of 1,000 subscribers.

Ours is the whole server, which encodes a publication from its API, finds its subscribers and frames it; the peer is a
bare server that calls `websockets.broadcast` with text that is ready. Each runs in a process of its own and counts its
own processor time; the subscribers are in a third process, which only reads.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time

from msgspec import Raw
from websockets.asyncio.client import connect
from websockets.asyncio.server import ServerConnection, broadcast, serve

from frames import CHANNEL, PAYLOAD
from vklive.protocol.messages import Publication
from vklive.server.app import Server
from vklive.server.namespaces import Namespace
from vklive.server.settings import PubSubSettings, Settings, TokenSettings

FRAME = b'{"push":{"channel":"%s","pub":{"data":%s}}}' % (CHANNEL.encode(), PAYLOAD)
TURNS_BETWEEN = 3


def say(**what: str | float) -> None:
    """Tell the process that compares."""
    print(json.dumps(what), flush=True)


async def run_ours(subscribers: int, publications: int) -> None:
    """Serve with vklive and publish when all are there."""
    settings = Settings(
        port=0,
        database_url="sqlite+aiosqlite:///:memory:",
        tokens=TokenSettings(secret="only for this benchmark, and long enough"),  # noqa: S106
        # No ping is to be counted as a delivery.
        pubsub=PubSubSettings(allow_anonymous_connect_without_token=True, ping_interval=86_400.0),
    )
    open_to_all = Namespace(
        name=CHANNEL.partition(":")[0], allow_subscribe_for_client=True, allow_subscribe_for_anonymous=True
    )
    async with Server(settings, namespaces=[open_to_all]) as server:
        say(url=server.ws_url)
        while server.node.hub.subscriptions < subscribers:  # noqa: ASYNC110 - there is nothing to wait for but the count
            await asyncio.sleep(0.05)
        before = time.process_time()
        for _ in range(publications):
            await server.node.publish(CHANNEL, Publication(data=Raw(PAYLOAD)))
            for _ in range(TURNS_BETWEEN):
                await asyncio.sleep(0)
        say(cpu=time.process_time() - before)
        await asyncio.to_thread(sys.stdin.read)


async def run_peer(subscribers: int, publications: int) -> None:
    """Serve with websockets and broadcast when all are there."""
    connected: set[ServerConnection] = set()

    async def handle(connection: ServerConnection) -> None:
        await connection.recv()
        await connection.send('{"id":1,"connect":{}}\n{"id":2,"subscribe":{}}')
        connected.add(connection)
        await connection.wait_closed()

    async with serve(handle, "127.0.0.1", 0, compression=None, ping_interval=None) as server:
        say(url=f"ws://127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}/")
        while len(connected) < subscribers:  # noqa: ASYNC110 - there is nothing to wait for but the count
            await asyncio.sleep(0.05)
        text = FRAME.decode()
        before = time.process_time()
        for _ in range(publications):
            broadcast(connected, text)
            for _ in range(TURNS_BETWEEN):
                await asyncio.sleep(0)
        say(cpu=time.process_time() - before)
        await asyncio.to_thread(sys.stdin.read)


async def run_audience(url: str, subscribers: int, publications: int) -> None:
    """Subscribe, and read until everybody has everything."""
    commands = json.dumps({"id": 1, "connect": {}}) + "\n" + json.dumps({"id": 2, "subscribe": {"channel": CHANNEL}})

    async def one() -> int:
        async with connect(url, proxy=None, compression=None, ping_interval=None, max_queue=None) as socket:
            await socket.send(commands)
            lines = 0
            while lines < publications + 2:
                lines += str(await socket.recv()).count("\n") + 1
            return lines - 2

    gate = asyncio.Semaphore(50)

    async def paced() -> int:
        async with gate:
            await asyncio.sleep(0)
        return await one()

    counts = await asyncio.gather(*(paced() for _ in range(subscribers)))
    say(delivered=sum(counts))


async def measure(kind: str, subscribers: int, publications: int) -> float:
    """Microseconds of processor time a delivery."""
    numbers = ("--subscribers", str(subscribers), "--publications", str(publications))
    serving = await asyncio.create_subprocess_exec(
        *(sys.executable, __file__, "--run", kind, *numbers),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    assert serving.stdout is not None
    url = json.loads(await serving.stdout.readline())["url"]
    audience = await asyncio.create_subprocess_exec(
        *(sys.executable, __file__, "--run", "audience", "--url", url, *numbers), stdout=asyncio.subprocess.PIPE
    )
    cpu = json.loads(await serving.stdout.readline())["cpu"]
    output, _ = await audience.communicate()
    delivered = json.loads(output)["delivered"]
    await serving.communicate(b"")
    if delivered != subscribers * publications:
        sys.exit(f"{kind}: {delivered} of {subscribers * publications} were delivered")
    return float(cpu / delivered * 1e6)


async def main(subscribers: int, publications: int, rounds: int) -> None:
    """Compare."""
    found: dict[str, list[float]] = {"ours": [], "peer": []}
    for _ in range(rounds):
        for kind, costs in found.items():
            costs.append(await measure(kind, subscribers, publications))
    for kind, name in (("ours", "vklive"), ("peer", "websockets.broadcast")):
        costs = found[kind]
        print(f"{name:22} {min(costs):6.1f} µs a delivery  (of {rounds}: {', '.join(f'{c:.1f}' for c in costs)})")
    ratio = min(found["ours"]) / min(found["peer"])
    print(f"vklive spends {ratio:.2f} times the processor time, {subscribers} subscribers, {len(FRAME)} bytes")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--subscribers", type=int, default=1000)
    parser.add_argument("--publications", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--run", choices=["ours", "peer", "audience"], help=argparse.SUPPRESS)
    parser.add_argument("--url", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    match arguments.run:
        case "ours":
            asyncio.run(run_ours(arguments.subscribers, arguments.publications))
        case "peer":
            asyncio.run(run_peer(arguments.subscribers, arguments.publications))
        case "audience":
            asyncio.run(run_audience(arguments.url, arguments.subscribers, arguments.publications))
        case _:
            asyncio.run(main(arguments.subscribers, arguments.publications, arguments.rounds))
