"""Pings of the WebSocket protocol, in virtual time."""

from __future__ import annotations

import asyncio

from vklive.server.edge.keepalive import DEADLINE, INTERVAL, Keepalive
from vklive.testing.loop import run_virtual


def test_a_client_that_answers_is_pinged_for_as_long_as_it_is_there():
    async def answer() -> None:
        pings = ends = 0

        def ping() -> None:
            nonlocal pings
            pings += 1
            asyncio.get_running_loop().call_later(1.0, keepalive.pong)

        def give_up() -> None:
            nonlocal ends
            ends += 1

        keepalive = Keepalive(ping, give_up)
        keepalive.start()
        await asyncio.sleep(100 * INTERVAL + 2)
        assert (pings, ends) == (100, 0)
        keepalive.stop()
        await asyncio.sleep(1000)
        assert (pings, ends) == (100, 0)

    run_virtual(answer())


def test_a_client_that_does_not_answer_is_given_up_at_the_deadline():
    async def wait() -> None:
        loop = asyncio.get_running_loop()
        given_up = loop.create_future()
        keepalive = Keepalive(lambda: None, lambda: given_up.set_result(loop.time()))
        began = loop.time()
        keepalive.start()
        assert await given_up - began == DEADLINE
        keepalive.stop()

    run_virtual(wait())
