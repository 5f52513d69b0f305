"""A request with a key is carried out once: repeated, raced, refused, and through crashes and restarts."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import textwrap
from datetime import timedelta

import pytest
from tests.server.platform.conftest import World

from vklive.events import SubscriptionLevel
from vklive.server.directory import DirectoryUnavailableError
from vklive.server.platform.follows import follow
from vklive.server.platform.requests import KEPT_FOR, PlatformRequest, carry_out, forget_old
from vklive.server.platform.subscriptions import subscribe
from vklive.server.refusal import RefusalError
from vklive.server.store.tables import MembershipRow, PlatformRequestRow, SubscriptionRow

ONE = PlatformRequest(key_hash="k" * 64, request_hash="r" * 64)
OTHER = PlatformRequest(key_hash="k" * 64, request_hash="s" * 64)
TIN = SubscriptionLevel(id="tin")


async def follows(act) -> str:
    return str((await follow(act, "streamer", 11)).started_at)


async def subscribes(act) -> str:
    # Twice, it would be refused.
    return (await subscribe(act, "streamer", 11, level=TIN, amount=1, days=1)).kind


async def test_the_same_request_is_answered_the_same_and_nothing_is_done(world):
    first = await carry_out(world.acting, ONE, subscribes)
    world.types()
    world.clock.advance(60)

    assert await carry_out(world.acting, ONE, subscribes) == first == "first_subscription"
    assert world.told == []
    assert len(await world.rows(SubscriptionRow)) == 1


async def test_another_request_with_the_key_is_a_mistake(world):
    await carry_out(world.acting, ONE, follows)
    world.types()

    with pytest.raises(RefusalError, match="unprocessable_entity: The idempotency key was used before"):
        await carry_out(world.acting, OTHER, subscribes)
    assert world.told == []
    assert await world.rows(SubscriptionRow) == []


async def test_a_request_without_a_key_is_done_each_time(world):
    await carry_out(world.acting, None, subscribes)
    with pytest.raises(RefusalError, match="already"):
        await carry_out(world.acting, None, subscribes)
    assert await world.rows(PlatformRequestRow) == []


async def test_what_was_refused_can_be_tried_again_with_its_key(world):
    async def refused(act) -> str:
        return (await follow(act, "nobody", 11)).follower.nick

    with pytest.raises(RefusalError, match="channel_not_found"):
        await carry_out(world.acting, ONE, refused)
    assert await carry_out(world.acting, ONE, follows) == str(world.now)


async def test_of_many_at_once_on_two_nodes_one_is_done_and_all_are_answered(database_url):
    one, two = World(database_url), World(database_url)
    async with one.store, two.store, asyncio.timeout(40):
        await one.plant()
        for user_id in (2, 11, 12, 13, 14):
            request = PlatformRequest(key_hash=f"{user_id:064}", request_hash="r" * 64)
            done: list[object] = []

            async def work(act, who=user_id, done=done) -> str:
                told = await subscribe(act, "streamer", who, level=TIN, amount=1, days=1)
                done.append(told)
                return told.kind

            answers = await asyncio.gather(*(carry_out(each.acting, request, work) for each in (one, two) * 4))
            assert len(set(answers)) == 1
            assert len(done) == 1
        assert len(one.told) + len(two.told) == 5
        assert len(await one.rows(SubscriptionRow)) == 5


async def test_two_who_do_the_same_without_a_key_do_it_once(database_url):
    """Who comes second waits for the first, and finds it done."""
    one, two = World(database_url), World(database_url)
    async with one.store, two.store, asyncio.timeout(40):
        await one.plant()
        await asyncio.gather(*(carry_out(each.acting, None, follows) for each in (one, two) * 4))
        assert len(one.told) + len(two.told) == 1


async def test_a_failure_in_the_middle_leaves_neither_the_act_nor_the_key(world):
    async def fails(act) -> str:
        await follow(act, "streamer", 11)
        await act.session.flush()
        raise OSError("the disk is gone")

    with pytest.raises(DirectoryUnavailableError, match="the disk is gone"):
        await carry_out(world.acting, ONE, fails)
    assert await world.rows(PlatformRequestRow) == []
    assert await world.rows(MembershipRow, user_id=11) == []
    assert world.told == []
    await carry_out(world.acting, ONE, follows)
    assert world.types() == ["channel_follow_create"]


CRASH = """
import asyncio, os, sys
from tests.server.platform.conftest import World
from tests.server.platform.test_requests import ONE, subscribes
from vklive.server.platform.acting import Acting
from vklive.server.platform.requests import carry_out

async def main(database_url):
    world = World(database_url)
    async with world.store:
        await world.plant()

        async def publish(ws_channel, publication):
            os._exit(23)  # no answer was given, and nothing was cleaned up

        await carry_out(Acting(world.store.database, publish), ONE, subscribes)

asyncio.run(main(sys.argv[1]))
"""


async def test_after_a_crash_between_the_act_and_its_answer_the_repetition_is_answered(database_url):
    ended = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-c", textwrap.dedent(CRASH), database_url],
        check=False,
        capture_output=True,
        timeout=40,
    )
    assert ended.returncode == 23, ended.stderr

    restarted = World(database_url)
    async with restarted.store:
        assert await carry_out(restarted.acting, ONE, subscribes) == "first_subscription"
        assert len(await restarted.rows(SubscriptionRow)) == 1
        assert restarted.told == []


async def test_keys_are_forgotten_when_they_are_old_and_not_before(world):
    await carry_out(world.acting, ONE, follows)

    world.clock.advance(KEPT_FOR.total_seconds())
    await forget_old(world.acting)
    assert len(await world.rows(PlatformRequestRow)) == 1
    world.clock.advance(1)
    await forget_old(world.acting)
    assert await world.rows(PlatformRequestRow) == []
    assert timedelta(hours=24) <= KEPT_FOR
