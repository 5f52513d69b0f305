"""The broker of a single process, in virtual time."""

from __future__ import annotations

import asyncio
from typing import Self

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Raw

from vklive.errors import LocalProtocolError
from vklive.protocol.messages import ClientInfo, Publication
from vklive.protocol.position import Position
from vklive.server.broker.base import History, Range, Retention
from vklive.server.broker.memory import SWEEP_INTERVAL, MemoryBroker
from vklive.testing.loop import VirtualLoop, run_virtual

CHANNEL = "news:1"
RETENTION = Retention(size=10, ttl=60)
ALL = Range(limit=-1)
META_TTL = 1000.0


class Heard:
    """A listener that writes down what it is told."""

    def __init__(self) -> None:
        self.said: list[tuple[str, object]] = []

    def publication(self, ws_channel: str, publication: Publication, position: Position) -> None:
        self.said.append((ws_channel, (bytes(publication.data), publication.offset, position)))

    def join(self, ws_channel: str, info: ClientInfo) -> None:
        self.said.append((ws_channel, f"{info.user} joins"))

    def leave(self, ws_channel: str, info: ClientInfo) -> None:
        self.said.append((ws_channel, f"{info.user} leaves"))


class World:
    """A started broker, who listens to it, and time."""

    def __init__(self) -> None:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, VirtualLoop)
        self.heard = Heard()
        self.broker = MemoryBroker(clock=loop.clock, history_meta_ttl=META_TTL)

    async def __aenter__(self) -> Self:
        await self.broker.start(self.heard)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.broker.stop()

    async def publish(self, text: bytes = b"{}", *, ws_channel: str = CHANNEL, retention=RETENTION) -> Position:
        return await self.broker.publish(ws_channel, Publication(data=Raw(text)), retention=retention)

    async def history(self, wanted: Range = ALL, *, ws_channel: str = CHANNEL) -> History:
        return await self.broker.history(ws_channel, wanted, retention=RETENTION)


def in_virtual_time(work):
    """Run `work` with a world."""

    async def main():
        async with World() as world:
            await work(world)

    run_virtual(main())


def test_a_publication_without_history_is_delivered_at_once_and_has_no_place():
    async def work(world):
        assert await world.publish(b"1", retention=None) == Position()
        assert world.heard.said == [(CHANNEL, (b"1", 0, Position()))]
        assert (await world.history()).publications == []

    in_virtual_time(work)


def test_a_publication_with_history_is_delivered_at_once_with_its_place():
    async def work(world):
        first, second = await world.publish(b"1"), await world.publish(b"2")

        assert (first.offset, second.offset) == (1, 2)
        assert len(first.epoch) == 4
        assert first.epoch == second.epoch
        assert world.heard.said == [(CHANNEL, (b"1", 1, first)), (CHANNEL, (b"2", 2, second))]

    in_virtual_time(work)


def test_each_ws_channel_has_its_own_history():
    async def work(world):
        await world.publish(b"1")
        other = await world.publish(b"2", ws_channel="news:2")

        assert other.offset == 1
        assert [bytes(one.data) for one in (await world.history()).publications] == [b"1"]

    in_virtual_time(work)


def test_what_is_published_without_history_leaves_the_position_as_it_is():
    async def work(world):
        position = await world.publish()
        await world.publish(retention=None)

        assert (await world.history()).top == position

    in_virtual_time(work)


def test_asking_for_the_history_of_a_new_ws_channel_begins_one():
    async def work(world):
        found = await world.history(Range())

        assert found.publications == []
        assert found.top.offset == 0
        assert len(found.top.epoch) == 4
        assert (await world.publish()).epoch == found.top.epoch

    in_virtual_time(work)


def test_the_epoch_that_is_asked_for_is_not_looked_at():
    async def work(world):
        await world.publish()

        assert len((await world.history(Range(limit=-1, since=Position("other", 0)))).publications) == 1

    in_virtual_time(work)


def test_who_comes_and_goes_is_told_at_once():
    async def work(world):
        info = ClientInfo(user="ann", client="1")
        await world.broker.publish_join(CHANNEL, info)
        await world.broker.publish_leave(CHANNEL, info)

        assert world.heard.said == [(CHANNEL, "ann joins"), (CHANNEL, "ann leaves")]

    in_virtual_time(work)


def test_removing_a_history_keeps_its_position():
    async def work(world):
        position = await world.publish()
        await world.broker.remove_history(CHANNEL)

        assert await world.history() == History(publications=[], top=position)
        assert (await world.publish()).offset == 2

    in_virtual_time(work)


def test_removing_a_history_that_never_was_begins_none():
    async def work(world):
        await world.broker.remove_history(CHANNEL)

        assert not world.broker._streams

    in_virtual_time(work)


def test_publications_expire_some_time_after_the_last_one_and_the_position_stays():
    async def work(world):
        await world.publish()
        await asyncio.sleep(RETENTION.ttl - 1)
        position = await world.publish()
        await asyncio.sleep(RETENTION.ttl - 1)
        assert len((await world.history()).publications) == 2

        await asyncio.sleep(1)

        assert await world.history() == History(publications=[], top=position)

    in_virtual_time(work)


def test_a_publication_after_the_others_have_expired_is_kept_for_its_own_time():
    async def work(world):
        await world.publish()
        await asyncio.sleep(RETENTION.ttl + 5)
        await world.publish()
        await asyncio.sleep(RETENTION.ttl - 1)
        assert [one.offset for one in (await world.history()).publications] == [2]

        await asyncio.sleep(1)

        assert (await world.history()).publications == []

    in_virtual_time(work)


@pytest.mark.parametrize("use", [World.publish, World.history])
def test_a_position_is_forgotten_when_it_was_not_used_for_long(use):
    async def work(world):
        before = await world.publish()
        await asyncio.sleep(META_TTL - 1)
        await use(world)
        await asyncio.sleep(META_TTL - 1)
        assert (await world.history()).top.epoch == before.epoch

        await asyncio.sleep(META_TTL)

        assert (await world.history()).top.offset == 0

    in_virtual_time(work)


def test_what_has_expired_is_let_go_although_nobody_asks():
    async def work(world):
        await world.publish()
        (kept,) = world.broker._streams.values()

        await asyncio.sleep(RETENTION.ttl + SWEEP_INTERVAL)
        assert not kept.stream._kept
        assert world.broker._streams

        await asyncio.sleep(META_TTL)
        assert not world.broker._streams
        assert not world.broker._due

    in_virtual_time(work)


def test_what_expires_sooner_than_it_would_have_is_let_go_in_time():
    async def work(world):
        await world.publish()
        await world.publish(retention=Retention(size=10, ttl=1))
        (kept,) = world.broker._streams.values()

        await asyncio.sleep(1 + SWEEP_INTERVAL)

        assert not kept.stream._kept

    in_virtual_time(work)


def test_expiring_again_and_again_leaves_nothing_behind():
    async def work(world):
        for number in range(200):
            await world.publish(ws_channel=f"news:{number % 2}")
            await asyncio.sleep(RETENTION.ttl + number % 3)
            await world.history(ws_channel=f"news:{number % 2}")

        assert len(world.broker._streams) == 2
        assert len(world.broker._due) <= 2

    in_virtual_time(work)


@given(
    st.lists(
        st.tuples(st.sampled_from(["publish", "read", "remove", "wait"]), st.sampled_from("ab"), st.integers(0, 150)),
        max_size=40,
    )
)
def test_what_is_kept_is_what_was_published_in_time(steps):
    async def work(world):
        loop = asyncio.get_running_loop()
        published: dict[str, list[int]] = {"a": [], "b": []}
        last_use = dict.fromkeys(published, float("-inf"))
        last_publication = dict.fromkeys(published, float("-inf"))
        tops = dict.fromkeys(published, 0)
        for what, channel, seconds in steps:
            if what == "wait":
                await asyncio.sleep(seconds * 10)
                continue
            now = loop.time()
            if what == "remove":
                await world.broker.remove_history(channel)
                published[channel] = []
                continue
            if now >= last_use[channel] + META_TTL:
                published[channel], tops[channel] = [], 0
            if now >= last_publication[channel] + RETENTION.ttl:
                published[channel] = []
            last_use[channel] = now
            if what == "publish":
                tops[channel] += 1
                published[channel] = [*published[channel], tops[channel]][-RETENTION.size :]
                last_publication[channel] = now
                assert (await world.publish(ws_channel=channel)).offset == tops[channel]
            found = await world.history(ws_channel=channel)
            assert [one.offset for one in found.publications] == published[channel]
            assert found.top.offset == tops[channel]
        await asyncio.sleep(META_TTL + RETENTION.ttl + SWEEP_INTERVAL)
        assert not world.broker._streams
        assert not world.broker._due

    in_virtual_time(work)


def test_a_broker_carries_nothing_before_its_start_and_after_its_end():
    async def main():
        world = World()
        with pytest.raises(LocalProtocolError):
            await world.publish()
        async with world:
            await world.publish()
        with pytest.raises(LocalProtocolError):
            await world.publish()

    run_virtual(main())
