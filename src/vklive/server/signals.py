"""What an operator tells a running server: to stop, or to read its configuration again."""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import Callable

from vklive.errors import ConfigError

_log = logging.getLogger("vklive.server")


async def until_told_to_stop(
    *, reload: Callable[[], None] | None = None, ready: Callable[[], None] = lambda: None
) -> None:
    """Wait for SIGTERM or SIGINT.

    Args:
        reload: called at each SIGHUP. What is wrong with the configuration is logged, and the old one stays.
        ready: called as soon as signals are heard: before, they end the process.
    """
    asked = asyncio.Event()
    loop = asyncio.get_running_loop()
    stopping = (signal.SIGTERM, signal.SIGINT)
    for number in stopping:
        loop.add_signal_handler(number, asked.set)
    if reload is not None:
        loop.add_signal_handler(signal.SIGHUP, _reload, reload)
    try:
        ready()
        await asked.wait()
        _log.info("stopping")
    finally:
        for number in (*stopping, signal.SIGHUP):
            loop.remove_signal_handler(number)


def _reload(reload: Callable[[], None]) -> None:
    try:
        reload()
    except ConfigError as error:
        _log.error("the configuration is not read again, and the old one stays: %s", error)
    else:
        _log.info("the configuration was read again")
