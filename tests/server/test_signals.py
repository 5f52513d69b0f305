"""Signals of an operator, sent to this very process."""

from __future__ import annotations

import asyncio
import logging
import os
import signal

import pytest

from vklive.errors import ConfigError
from vklive.server.signals import until_told_to_stop


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_it_waits_until_it_is_told_to_stop_and_hears_no_signals_afterwards(number):
    await until_told_to_stop(ready=lambda: os.kill(os.getpid(), number))

    assert not asyncio.get_running_loop().remove_signal_handler(number)


async def test_each_hangup_has_the_configuration_read_again_and_what_is_wrong_with_it_ends_nothing(caplog):
    calls: list[int] = []

    def reload() -> None:
        calls.append(len(calls))
        # One signal at a time: two of a kind that wait are one.
        os.kill(os.getpid(), signal.SIGHUP if len(calls) < 3 else signal.SIGTERM)
        if len(calls) == 2:
            raise ConfigError("port", "is wrong")

    with caplog.at_level(logging.INFO, "vklive.server"):
        await until_told_to_stop(reload=reload, ready=lambda: os.kill(os.getpid(), signal.SIGHUP))

    assert calls == [0, 1, 2]
    assert [record.getMessage() for record in caplog.records] == [
        "the configuration was read again",
        "the configuration is not read again, and the old one stays: port: is wrong",
        "the configuration was read again",
        "stopping",
    ]
