"""A stream that goes on after a restart of the program: what the server still has arrives once."""

from __future__ import annotations

import asyncio
import json
import stat
from collections.abc import Awaitable, Callable
from pathlib import Path

import msgspec
import pytest
from tests.client.test_connections import ManyChannels, play_many
from tests.client.world import Listener

from vklive.client.client import Client
from vklive.client.resume import SAVE_EVERY
from vklive.errors import ConfigError
from vklive.events import Gap, Listening

Scene = Callable[[ManyChannels], Awaitable[None]]


async def take(client: Client, path: Path, count: int, *, topic: str = "info") -> list[int | str]:
    """What a run of a program takes until it has seen `count` publications."""
    found: list[int | str] = []
    async with client, client.listen("a", topics={topic}, resume=path) as stream:
        async with asyncio.timeout(100):
            async for event in stream:
                found.append(msgspec.json.decode(event.raw)["data"]["n"] if event.raw else type(event.data).__name__)
                if sum(isinstance(each, int) for each in found) == count:
                    break
    return found


def test_the_next_run_gets_what_the_server_still_has_once_and_without_a_gap(tmp_path: Path) -> None:
    async def scene(world: ManyChannels) -> None:
        path = tmp_path / "state.json"
        async with world.client() as other, other.listen("a", topics={"info"}) as stream:
            await Listener(stream).next(Listening)
            runs: list[list[int | str]] = []
            for first in (0, 10, 20):
                client = world.client()
                running = asyncio.ensure_future(take(client, path, 5 if first == 0 else 10))
                await asyncio.sleep(1)
                for number in range(first, first + 10):
                    await world.publish("kept:a", number)
                runs.append(await running)
        assert runs[0] == ["Connected", "Listening", 0, 1, 2, 3, 4]
        assert runs[1] == ["Connected", "Listening", *range(5, 15)]
        assert runs[2] == ["Connected", "Listening", *range(15, 25)]

    play_many(scene)


def test_the_first_run_begins_with_what_is_said_from_then_on_and_the_second_misses_nothing_after_that(
    tmp_path: Path,
) -> None:
    async def scene(world: ManyChannels) -> None:
        path = tmp_path / "state.json"
        await world.publish("kept:a", 1)
        async with world.client() as client, client.listen("a", topics={"info"}, resume=path) as stream:
            await Listener(stream).next(Listening)
        await world.publish("kept:a", 2)
        assert await take(world.client(), path, 1) == ["Connected", "Listening", 2]

    play_many(scene)


def test_a_program_that_fails_in_the_middle_of_an_event_gets_it_again(tmp_path: Path) -> None:
    async def scene(world: ManyChannels) -> None:
        path = tmp_path / "state.json"
        with pytest.raises(ZeroDivisionError):
            async with world.client() as client, client.listen("a", topics={"info"}, resume=path) as stream:
                listener = Listener(stream)
                await listener.next(Listening)
                await world.publish("kept:a", 1)
                await world.publish("kept:a", 2)
                assert await listener.numbers(2) == [1, 2]
                raise ZeroDivisionError
        assert await take(world.client(), path, 1) == ["Connected", "Listening", 2]

    play_many(scene)


def test_a_program_that_is_killed_goes_on_from_what_was_saved_a_moment_before(tmp_path: Path) -> None:
    async def scene(world: ManyChannels) -> None:
        path, killed = tmp_path / "state.json", tmp_path / "as it was.json"
        async with world.client() as client, client.listen("a", topics={"info"}, resume=path) as stream:
            listener = Listener(stream)
            await listener.next(Listening)
            await world.publish("kept:a", 1)
            await listener.numbers(1)
            waiting = asyncio.ensure_future(listener.numbers(1))
            await asyncio.sleep(2 * SAVE_EVERY)
            killed.write_bytes(path.read_bytes())
            await world.publish("kept:a", 2)
            await waiting
        assert await take(world.client(), killed, 1) == ["Connected", "Listening", 2]

    play_many(scene)


def test_without_history_or_with_one_that_has_forgotten_there_is_a_gap(tmp_path: Path) -> None:
    async def scene(world: ManyChannels) -> None:
        for topic, ws_channel in (("info", "kept:a"), ("chat", "open:a")):
            path = tmp_path / f"{topic}.json"
            async with world.client() as client, client.listen("a", topics={topic}, resume=path) as stream:
                await Listener(stream).next(Listening)
            for number in range(101):
                await world.publish(ws_channel, number)
            async with world.client() as client, client.listen("a", topics={topic}, resume=path) as stream:
                gap = (await Listener(stream).next(Gap)).data
                assert isinstance(gap, Gap)
                assert gap.reason == "the program was not running"

    play_many(scene)


def test_the_file_is_its_owners_alone_and_nothing_else_is_left(tmp_path: Path) -> None:
    async def scene(world: ManyChannels) -> None:
        path = tmp_path / "state.json"
        async with world.client() as client, client.listen("a", topics={"info"}, resume=path) as stream:
            await Listener(stream).next(Listening)

    play_many(scene)
    (path,) = tmp_path.iterdir()
    assert path.name == "state.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    saved = json.loads(path.read_bytes())
    assert (saved["channel"], list(saved["ws_channels"])) == ("a", ["kept:a"])


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("", "no file to resume from"),
        ("[]", "no file to resume from"),
        ('{"name":"another program"}', "no file to resume from"),
        ('{"vklive_resume":2,"channel":"a","ws_channels":{}}', "version 2, not 1"),
        ('{"vklive_resume":1,"channel":"b","ws_channels":{}}', "of the channel 'b', not 'a'"),
    ],
)
def test_a_file_that_is_not_this_streams_is_refused_and_left_alone(tmp_path: Path, content: str, problem: str) -> None:
    async def scene(world: ManyChannels) -> None:
        path = tmp_path / "state.json"
        path.write_text(content)
        async with world.client() as client:
            with pytest.raises(ConfigError, match=problem):
                await client.listen("a", resume=path).__aenter__()
        assert path.read_text() == content

    play_many(scene)


def test_a_file_that_cannot_be_written_is_told_and_what_is_heard_does_not_suffer(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def scene(world: ManyChannels) -> None:
        path = tmp_path / "no such folder" / "state.json"
        async with world.client() as client, client.listen("a", topics={"info"}, resume=path) as stream:
            listener = Listener(stream)
            await listener.next(Listening)
            for number in range(3):
                await world.publish("kept:a", number)
                await asyncio.sleep(2 * SAVE_EVERY)
                assert await listener.numbers(1) == [number]

    play_many(scene)
    assert any("state.json cannot be written" in record.getMessage() for record in caplog.records)
