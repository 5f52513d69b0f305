"""Connecting to a host with several addresses, some of which lead nowhere."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator

import pytest

from vklive.client import dialing
from vklive.client.dialing import dial

GOOD, CLOSED = "127.0.0.1", "127.0.0.2"


@pytest.fixture
def port() -> Iterator[int]:
    with socket.create_server((GOOD, 0)) as server:
        yield server.getsockname()[1]


@pytest.fixture
def silent_port() -> Iterator[int]:
    """A port that does not answer: its queue of connections is full, so what comes is dropped."""
    with socket.create_server((GOOD, 0), backlog=0) as server:
        fillers = []
        for _ in range(8):
            filler = socket.socket()
            filler.setblocking(False)
            filler.connect_ex(server.getsockname())
            fillers.append(filler)
        yield server.getsockname()[1]
        for filler in fillers:
            filler.close()


def addresses(monkeypatch, *found: tuple[socket.AddressFamily, str, int]) -> None:
    async def getaddrinfo(*_, **__):
        return [(family, socket.SOCK_STREAM, 6, "", (host, port)) for family, host, port in found]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", getaddrinfo)


async def test_an_address_that_refuses_is_passed_over(monkeypatch, port):
    addresses(monkeypatch, (socket.AF_INET, CLOSED, port), (socket.AF_INET, GOOD, port))
    with await dial("host", port) as connected:
        assert connected.getpeername() == (GOOD, port)


async def test_an_address_that_does_not_answer_is_passed_over(monkeypatch, port, silent_port):
    monkeypatch.setattr(dialing, "ADDRESS_PATIENCE", 0.02)
    addresses(monkeypatch, (socket.AF_INET, GOOD, silent_port), (socket.AF_INET, GOOD, port))
    with await dial("host", port) as connected:
        assert connected.getpeername() == (GOOD, port)


async def test_the_last_address_gets_the_time_that_is_left(monkeypatch, silent_port):
    monkeypatch.setattr(dialing, "ADDRESS_PATIENCE", 0.0)
    addresses(monkeypatch, (socket.AF_INET, GOOD, silent_port))
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.02):
            await dial("host", silent_port)


async def test_the_failure_of_the_last_address_is_told(monkeypatch, port):
    addresses(monkeypatch, (socket.AF_INET, CLOSED, port))
    with pytest.raises(ConnectionRefusedError):
        await dial("host", port)


async def test_a_host_without_addresses_is_one(monkeypatch):
    addresses(monkeypatch)
    with pytest.raises(OSError, match="no address"):
        await dial("host", 1)


async def test_families_take_turns(monkeypatch):
    six, four = socket.AF_INET6, socket.AF_INET
    found = [
        (family, socket.SOCK_STREAM, 6, "", (name, 1))
        for family, name in [(six, "a"), (six, "b"), (six, "c"), (four, "d")]
    ]
    assert [address[0] for *_, address in dialing._alternating(found)] == ["a", "d", "b", "c"]
    assert dialing._alternating([]) == []
