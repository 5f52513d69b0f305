"""How much processor time the server spends on one delivery to one of 1,000 subscribers.

Ours is the whole server, which encodes a publication from its API, finds its subscribers and frames it; the peer is a
bare server that calls `websockets.broadcast` with text that is ready. Each runs in a process of its own and counts its
own processor time, from the first publication until everything is delivered; the subscribers are in a third process,
which only reads. There is a pause after each publication, long enough for it to be read: a delivery is then one write
to one socket, and nothing is saved by writing several together.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time

from msgspec import Raw
from websockets.asyncio.client import ClientConnection, connect
from websockets.asyncio.server import ServerConnection, broadcast, serve

from frames import CHANNEL, PAYLOAD
from vklive.protocol.messages import Publication
from vklive.server.app import Server
from vklive.server.namespaces import Namespace
from vklive.server.settings import PubSubSettings, Settings, TokenSettings

FRAME = b'{"push":{"channel":"%s","pub":{"data":%s}}}' % (CHANNEL.encode(), PAYLOAD)
PAUSE = 0.05
"""Seconds between publications."""

CONNECTING_AT_ONCE = 50


def say(**what: str | float) -> None:
    """Tell the process that compares."""
    print(json.dumps(what), flush=True)


async def run_ours(subscribers: int, publications: int, pause: float) -> None:
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
            await asyncio.sleep(pause)
        await asyncio.to_thread(sys.stdin.readline)
        say(cpu=time.process_time() - before)
        await asyncio.to_thread(sys.stdin.read)


async def run_peer(subscribers: int, publications: int, pause: float) -> None:
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
            await asyncio.sleep(pause)
        await asyncio.to_thread(sys.stdin.readline)
        say(cpu=time.process_time() - before)
        await asyncio.to_thread(sys.stdin.read)


async def run_audience(url: str, subscribers: int, publications: int) -> None:
    """Subscribe, read until everybody has everything, and stay until told to go: closing is not to be counted."""
    commands = json.dumps({"id": 1, "connect": {}}) + "\n" + json.dumps({"id": 2, "subscribe": {"channel": CHANNEL}})
    gate = asyncio.Semaphore(CONNECTING_AT_ONCE)

    async def enter() -> ClientConnection:
        async with gate:
            socket = await connect(url, proxy=None, compression=None, ping_interval=None, max_queue=None)
        await socket.send(commands)
        return socket

    async def listen(socket: ClientConnection) -> int:
        lines = 0
        while lines < publications + 2:
            lines += str(await socket.recv()).count("\n") + 1
        return lines - 2

    sockets = await asyncio.gather(*(enter() for _ in range(subscribers)))
    counts = await asyncio.gather(*(listen(socket) for socket in sockets))
    say(delivered=sum(counts))
    await asyncio.to_thread(sys.stdin.read)
    await asyncio.gather(*(socket.close() for socket in sockets))


async def measure(kind: str, subscribers: int, publications: int, pause: float) -> float:
    """Microseconds of processor time a delivery."""
    numbers = ("--subscribers", str(subscribers), "--publications", str(publications))
    serving = await start("--run", kind, "--pause", str(pause), *numbers)
    audience = await start("--run", "audience", "--url", str((await heard(serving))["url"]), *numbers)
    delivered = int((await heard(audience))["delivered"])
    if delivered != subscribers * publications:
        sys.exit(f"{kind}: {delivered} of {subscribers * publications} were delivered")
    assert serving.stdin is not None
    serving.stdin.write(b"\n")
    cpu = float((await heard(serving))["cpu"])
    await audience.communicate(b"")
    await serving.communicate(b"")
    return cpu / delivered * 1e6


async def start(*arguments: str) -> asyncio.subprocess.Process:
    """This program again, with other arguments."""
    return await asyncio.create_subprocess_exec(
        *(sys.executable, __file__, *arguments),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )


async def heard(process: asyncio.subprocess.Process) -> dict[str, str | float]:
    """What a process says next."""
    assert process.stdout is not None
    line = await process.stdout.readline()
    if not line:
        sys.exit("a process of this benchmark has ended before its time")
    found: dict[str, str | float] = json.loads(line)
    return found


async def main(subscribers: int, publications: int, rounds: int, pause: float) -> None:
    """Compare."""
    found: dict[str, list[float]] = {"ours": [], "peer": []}
    for _ in range(rounds):
        for kind, costs in found.items():
            costs.append(await measure(kind, subscribers, publications, pause))
    for kind, name in (("ours", "vklive"), ("peer", "websockets.broadcast")):
        costs = found[kind]
        print(f"{name:22} {min(costs):6.1f} µs a delivery  (of {rounds}: {', '.join(f'{c:.1f}' for c in costs)})")
    ratio = min(found["ours"]) / min(found["peer"])
    print(f"vklive spends {ratio:.2f} times the processor time, {subscribers} subscribers, {len(FRAME)} bytes")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--subscribers", type=int, default=1000)
    parser.add_argument("--publications", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--pause", type=float, default=PAUSE, help="seconds after each publication; 0 makes a burst")
    parser.add_argument("--run", choices=["ours", "peer", "audience"], help=argparse.SUPPRESS)
    parser.add_argument("--url", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    match arguments.run:
        case "ours":
            asyncio.run(run_ours(arguments.subscribers, arguments.publications, arguments.pause))
        case "peer":
            asyncio.run(run_peer(arguments.subscribers, arguments.publications, arguments.pause))
        case "audience":
            asyncio.run(run_audience(arguments.url, arguments.subscribers, arguments.publications))
        case _:
            asyncio.run(main(arguments.subscribers, arguments.publications, arguments.rounds, arguments.pause))
