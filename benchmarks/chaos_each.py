"""What each fault of the chaos costs by itself: one after the other, each on a connection that stands.

How long nothing is heard, how many events were missed meanwhile, and how many of them came later.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from pathlib import Path

from msgspec import Struct

from chaos import CONSUMERS, Consumer, Publisher, consuming, faults_of, wait_for
from chaos_relay import ChaosRelay
from chaos_server import TOPICS, ChaosServer

LASTS = 2.0
"""Seconds that a fault lasts, where it lasts."""

AGAIN_WITHIN = 60.0
"""Seconds that a consumer has to hear again."""

SETTLES_IN = 1.0
"""Seconds that what was missed may take to come, after something new has come."""


class Cost(Struct, frozen=True):
    """What a fault has cost.

    Attributes:
        fault: its name.
        silence: seconds from its beginning until both topics were heard again.
        published: events by topic, from its beginning until then.
        heard: how many of them were heard.
    """

    fault: str
    silence: float
    published: dict[str, int]
    heard: dict[str, int]

    def row(self) -> str:
        """A line of the table."""
        share = (f"{self.heard[topic]:>4} of {self.published[topic]:<4}" for topic in TOPICS)
        return f"{self.fault:<12}{self.silence:>8.1f} s   " + "   ".join(share)


async def cost_of(name: str, publisher: Publisher, consumer: Consumer, relay: ChaosRelay, server: ChaosServer) -> Cost:
    """Do it, and wait until all is well again."""
    loop = asyncio.get_running_loop()
    fault = dict(faults_of(relay, server))[name]
    before = {topic: len(publisher.taken[topic]) for topic in TOPICS}
    began = loop.time()
    await fault(LASTS)
    first = {topic: len(publisher.taken[topic]) for topic in TOPICS}

    def is_over() -> bool:
        return all(set(publisher.taken[topic][first[topic] :]) & set(consumer.heard[topic]) for topic in TOPICS)

    if not await wait_for(is_over, within=AGAIN_WITHIN):
        raise RuntimeError(f"after {name} nothing was heard for {AGAIN_WITHIN:g} s")
    silence = loop.time() - began
    spans = {topic: publisher.taken[topic][before[topic] :] for topic in TOPICS}
    # What is recovered comes before what is new, and what the API still has a little later.
    await asyncio.sleep(SETTLES_IN)
    return Cost(
        fault=name,
        silence=silence,
        published={topic: len(span) for topic, span in spans.items()},
        heard={topic: len(set(span) & set(consumer.heard[topic])) for topic, span in spans.items()},
    )


async def run(peer: str) -> list[Cost]:
    """Every fault once."""
    with tempfile.TemporaryDirectory(prefix="vklive-chaos-") as folder:
        async with ChaosServer(Path(folder)) as server, ChaosRelay(server.port) as relay:
            publisher = Publisher(server)
            async with consuming(peer, server, port=relay.port) as consumer:
                if not await wait_for(lambda: consumer.listening == set(TOPICS), within=30):
                    raise RuntimeError(f"the consumer listens to {sorted(consumer.listening)} only")
                publishing = asyncio.ensure_future(publisher.go_on())
                costs: list[Cost] = []
                for name, _ in faults_of(relay, server):
                    await asyncio.sleep(3.0)
                    costs.append(await cost_of(name, publisher, consumer, relay, server))
                publishing.cancel()
                await asyncio.gather(publishing, return_exceptions=True)
            await publisher.close()
    return costs


def main() -> int:
    """Run it, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peer", choices=CONSUMERS, default="vklive", help="who listens")
    peer: str = parser.parse_args().peer
    costs = asyncio.run(run(peer))
    print(f"{peer}: each fault alone, {LASTS:g} s where it lasts")
    print(f"{'fault':<12}{'silence':>10}   " + "   ".join(f"{topic + ' heard':<12}" for topic in TOPICS))
    for cost in costs:
        print(cost.row())
    return 0


if __name__ == "__main__":
    sys.exit(main())
