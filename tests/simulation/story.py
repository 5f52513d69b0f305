"""A client on a platform to which a schedule happens, and all that its program heard."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.client.world import answer, play_in
from tests.simulation.platform import UNREACHABLE, Platform
from tests.simulation.schedule import WS_CHANNELS, Action, Schedule, Step

from vklive.client import Client
from vklive.client.backoff import Backoff
from vklive.client.health import HealthState
from vklive.client.queue import Overflow
from vklive.client.stream import Stream
from vklive.errors import QueueOverflowError, VkliveError
from vklive.events import Event
from vklive.protocol.codes import DisconnectCode, UnsubscribeCode

SETTLED_AFTER = 150.0
"""Seconds without faults after which everything is heard again: the longest waits there are, one after the other."""

LONGEST_WAIT = 40.0
"""Seconds until the next attempt at most: the longest delay of the backoff, or what the API asks for."""

LONGEST_ATTEMPT = 30.0


@dataclass
class Story:
    """What happened, in the order in which it did.

    Attributes:
        said: how many publications there were in each ws channel; they are numbered from 1 on.
        heard: what the program was given, and had done with.
        ended: the error that ended the stream.
        wiped: how often a history was lost.
        closed: how often the server closed the connection.
        log: all of it, with times, to be read.
    """

    schedule: Schedule
    said: dict[str, int] = field(default_factory=lambda: dict.fromkeys(WS_CHANNELS, 0))
    heard: list[Event] = field(default_factory=list)
    ended: VkliveError | None = None
    wiped: int = 0
    closed: int = 0
    log: list[str] = field(default_factory=list)


def tell(story: Story) -> Story:
    """Let a story's schedule happen."""
    schedule = story.schedule

    async def scene(platform: Platform) -> None:
        with TemporaryDirectory(prefix="vklive-simulation-") as folder:
            player = _Player(story, platform, resume=Path(folder) / "state.json" if schedule.resume else None)
            await player.play()

    play_in(Platform, scene)
    return story


class _Player:
    def __init__(self, story: Story, platform: Platform, *, resume: Path | None) -> None:
        self._story = story
        self._platform = platform
        self._resume = resume
        self._pace = 0.0
        self._client: Client | None = None
        self._stream: Stream | None = None
        self._program = self._start()

    async def play(self) -> None:
        # In its first turn the program makes the client that is looked at.
        await asyncio.sleep(0)
        for step in self._story.schedule.steps:
            self._note(f"-- {step}")
            await self._do(step)
            self._look()
        self._note("-- no more faults")
        await self._calm()
        await self._program

    # The program.

    def _start(self) -> asyncio.Task[None]:
        return asyncio.get_running_loop().create_task(self._listen())

    async def _listen(self) -> None:
        schedule = self._story.schedule
        self._client = self._platform.client(
            queue_limit=schedule.limit, overflow=schedule.overflow, backoff=Backoff(draw=lambda: 0.5)
        )
        self._stream = self._client.listen(
            "streamer", topics={"chat", "info", "limited_chat"}, refill=schedule.refill, resume=self._resume
        )
        try:
            async with self._client, self._stream:
                async for event in self._stream:
                    await asyncio.sleep(self._pace)
                    self._story.heard.append(event)
                    self._note(f"{event.ws_channel} {event.raw.decode()}" if event.raw else repr(event.data))
        except QueueOverflowError as error:
            self._story.ended = error
            self._note(repr(error))

    def _look(self) -> None:
        """What has to be true at every moment."""
        assert self._client is not None
        assert self._stream is not None
        if self._program.done():
            return
        queue = self._stream.queue
        # What waits behind a hole for its refill is let go in one piece, and bounded for itself.
        assert queue.depth <= queue.limit or self._story.schedule.refill, "the queue is within its limit"
        health = self._client.health()
        if health.state is HealthState.WAITING:
            assert health.next_attempt is not None
            assert health.next_attempt <= LONGEST_WAIT, f"it waits for {health.next_attempt} s"
        elif health.state is HealthState.CONNECTING:
            assert health.since <= LONGEST_ATTEMPT, f"it has been connecting for {health.since} s"
        elif health.state is HealthState.SILENT:
            # Who waits for a program that takes nothing does not read.
            assert queue.overflow is Overflow.BLOCK, f"it is silent: {health.reason}"

    # The world.

    async def _do(self, step: Step) -> None:
        platform, number = self._platform, step.number
        match step.action:
            case Action.PUBLISH:
                for _ in range(int(number)):
                    await self._publish(step.what)
            case Action.SLEEP:
                await asyncio.sleep(number)
            case Action.DELAY:
                platform.delay = number
                for wire in platform.links:
                    wire.delay(number)
            case Action.REPEAT:
                platform.repeat = int(number)
            case Action.LOSE:
                platform.lose = int(number)
            case Action.CLOSED_PORT:
                platform.connect_faults += [UNREACHABLE] * int(number)
            case Action.API_FAILS:
                fault = answer(int(number), headers={"retry-after": "30"}, error="busy") if number else UNREACHABLE
                platform.http_faults.setdefault(step.what, []).append(fault)
            case Action.RESTART | Action.WIPE:
                self._story.wiped += step.action is Action.WIPE
                await platform.restart(keeps_history=step.action is Action.RESTART, after=number)
            case Action.PACE:
                self._pace = number
            case Action.PROGRAM:
                self._program.cancel()
                await asyncio.gather(self._program, return_exceptions=True)
                await asyncio.sleep(number)
                self._program = self._start()
                await asyncio.sleep(0)
            case _ if platform.links:
                self._harm(step)
            case _:
                pass

    def _harm(self, step: Step) -> None:
        wire = self._platform.links[-1]
        connection = wire.connection
        assert connection is not None
        match step.action:
            case Action.CUT:
                wire.cut()
            case Action.SILENCE:
                wire.silent = True
            case Action.STALL:
                wire.stall(step.number)
            case Action.CLOSE:
                self._story.closed += 1
                connection.close(DisconnectCode(int(step.number)), detail="a simulation")
            case _ if connection.machine.subscriptions.get(step.what) is not None:
                connection.machine.unsubscribe(step.what, UnsubscribeCode.INSUFFICIENT_STATE)
                self._platform.node.turn.add(connection)
            case _:
                pass

    async def _publish(self, ws_channel: str) -> None:
        self._story.said[ws_channel] += 1
        await self._platform.publish(ws_channel, self._story.said[ws_channel])

    async def _calm(self) -> None:
        """Nothing fails any more: everything is heard again in time."""
        platform = self._platform
        self._pace = 0.0
        platform.delay = platform.lose = platform.repeat = 0
        platform.connect_faults.clear()
        platform.http_faults.clear()
        for wire in platform.links:
            wire.delay(0.0)
        await asyncio.sleep(SETTLED_AFTER)
        for ws_channel in WS_CHANNELS:
            await self._publish(ws_channel)
        await asyncio.sleep(1.0)
        assert self._stream is not None
        self._stream.close()

    def _note(self, what: str) -> None:
        self._story.log.append(f"{asyncio.get_running_loop().time():10.3f}  {what}")
