"""The client through any sequence of faults: it comes back, and every hole in what it hears is told, once, in place."""

from __future__ import annotations

import asyncio

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.client.world import Listener, World, answer, play

from vklive.client.backoff import Backoff
from vklive.errors import ConnectError
from vklive.events import Event, Gap, Listening, Reconnecting
from vklive.protocol.codes import DisconnectCode, UnsubscribeCode

TOPICS = {"open:chat": "chat", "open:info": "info"}
UNREACHABLE = ConnectError("pubsub.test", phase="tcp", problem="Connection refused")
BUSY = answer(429, headers={"retry-after": "30"}, error="ratelimit_exceeded")
DOWN = answer(503, error="service_unavailable")

ACTIONS = st.one_of(
    st.tuples(st.just("publish"), st.sampled_from(sorted(TOPICS))),
    st.tuples(st.just("sleep"), st.floats(0.001, 50)),
    st.tuples(st.just("cut"), st.none()),
    st.tuples(st.just("silence"), st.none()),
    st.tuples(st.just("close"), st.sampled_from([DisconnectCode.SHUTDOWN, DisconnectCode.SLOW, DisconnectCode.STALE])),
    st.tuples(st.just("unsubscribe"), st.sampled_from(sorted(TOPICS))),
    st.tuples(st.just("closed port"), st.integers(1, 7)),
    st.tuples(st.just("/v1/websocket/token"), st.sampled_from([UNREACHABLE, BUSY, DOWN])),
    st.tuples(st.just("/v1/channel"), st.sampled_from([UNREACHABLE, BUSY, DOWN])),
    st.tuples(st.just("/v1/websocket/subscription_token"), st.sampled_from([UNREACHABLE, BUSY, DOWN])),
)


class Story:
    """What is done to a client, and what it hears."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.said = dict.fromkeys(TOPICS, 0)
        self.heard: list[Event] = []

    async def do(self, action: str, what: object) -> None:
        world = self.world
        match action, what:
            case "publish", str(ws_channel):
                self.said[ws_channel] += 1
                await world.publish(ws_channel, self.said[ws_channel])
            case "sleep", float(seconds):
                await asyncio.sleep(seconds)
            case "closed port", int(times):
                world.connect_faults += [UNREACHABLE] * times
            case "cut", _ if world.links:
                world.cut()
            case "silence", _ if world.links:
                world.links[-1].silent = True
            case "close", DisconnectCode() as code if world.links:
                world.close_connection(code)
            case "unsubscribe", str(ws_channel) if world.links:
                connection = world.links[-1].connection
                assert connection is not None
                if connection.machine.subscriptions.get(ws_channel) is not None:
                    connection.machine.unsubscribe(ws_channel, UnsubscribeCode.INSUFFICIENT_STATE)
                    world.node.turn.add(connection)
            case path, fault if path.startswith("/"):
                world.http_faults.setdefault(path, []).append(fault)  # type: ignore[arg-type]

    def of(self, ws_channel: str) -> list[Event]:
        return [event for event in self.heard if event.ws_channel == ws_channel]


def check(story: Story, ws_channel: str) -> None:
    last, hole, listening, gaps = 0, True, 0, 0
    for event in story.of(ws_channel):
        match event.data:
            case Gap():
                hole = True
                gaps += 1
            case Listening():
                # What was said before anybody listened is nobody's.
                listening += 1
                assert gaps == listening - 1, "exactly one gap between two times of listening"
            case _ if event.raw:
                number = msgspec.json.decode(event.raw)["data"]["n"]
                assert number > last, "in order, and nothing twice"
                assert number == last + 1 or hole, f"{last + 1} to {number - 1} are missing, and nobody said so"
                last, hole = number, False
    assert listening >= 1
    assert last == story.said[ws_channel], "it came back"


@given(st.lists(ACTIONS, max_size=25))
@settings(max_examples=150, deadline=None)
def test_whatever_happens_it_comes_back_and_every_hole_is_told_once_and_in_its_place(actions):
    async def scene(world: World) -> None:
        story = Story(world)
        client = world.client(queue_limit=10_000, backoff=Backoff(draw=lambda: 0.5))
        async with client, client.listen("streamer", topics={"chat", "info", "limited_chat"}) as stream:

            async def hear() -> None:
                async for event in stream:
                    story.heard.append(event)

            hearing = asyncio.get_running_loop().create_task(hear())
            for action, what in actions:
                await story.do(action, what)
            await asyncio.sleep(1000)
            for ws_channel in TOPICS:
                await story.do("publish", ws_channel)
            await asyncio.sleep(1)
            stream.close()
            await hearing
        for ws_channel in TOPICS:
            check(story, ws_channel)
        for event in story.heard:
            if isinstance(event.data, Reconnecting):
                assert event.data.cause
                assert 0 < event.data.delay <= 30

    play(scene)


def test_the_story_itself_can_fail():
    """A hole that nobody told is found by the check above."""

    async def scene(world: World) -> None:
        story = Story(world)
        async with world.client() as client, client.listen("streamer", topics={"chat"}) as stream:
            listener = Listener(stream)
            story.heard.append(await listener.next(Listening))
            for _ in range(3):
                await story.do("publish", "open:chat")
                story.heard.append(await listener.next())
        check(story, "open:chat")
        del story.heard[2]
        try:
            check(story, "open:chat")
        except AssertionError as error:
            assert "nobody said so" in str(error)
        else:
            raise AssertionError("the hole was not found")

    play(scene)
