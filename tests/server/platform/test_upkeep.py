"""The upkeep goes on, whatever happens to a job."""

from __future__ import annotations

import asyncio
import logging

from vklive.server.directory import DirectoryUnavailableError
from vklive.server.platform.upkeep import EVERY, Upkeep
from vklive.server.tasks import Tasks
from vklive.testing.loop import run_virtual


def test_jobs_are_done_again_and_again_until_the_end(caplog):
    done: list[tuple[str, float]] = []

    def job(name: str, *errors: Exception | None):
        trouble = iter(errors)

        async def work() -> None:
            done.append((name, asyncio.get_running_loop().time()))
            if (error := next(trouble, None)) is not None:
                raise error

        return work

    async def scene() -> None:
        tasks = Tasks()
        upkeep = Upkeep(
            {
                "first": job("first", DirectoryUnavailableError("it is away"), KeyError("a mistake")),
                "second": job("second"),
            }
        )
        upkeep.start(tasks)
        await asyncio.sleep(2 * EVERY + 1)
        await upkeep.stop()
        await asyncio.sleep(10 * EVERY)
        await tasks.stop()

    with caplog.at_level(logging.WARNING):
        run_virtual(scene())

    began = done[0][1]
    assert [(name, time - began) for name, time in done] == [
        (name, time) for time in (0.0, EVERY, 2 * EVERY) for name in ("first", "second")
    ]
    warned, failed = caplog.records
    assert "first: the directory does not answer: it is away" in warned.getMessage()
    assert "first failed" in failed.getMessage()
    assert failed.exc_info is not None


async def test_what_has_not_begun_can_be_stopped():
    await Upkeep({}).stop()
