"""What lasts until it is told to stop."""

from __future__ import annotations

import asyncio
import os
import signal

import pytest

from vklive.cli.exit_codes import ExitCode
from vklive.cli.following import Ending
from vklive.cli.stopping import until_stopped
from vklive.testing.loop import run_virtual


async def test_it_ends_by_itself():
    async def work() -> Ending:
        return Ending(ExitCode.NO_ACCESS, "why")

    assert await until_stopped(work()) == Ending(ExitCode.NO_ACCESS, "why")


def test_it_ends_when_the_time_is_up():
    async def work() -> Ending:
        await asyncio.sleep(60)
        raise AssertionError

    assert run_virtual(until_stopped(work(), duration=5)) == Ending(ExitCode.ENDED)


async def test_it_ends_with_sigterm():
    async def work() -> Ending:
        os.kill(os.getpid(), signal.SIGTERM)
        await asyncio.Event().wait()
        raise AssertionError

    assert await until_stopped(work()) == Ending(ExitCode.ENDED)


async def test_a_timeout_of_what_it_does_is_none_of_its_own():
    async def work() -> Ending:
        raise TimeoutError

    with pytest.raises(TimeoutError):
        await until_stopped(work(), duration=60)
