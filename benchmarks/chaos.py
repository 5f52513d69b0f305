"""A minute of everything that goes wrong, on real sockets, with the account of every event at the end.

A real ``vklive serve`` is killed with SIGKILL and started again, and the network in front of it is cut, delayed, halved
and black-holed, as a seed says. Events are published to the server directly; the consumer listens through that network.
Afterwards every event was heard, once and in order, or lies in a hole that the consumer was told of.

The same can be done to centrifuge-python, see ``--peer``.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random

import httpx2

from chaos_account import GAP, Account, settle, table
from chaos_relay import HOST, ChaosRelay
from chaos_server import API_KEY, CHANNEL_URL, TOPICS, ChaosServer

HERE = Path(__file__).parent
CONSUMERS = {
    "vklive": (Path(sys.executable), HERE / "chaos_vklive.py"),
    "centrifuge-python": (
        Path(sys.prefix) / "peers" / "centrifuge-python-0.7.0" / "bin" / "python",
        HERE / "peer_chaos.py",
    ),
}
PUBLISH_EVERY = 0.02
LINE_LIMIT = 1_000_000
SETTLED_AFTER = 60.0
"""Seconds that the consumer has to hear again when nothing fails any more."""


class Consumer:
    """What a consumer has heard so far.

    Attributes:
        heard: by topic, numbers and gaps in their order.
        listening: the topics that it listens to, or has listened to.
        causes: of its reconnects.
        ended: what it said when it gave up; empty while it has not.
    """

    def __init__(self) -> None:
        self.heard: dict[str, list[int | None]] = defaultdict(list)
        self.listening: set[str] = set()
        self.causes: Counter[str] = Counter()
        self.ended = ""

    async def read(self, lines: asyncio.StreamReader) -> None:
        """Take what it says, until it ends."""
        while line := await lines.readline():
            match json.loads(line):
                case ["heard", topic, number]:
                    self.heard[topic].append(number)
                case ["gap", topic]:
                    self.heard[topic].append(GAP)
                case ["listening", topic]:
                    self.listening.add(topic)
                case ["reconnect", cause]:
                    self.causes[cause] += 1
                case ["ended", *why]:
                    self.ended = " ".join(map(str, why))
                case _:
                    raise RuntimeError(f"the consumer said {line!r}")


class Publisher:
    """Publishes numbers, each to the next topic, and remembers which of them the server has taken."""

    def __init__(self, server: ChaosServer) -> None:
        self.taken: dict[str, list[int]] = defaultdict(list)
        self._server = server
        self._number = 0
        self._http = httpx2.AsyncClient(trust_env=False, timeout=2.0)

    async def publish(self, topic: str) -> int:
        """One event; its number, or 0 when the server has not said that it took it."""
        self._number += 1
        ws_channel, payload = self._server.event(topic, self._number)
        try:
            answered = await self._http.post(
                f"{self._server.url}/api/publish",
                headers={"X-API-Key": API_KEY},
                json={"channel": ws_channel, "data": payload},
            )
            taken = answered.status_code == httpx2.codes.OK and "error" not in answered.json()
        except httpx2.HTTPError:
            taken = False
        if not taken:
            return 0
        self.taken[topic].append(self._number)
        return self._number

    async def go_on(self) -> None:
        """Publish until it is cancelled."""
        while True:
            for topic in TOPICS:
                await self.publish(topic)
                await asyncio.sleep(PUBLISH_EVERY)

    async def close(self) -> None:
        """Let go."""
        await self._http.aclose()


def faults_of(relay: ChaosRelay, server: ChaosServer) -> list[tuple[str, Callable[[float], Awaitable[None]]]]:
    """Everything that can be done wrong; each is given some seconds that it may last."""

    async def cut(_: float) -> None:
        relay.cut()

    async def delay(seconds: float) -> None:
        relay.delay = seconds / 3
        await asyncio.sleep(seconds)
        relay.delay = 0.0

    async def half_close(_: float) -> None:
        relay.half_close()

    async def deafen(_: float) -> None:
        relay.deafen()

    async def black_hole(_: float) -> None:
        relay.black_hole()

    async def refuse(seconds: float) -> None:
        await relay.close()
        relay.cut()
        await asyncio.sleep(seconds)
        await relay.open()

    async def mute(seconds: float) -> None:
        relay.is_mute = True
        relay.cut()
        await asyncio.sleep(seconds)
        relay.is_mute = False
        relay.cut()

    async def kill(seconds: float) -> None:
        await server.kill()
        await asyncio.sleep(seconds)
        await server.start()

    return [(each.__name__, each) for each in (cut, delay, half_close, deafen, black_hole, refuse, mute, kill)]


async def make_trouble(relay: ChaosRelay, server: ChaosServer, *, seed: int, seconds: float) -> Counter[str]:
    """Do one thing after the other, for some time. Each kind has come before any comes again."""
    draw = Random(seed)  # noqa: S311 - chance that can be repeated is the point
    done: Counter[str] = Counter()
    loop = asyncio.get_running_loop()
    until = loop.time() + seconds
    while True:
        round_of_faults = faults_of(relay, server)
        draw.shuffle(round_of_faults)
        for name, fault in round_of_faults:
            await asyncio.sleep(draw.uniform(0.3, 2.0))
            if loop.time() >= until:
                return done
            done[name] += 1
            await fault(draw.uniform(0.3, 2.0))


@asynccontextmanager
async def consuming(peer: str, server: ChaosServer, *, port: int) -> AsyncIterator[Consumer]:
    """A consumer behind a port, in a process of its own."""
    program, script = CONSUMERS[peer]
    asked = {
        "url": f"http://{HOST}:{port}",
        "ws_url": f"ws://{HOST}:{port}{server.ws_path}",
        "access_token": server.access_token,
        "channel_url": CHANNEL_URL,
        "topics": list(TOPICS),
    }
    process = await asyncio.create_subprocess_exec(
        program,
        script,
        json.dumps(asked),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL if peer != "vklive" else None,
        limit=LINE_LIMIT,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    consumer = Consumer()
    reading = asyncio.ensure_future(consumer.read(process.stdout))
    try:
        yield consumer
    finally:
        process.stdin.close()
        try:
            await asyncio.wait_for(process.wait(), 10)
        except TimeoutError:
            process.kill()
            await process.wait()
        await reading


async def wait_for(what: Callable[[], bool], *, within: float) -> bool:
    """Whether something comes true in time."""
    loop = asyncio.get_running_loop()
    until = loop.time() + within
    while not what() and loop.time() < until:  # noqa: ASYNC110 - another process decides it
        await asyncio.sleep(0.05)
    return what()


async def run(peer: str, *, seed: int, seconds: float) -> tuple[dict[str, Account], Consumer, Counter[str]]:
    """Everything once; the accounts, who listened, and what was done."""
    with tempfile.TemporaryDirectory(prefix="vklive-chaos-") as folder:
        async with ChaosServer(Path(folder)) as server, ChaosRelay(server.port) as relay:
            publisher = Publisher(server)
            async with consuming(peer, server, port=relay.port) as consumer:
                if not await wait_for(lambda: consumer.listening == set(TOPICS), within=30):
                    raise RuntimeError(f"the consumer listens to {sorted(consumer.listening)} only")
                publishing = asyncio.ensure_future(publisher.go_on())
                done = await make_trouble(relay, server, seed=seed, seconds=seconds)
                publishing.cancel()
                await asyncio.gather(publishing, return_exceptions=True)
                await _calm(publisher, consumer)
            await publisher.close()
    accounts = {topic: settle(publisher.taken[topic], consumer.heard[topic]) for topic in TOPICS}
    return accounts, consumer, done


async def _calm(publisher: Publisher, consumer: Consumer) -> None:
    """Publish on, until each topic is heard to its end or has had its time."""
    loop = asyncio.get_running_loop()
    until = loop.time() + SETTLED_AFTER
    for topic in TOPICS:
        while loop.time() < until:
            number = await publisher.publish(topic)
            if number and await wait_for(lambda n=number, t=topic: n in consumer.heard[t], within=1.0):  # type: ignore[misc]
                break


def main() -> int:
    """Run it, and say what came of it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=60.0, help="of trouble")
    parser.add_argument("--seed", type=int, default=1, help="what goes wrong, and when")
    parser.add_argument("--peer", choices=CONSUMERS, default="vklive", help="who listens")
    asked = parser.parse_args()
    accounts, consumer, done = asyncio.run(run(asked.peer, seed=asked.seed, seconds=asked.seconds))
    print(f"{asked.peer}, seed {asked.seed}, {asked.seconds:g} s: " + ", ".join(f"{n} {c}" for n, c in done.items()))
    print(table(accounts, reconnects=consumer.causes.total()))
    if consumer.ended:
        print(f"the consumer gave up: {consumer.ended}")
    settled = all(each.is_settled for each in accounts.values())
    print("every event is accounted for" if settled else "NOT every event is accounted for")
    return 0 if settled else 1


if __name__ == "__main__":
    sys.exit(main())
