"""The server of the soak, which counts what it holds whenever it is asked.

Run by `soak.py`, with the file of its configuration as the argument. It says where it listens; then each line that it
is given is answered with one JSON object, until its input ends.
"""

from __future__ import annotations

import asyncio
import gc
import json
import os
import sys
import tracemalloc
from collections import Counter
from pathlib import Path

from vklive.server.centrifugo.reading import read_configuration
from vklive.server.centrifugo.server import PubSubServer

PAGE = os.sysconf("SC_PAGE_SIZE")


def say(**what: object) -> None:
    """Tell the process that asked."""
    print(json.dumps(what), flush=True)


def things() -> Counter[str]:
    """How many objects of our own classes there are."""
    names = (type(one) for one in gc.get_objects())
    return Counter(
        f"{kind.__module__}.{kind.__qualname__}" for kind in names if str(kind.__module__).startswith("vklive.")
    )


async def counts(server: PubSubServer, *, channels: int, forget: bool) -> dict[str, object]:
    """Everything that must be as before when all clients have gone.

    Args:
        server: which.
        channels: how many ws channels of each kind there may be.
        forget: whether histories are emptied first, which would otherwise be so when their time has come.
    """
    node = server.node
    presence = 0
    for number in range(channels):
        presence += (await node.presence_stats(f"seen:{number}")).num_clients
        if forget:
            await node.remove_history(f"kept:{number}")
    gc.collect()
    objects = things()
    return {
        "connections": node.connections,
        "users": node.users,
        "subscriptions": node.hub.subscriptions,
        "ws channels": node.hub.channels,
        "broker interest": objects["vklive.server.broker.interest._Subscription"],
        "presence": presence,
        "tasks": len(asyncio.all_tasks()),
        "file descriptors": len(os.listdir("/proc/self/fd")),  # noqa: PTH208 - names are enough
        "rss": int(Path("/proc/self/statm").read_text().split()[1]) * PAGE,  # noqa: ASYNC240 - no disk is behind it
        "allocated": tracemalloc.get_traced_memory()[0],
        "objects": objects,
    }


async def main(file: Path) -> None:
    """Serve until the input ends."""
    async with PubSubServer(read_configuration(file, environ={}, flags={})) as server:
        say(port=server.port)
        while line := await asyncio.to_thread(sys.stdin.readline):
            say(**await counts(server, **json.loads(line)))


if __name__ == "__main__":
    tracemalloc.start()
    asyncio.run(main(Path(sys.argv[1])))
