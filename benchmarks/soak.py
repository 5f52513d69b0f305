"""A soak: thousands of clients come and go, and when they have gone, the server is what it was before.

They connect by WebSocket, HTTP streaming and Server-Sent Events, subscribe, publish, ask who is there; half of them are
cut off in the middle, and come back to recover what they missed. The server counts what it holds before and after,
when nobody is there. The first fifth of the time only warms it up: what is made once is not a leak.

It ends with 1 when anything is left over, and says what.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import resource
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

from soak_visitors import Crowd

CONFIGURATION = {
    "address": "127.0.0.1",
    "port": 0,
    "allow_anonymous_connect_without_token": True,
    "http_stream": True,
    "sse": True,
    "ping_interval": "10s",
    "namespaces": [
        {
            "name": "kept",
            "allow_subscribe_for_client": True,
            "allow_subscribe_for_anonymous": True,
            "allow_publish_for_subscriber": True,
            "allow_publish_for_anonymous": True,
            "history_size": 300,
            "history_ttl": "60s",
            "force_recovery": True,
        },
        {
            "name": "seen",
            "allow_subscribe_for_client": True,
            "allow_subscribe_for_anonymous": True,
            "allow_presence_for_subscriber": True,
            "allow_presence_for_anonymous": True,
            "presence": True,
            "join_leave": True,
            "force_push_join_leave": True,
        },
    ],
}

VISITORS_PER_CHANNEL = 10

VISITS_PER_VISITOR = 15
MOST_STAY = 20.0
"""Seconds that a visit lasts at most. In a short soak it is shorter, so that everybody comes back some times."""

QUIET = 2.0
"""Seconds after the last visitor: what is under way ends."""

MOST_ALLOCATED = 1 << 20
"""Bytes that Python may hold more than before: caches fill, and dictionaries do not shrink."""

MOST_OBJECTS = 8
"""Objects of one class: some are made when they are first needed."""

MOST_RSS = 32 << 20
"""Bytes that the process may hold more: what Python gives back does not always reach the system."""

MUST_BE_NOTHING = ("gaps", "refused", "could not connect", "lost", "sent away", "not recovered")
"""What must not happen to a visitor: whoever comes back does so while the history is still there."""

Counts = dict[str, Any]


class Counted:
    """A server in a process of its own."""

    def __init__(self, process: asyncio.subprocess.Process, port: int) -> None:
        self._process = process
        self.port = port

    @classmethod
    @contextlib.asynccontextmanager
    async def running(cls) -> AsyncIterator[Counted]:
        """Start it; it ends with the block."""
        with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
            json.dump(CONFIGURATION, file)
            file.flush()
            command = [sys.executable, str(Path(__file__).with_name("soak_server.py")), file.name]
            pipe = asyncio.subprocess.PIPE
            process = await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe, limit=1 << 20)
            said = await _line(process)
            try:
                yield cls(process, said["port"])
            finally:
                await process.communicate(b"")

    async def counts(self, channels: int, *, forget: bool) -> Counts:
        """What it holds; without histories, if they are to be forgotten."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"channels": channels, "forget": forget}).encode() + b"\n")
        return await _line(self._process)


async def _line(process: asyncio.subprocess.Process) -> Counts:
    assert process.stdout is not None
    raw = await process.stdout.readline()
    assert raw, "the server has ended"
    said: Counts = json.loads(raw)
    return said


async def soak(*, seconds: float, visitors: int) -> int:
    """Let them come and go; returns 0 when nothing is left."""
    channels = max(1, visitors // VISITORS_PER_CHANNEL)
    stay = min(MOST_STAY, seconds / VISITS_PER_VISITOR)
    async with Counted.running() as server:
        crowd = Crowd(server.port, channels, stay)
        print(f"{visitors} visitors for {seconds:g} seconds; the first fifth warms up", flush=True)
        await crowd.come_and_go(visitors, seconds=seconds / 5)
        await asyncio.sleep(QUIET)
        before = await server.counts(channels, forget=True)
        crowd.happened.clear()
        visiting = asyncio.ensure_future(crowd.come_and_go(visitors, seconds=seconds * 4 / 5))
        await asyncio.sleep(seconds * 2 / 5)
        amid = await server.counts(channels, forget=False)
        await visiting
        await asyncio.sleep(QUIET)
        after = await server.counts(channels, forget=True)
    for what, times in sorted(crowd.happened.items()):
        print(f"  {what:<32}{times:>10}")
    print(f"\n  {'':<24}{'before':>12}{'amid':>12}{'after':>12}")
    for name in [name for name in before if name != "objects"]:
        print(f"  {name:<24}{before[name]:>12}{amid[name]:>12}{after[name]:>12}")
    problems = [*_left_over(before, after), *_unwelcome(crowd)]
    print("\n" + ("\n".join(f"LEAK OR FAULT: {problem}" for problem in problems) or "nothing is left over"))
    return bool(problems)


def _left_over(before: Counts, after: Counts) -> Iterator[str]:
    allowed = {"rss": MOST_RSS, "allocated": MOST_ALLOCATED}
    for name in before.keys() - {"objects"}:
        if after[name] > before[name] + allowed.get(name, 0):
            yield f"{name}: {before[name]} before, {after[name]} after"
    for kind, number in after["objects"].items():
        if number > before["objects"].get(kind, 0) + MOST_OBJECTS:
            yield f"objects of {kind}: {before['objects'].get(kind, 0)} before, {number} after"


def _unwelcome(crowd: Crowd) -> Iterator[str]:
    if not crowd.happened["deliveries"] or not crowd.happened["recovered"]:
        yield "nothing was delivered, or nobody recovered: this has shown nothing"
    for what, times in crowd.happened.items():
        if what.startswith(MUST_BE_NOTHING):
            yield f"{what}: {times}"


def main() -> int:
    """Take the arguments."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=300.0, help="how long they come and go (%(default)g)")
    parser.add_argument("--visitors", type=int, default=2000, help="how many at a time (%(default)d)")
    arguments = parser.parse_args()
    # Each visitor has one or two sockets, at both ends.
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    if most < arguments.visitors * 2 + 100:
        parser.error(f"only {most} files may be open here; raise that (ulimit -n), or take fewer --visitors")
    return asyncio.run(soak(seconds=arguments.seconds, visitors=arguments.visitors))


if __name__ == "__main__":
    sys.exit(main())
