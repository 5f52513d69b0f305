"""Whatever bytes a client sends and however they are cut: it is answered or closed with the right code, and only it.

The server is whole, from the bytes of a socket to the broker; its sockets have no network and its time is virtual.
`make fuzz` runs the same with many more examples.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import os
from collections import Counter
from collections.abc import Iterator
from types import TracebackType
from typing import Self

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import Raw
from tests.server.edge.memory_socket import Guest
from tests.server.edge.spoiled import (
    ALL_JSON,
    ALL_PROTOBUF,
    BAD,
    EITHER,
    REPLY,
    Spoiled,
    field_of,
    framed,
    talks,
)

from vklive.protocol.messages import Publication
from vklive.server.admission import Admission
from vklive.server.broker.memory import MemoryBroker
from vklive.server.namespaces import Namespace, Namespaces
from vklive.server.node import Node
from vklive.server.presence.memory import MemoryPresence
from vklive.server.settings import PubSubSettings, TokenSettings
from vklive.server.tasks import Tasks
from vklive.server.tokens import TokenKeys, Verifier
from vklive.testing.loop import VirtualLoop

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "5000"))
"""For each format."""

MOST = 65_536
"""Bytes of a message."""

A_MOMENT = 0.001
"""Virtual seconds: everything that can happen without waiting has happened after them."""

OPEN = Namespace(
    name="open",
    presence=True,
    join_leave=True,
    history_size=10,
    history_ttl=60.0,
    allow_recovery=True,
    allow_subscribe_for_client=True,
    allow_subscribe_for_anonymous=True,
    allow_publish_for_client=True,
    allow_publish_for_anonymous=True,
    allow_presence_for_client=True,
    allow_presence_for_anonymous=True,
    allow_history_for_client=True,
    allow_history_for_anonymous=True,
)
QUIET = Namespace(name="quiet", allow_subscribe_for_client=True, allow_subscribe_for_anonymous=True)

CONNECT = {False: b'{"id":1,"connect":{}}', True: field_of(1, 1) + field_of(4, b"")}


class Complaints(logging.Handler):
    """What the server complains about; there is nothing to complain about."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.heard: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.heard.append(self.format(record))


class House:
    """A server in virtual time, with a guest in it who must notice nothing of all others."""

    def __init__(self) -> None:
        self._runner = asyncio.Runner(loop_factory=VirtualLoop)
        self._complaints = Complaints()

    def __enter__(self) -> Self:
        logging.getLogger().addHandler(self._complaints)
        self._runner.__enter__()
        self._runner.run(self._open())
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._runner.run(self._close())
        self._runner.__exit__(kind, error, at)
        logging.getLogger().removeHandler(self._complaints)

    async def _open(self) -> None:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, VirtualLoop)
        keys = TokenKeys.from_settings(TokenSettings(secret="a secret that is long enough for HS256 to be happy"))
        pubsub = PubSubSettings(allow_anonymous_connect_without_token=True, ping_interval=0.0)
        self._tasks = Tasks()
        self.node = Node(
            Admission(Namespaces([OPEN, QUIET]), Verifier(keys.verifying), pubsub),
            settings=pubsub,
            broker=MemoryBroker(clock=loop.clock),
            presence=MemoryPresence(),
            clock=loop.clock,
            tasks=self._tasks,
        )
        await self.node.start()
        self._witness = Guest(self.node, binary=False, max_message_size=MOST)
        self._witness.say(CONNECT[False] + b'\n{"id":2,"subscribe":{"channel":"quiet:here"}}')
        await asyncio.sleep(A_MOMENT)
        assert [reply["id"] for reply in self._witness.heard] == [1, 2]
        self._witness.heard.clear()

    async def _close(self) -> None:
        self._witness.drop()
        await asyncio.sleep(A_MOMENT)
        await self._tasks.stop()
        await self.node.stop()

    def talk(
        self,
        commands: list[Spoiled],
        *,
        binary: bool,
        connected: bool = True,
        together: bool = True,
        fragments: list[int] | None = None,
        chunks: list[int] | None = None,
    ) -> tuple[list[int], int | None]:
        """What a guest hears who says this: the ids of replies, and the code of the close if there was one."""
        return self._runner.run(self._talk(commands, binary, connected, together, fragments or [], chunks or []))

    async def _talk(
        self,
        commands: list[Spoiled],
        binary: bool,
        connected: bool,
        together: bool,
        fragments: list[int],
        chunks: list[int],
    ) -> tuple[list[int], int | None]:
        # What another has published is none of this talk's business, and may be what JSON cannot carry.
        await self.node.remove_history("open:a")
        await self.node.publish("open:a", Publication(data=Raw(b"1")))
        guest = Guest(self.node, binary=binary, max_message_size=MOST)
        if connected:
            guest.say(framed([CONNECT[binary]], binary=binary))
            await asyncio.sleep(A_MOMENT)
            assert guest.heard.pop()["id"] == 1
        frames = [[one.written for one in commands]] if together else [[one.written] for one in commands]
        for frame in frames:
            guest.say(framed(frame, binary=binary), fragments=fragments, chunks=chunks)
        await asyncio.sleep(A_MOMENT)
        heard, end = [reply["id"] for reply in guest.heard if "id" in reply], guest.close_code
        guest.drop()
        await asyncio.sleep(A_MOMENT)
        self.check()
        return heard, end

    def check(self) -> None:
        """The witness is the only one here, has noticed nothing, and nobody has complained."""
        complaints, self._complaints.heard = self._complaints.heard, []
        assert complaints == []
        assert self._witness.heard == []
        assert self._witness.close_code is None
        assert (self.node.connections, self.node.hub.subscriptions) == (1, 1)
        assert len(asyncio.all_tasks()) == 1

    def remind(self) -> None:
        """The witness still hears."""
        self._runner.run(self._remind())

    async def _remind(self) -> None:
        await self.node.publish("quiet:here", Publication(data=Raw(b"1")))
        await asyncio.sleep(A_MOMENT)
        assert self._witness.heard == [{"push": {"channel": "quiet:here", "pub": {"data": 1}}}]
        self._witness.heard.clear()


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    with House() as house:
        yield house
        house.remind()


def is_too_long(commands: list[Spoiled], *, binary: bool) -> bool:
    """Whether they are too much for one message."""
    return len(framed([one.written for one in commands], binary=binary)) > MOST


def fits(commands: list[Spoiled], heard: list[int], end: int | None, *, connected: bool) -> bool:
    """Whether that is what these commands deserve, in their order."""
    replies = 0
    for one in commands:
        deserves = one.deserves
        if connected and one.what.startswith("connect") and deserves in {REPLY, 3500}:
            deserves = BAD  # A second one.
        if deserves == EITHER:
            # The rest may have been heard or not.
            return len(heard) >= replies
        if one.what.startswith("sub_refresh") and (len(heard), end) == (replies, 3500):
            # A token that is none, for a subscription that an earlier command has made.
            return any(earlier.what.startswith("subscribe") for earlier in commands)
        if deserves != REPLY:
            return (len(heard), end) == (replies, deserves)
        replies += 1
    return (len(heard), end) == (replies, None)


def names(one: Spoiled) -> str:
    return one.what


@pytest.mark.parametrize("binary", [False, True], ids=["json", "protobuf"])
def test_every_field_of_every_command_may_be_spoiled_in_every_way(house, binary):
    wrong: list[str] = []
    for one in ALL_PROTOBUF if binary else ALL_JSON:
        connected = not one.what.startswith("connect")
        heard, end = house.talk([one], binary=binary, connected=connected)
        if not fits([one], heard, end, connected=connected):
            wrong.append(f"{one}: replies {heard}, close {end}")
    assert wrong == []


@pytest.mark.parametrize("binary", [False, True], ids=["json", "protobuf"])
def test_where_messages_are_cut_on_their_way_makes_no_difference(house, binary):
    good = [one for one in (ALL_PROTOBUF if binary else ALL_JSON) if one.what.endswith("as it should be")]
    talk = [one for one in good if one.deserves == REPLY and not one.what.startswith("connect")]
    expected = ([7] * len(talk), None)
    size = len(framed([one.written for one in talk], binary=binary))
    for place in range(1, size + 20):
        assert house.talk(talk, binary=binary, chunks=[place]) == expected
        assert house.talk(talk, binary=binary, fragments=[place]) == expected
    everywhere = list(range(1, size * 10))
    assert house.talk(talk, binary=binary, fragments=everywhere, chunks=everywhere) == expected


def test_nothing_is_left_of_bad_guests(house):
    def count() -> Counter[str]:
        for one in ALL_JSON:
            house.talk([one], binary=False, connected=not one.what.startswith("connect"))
        gc.collect()
        modules = (str(type(one).__module__) for one in gc.get_objects())
        return Counter(module for module in modules if module.startswith(("vklive.", "websockets.")))

    first = count()
    assert count() == first


LET_IT = settings(
    max_examples=EXAMPLES, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
CUTS = st.lists(st.integers(1, 300), max_size=3)


@LET_IT
@given(commands=talks(binary=False), together=st.booleans(), fragments=CUTS, chunks=CUTS)
def test_any_talk_in_json_is_answered_or_ended_with_the_right_code(house, commands, together, fragments, chunks):
    heard, end = house.talk(commands, binary=False, together=together, fragments=fragments, chunks=chunks)
    if together and is_too_long(commands, binary=False):
        assert (heard, end) == ([], 1009)
    else:
        assert fits(commands, heard, end, connected=True), (heard, end)


@LET_IT
@given(commands=talks(binary=True), together=st.booleans(), fragments=CUTS, chunks=CUTS)
def test_any_talk_in_protobuf_is_answered_or_ended_with_the_right_code(house, commands, together, fragments, chunks):
    heard, end = house.talk(commands, binary=True, together=together, fragments=fragments, chunks=chunks)
    if together and is_too_long(commands, binary=True):
        assert (heard, end) == ([], 1009)
    else:
        assert fits(commands, heard, end, connected=True), (heard, end)


@LET_IT
@given(frames=st.lists(st.binary(min_size=1, max_size=60), min_size=1, max_size=4), binary=st.booleans())
def test_any_bytes_are_answered_or_ended(house, frames, binary):
    rubbish = [Spoiled("rubbish", frame, EITHER) for frame in frames]
    heard, end = house.talk(rubbish, binary=binary, together=False)
    assert end in {None, BAD, 3500, 3508}
    assert heard or end or binary
