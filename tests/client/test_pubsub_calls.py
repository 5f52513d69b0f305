"""What a program may ask the pub/sub itself, against our server."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack

import msgspec
import pytest
from tests.client.world import USER, Listener, World, play_in
from tests.simulation.platform import UNREACHABLE

from vklive.client.queue import Overflow
from vklive.client.router import Router
from vklive.client.stream import Stream
from vklive.errors import CallTimeoutError, ConnectionLostError, ServerError
from vklive.events import Joined, Left, Listening, NoAccess, Position, Reconnecting, ServerMessage, UnknownEvent
from vklive.protocol.codes import ErrorCode
from vklive.server.admission import Admission
from vklive.server.broker.memory import MemoryBroker
from vklive.server.namespaces import Namespace, Namespaces
from vklive.server.node import Node
from vklive.server.presence.memory import MemoryPresence
from vklive.server.settings import PubSubSettings
from vklive.server.targets import Target
from vklive.server.tokens.claims import SubscriptionGrant
from vklive.server.turn import Frames

GENEROUS = Namespace(
    name="open",
    presence=True,
    join_leave=True,
    force_push_join_leave=True,
    history_size=10,
    history_ttl=3600.0,
    allow_subscribe_for_client=True,
    allow_publish_for_subscriber=True,
    allow_presence_for_subscriber=True,
    allow_history_for_subscriber=True,
)
MISERLY = Namespace(name="limited")


class GenerousWorld(World):
    """A platform whose server allows everything in `open:`, and nothing in `limited:`."""

    def __init__(self) -> None:
        super().__init__()
        self.node = Node(
            Admission(Namespaces([GENEROUS, MISERLY]), self.node.admission.verifier, PubSubSettings()),
            settings=PubSubSettings(),
            broker=MemoryBroker(clock=self.clock),
            presence=MemoryPresence(),
            clock=self.clock,
            tasks=self.tasks,
            ping_phase=lambda: 0.5,
        )


Scene = Callable[[GenerousWorld, Stream, Listener], Awaitable[None]]


def listening(scene: Scene, *, topic: str = "chat") -> None:
    """Play a scene with one stream, which is heard."""

    async def play(world: GenerousWorld) -> None:
        async with world.client() as client, client.listen("streamer", topics={topic}) as stream:
            listener = Listener(stream)
            await listener.next(Listening)
            await scene(world, stream, listener)

    play_in(GenerousWorld, play)


def test_what_was_said_can_be_asked_for_from_either_end():
    async def scene(world, stream, _):
        for number in range(1, 4):
            await world.publish("open:chat", number)
        history = await stream.pubsub.history("chat")
        assert [msgspec.json.decode(past.raw)["data"]["n"] for past in history.past] == [1, 2, 3]
        assert [past.position.offset for past in history.past] == [1, 2, 3]
        assert history.position.offset == 3
        since = Position(history.position.epoch, 1)
        assert [past.position.offset for past in (await stream.pubsub.history("chat", since=since)).past] == [2, 3]
        newest = await stream.pubsub.history("chat", limit=1, reverse=True)
        assert [past.position.offset for past in newest.past] == [3]
        assert (await stream.pubsub.history("chat", limit=0)).past == ()

    listening(scene)


def test_who_listens_is_told_by_name_and_by_number():
    async def scene(_, stream, __):
        (member,) = (await stream.pubsub.presence("chat")).values()
        assert member.user_id == USER
        audience = await stream.pubsub.presence_stats("chat")
        assert (audience.clients, audience.users) == (1, 1)

    listening(scene)


def test_what_a_program_says_is_heard_by_itself_too():
    async def scene(_, stream, listener):
        await stream.pubsub.publish("chat", b'{"type":"test","data":{"n":7}}')
        assert await listener.numbers(1) == [7]

    listening(scene)


@pytest.mark.parametrize("call", ["presence", "presence_stats", "history"])
def test_what_the_server_does_not_allow_is_its_error(call):
    async def scene(_, stream, __):
        with pytest.raises(ServerError) as refused:
            await getattr(stream.pubsub, call)("limited_chat")
        assert refused.value.code in {ErrorCode.NOT_AVAILABLE, ErrorCode.PERMISSION_DENIED}

    listening(scene, topic="limited_chat")


def test_a_procedure_that_the_server_does_not_have_is_its_error():
    async def scene(_, stream, __):
        with pytest.raises(ServerError) as refused:
            await stream.pubsub.rpc("sum", b"[1,2]")
        assert refused.value.code == ErrorCode.NOT_AVAILABLE

    listening(scene)


def test_a_message_without_an_answer_goes_out_and_our_server_has_no_use_for_it():
    async def scene(_, stream, listener):
        await stream.pubsub.send(b'{"a":1}')
        # Centrifugo closes with 3508, not available, and so does ours: a final code.
        with pytest.raises(Exception, match="not available"):
            await listener.next(Reconnecting)

    listening(scene)


def test_a_call_on_a_connection_that_is_lost_fails_and_is_not_made_again():
    async def scene(world, stream, listener):
        world.links[-1].silent = True
        asking = asyncio.ensure_future(stream.pubsub.publish("chat", b'{"type":"test","data":{"n":1}}'))
        await asyncio.sleep(1)
        world.cut()
        with pytest.raises(ConnectionLostError):
            await asking
        await listener.next(Listening)
        assert (await stream.pubsub.history("chat")).past == ()

    listening(scene)


def test_a_server_that_does_not_answer_is_not_waited_for_and_the_connection_stays():
    async def scene(world, stream, _):
        world.links[-1].stall(6)
        with pytest.raises(CallTimeoutError, match="did not answer"):
            await stream.pubsub.presence("chat")
        await asyncio.sleep(2)
        assert len(await stream.pubsub.presence("chat")) == 1
        assert len(world.opened) == 1

    listening(scene)


def test_a_call_during_a_reconnect_waits_for_it_but_not_for_ever():
    async def scene(world, stream, _):
        world.cut()
        await asyncio.sleep(0.1)
        assert len(await stream.pubsub.presence("chat")) == 1
        world.connect_faults += [UNREACHABLE] * 20
        world.cut()
        await asyncio.sleep(0.1)
        with pytest.raises(CallTimeoutError, match="chat is not heard"):
            await stream.pubsub.presence("chat")
        with pytest.raises(CallTimeoutError, match="no connection"):
            await stream.pubsub.rpc("sum")

    listening(scene)


def test_a_handler_may_call_while_its_queue_is_full_and_everything_waits_for_it():
    """A client that reads nothing while a handler works would never read the answer."""

    async def scene(world: GenerousWorld) -> None:
        found: list[int] = []

        async with (
            world.client(queue_limit=1, overflow=Overflow.BLOCK) as client,
            client.listen("streamer", topics={"chat"}) as stream,
        ):
            router = Router()

            @router.on(UnknownEvent)
            async def handle(_: object) -> None:
                found.append(len((await stream.pubsub.history("chat")).past))

            routing = asyncio.ensure_future(router.run(stream))
            await asyncio.sleep(1)
            for number in range(5):
                await world.publish("open:chat", number)
            await asyncio.sleep(1)
            stream.close()
            await routing
        assert found == [5] * 5

    play_in(GenerousWorld, scene)


def test_others_who_come_and_go_are_told_where_the_server_tells_it():
    async def scene(world, stream, listener):
        async with world.client() as other, other.listen("streamer", topics={"chat"}) as second:
            await Listener(second).next(Listening)
            # One's own coming is told as well, if it was told before the answer came.
            joined = [await listener.next(Joined) for _ in range(2)][-1]
            assert joined.data.user_id == USER
            assert joined.topic == "chat"
        left = await listener.next(Left)
        assert left.data.client_id == joined.data.client_id

    listening(scene)


def test_what_the_server_subscribes_by_itself_is_heard_and_not_asked_for_again():
    """Centrifugo refuses to subscribe twice, with 105: that was taken for "no access"."""

    async def scene(world: GenerousWorld) -> None:
        async with world.client() as client, AsyncExitStack() as stack:
            first = await stack.enter_async_context(client.listen("streamer", topics={"info"}))
            await Listener(first).next(Listening)
            await world.node.subscribe(Target(user=USER), "limited:chat", grant=SubscriptionGrant())
            await asyncio.sleep(1)
            world.granted.clear()
            second = Listener(
                await stack.enter_async_context(client.listen("streamer", topics={"limited_chat", "chat"}))
            )
            heard = {(await second.next(Listening)).ws_channel for _ in range(2)}
            assert heard == {"open:chat", "limited:chat"}
            await world.publish("limited:chat", 1)
            assert await second.numbers(1) == [1]
            world.cut()
            # The server subscribes by itself no more, and the API gives no token.
            assert (await second.next(NoAccess)).ws_channel == "limited:chat"

    play_in(GenerousWorld, scene)


def test_a_message_of_the_server_to_this_connection_is_told():
    async def scene(world, _, listener):
        world.links[-1].write([b'{"push":{"message":{"data":{"hello":1}}}}'], Frames())
        told = await listener.next(ServerMessage)
        assert bytes(told.data.payload) == b'{"hello":1}'

    listening(scene)
