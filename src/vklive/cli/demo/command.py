"""``vklive demo``: the command."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys
from typing import cast

import click

from vklive.cli.demo.cast import CONSUMERS
from vklive.cli.demo.performance import Performance
from vklive.cli.demo.screen import Screen
from vklive.cli.seconds import seconds as seconds_type

DEFAULT_SECONDS = 30.0
"""Long enough to see everything happen, short enough to wait for the summary."""


@click.command()
@click.option(
    "--seconds", type=seconds_type, default=DEFAULT_SECONDS, show_default=True, help="How long the platform plays."
)
def demo(*, seconds: float) -> None:
    """Show the whole system at work on this machine.

    Starts the server on a free port, a simulated platform that publishes the traffic of three channels from a
    recording, and two consumers that take the five steps: a subscriber with access to limited chat, and a guest
    without. In the middle the subscriber's TCP connection is cut. Everything is real and nothing leaves this machine.
    Ctrl-C ends it early, with the summary.
    """
    screen = Screen(sys.stdout, consumers=CONSUMERS)
    performance = Performance(screen, seconds=seconds)
    asyncio.run(_until_ended(performance, screen))
    if screen.closed:
        raise BrokenPipeError
    screen.report(performance.report)
    screen.say("Your turn: `vklive serve` is this server, `vklive listen` is such a program.")


async def _until_ended(performance: Performance, screen: Screen) -> None:
    """Run the demo. Ctrl-C, SIGTERM and a reader that has gone cancel it: ways for it to end, and no errors."""
    task = asyncio.current_task()
    assert task is not None  # noqa: S101 - a coroutine that asyncio runs is in one
    screen.on_closed = task.cancel
    with contextlib.suppress(NotImplementedError):  # Windows has no such signal
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    try:
        await performance.run()
    except asyncio.CancelledError:
        task.uncancel()
    except ExceptionGroup as failed:
        raise _first(failed) from None


def _first(failed: Exception) -> Exception:
    """What went wrong first, of several things that run side by side; the others ended for it."""
    if isinstance(failed, ExceptionGroup):
        return _first(cast("ExceptionGroup[Exception]", failed).exceptions[0])
    return failed
