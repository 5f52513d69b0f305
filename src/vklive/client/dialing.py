"""A TCP connection to a host that has several addresses, some of which may not work.

What asyncio itself does about that (RFC 8305) starts tasks; trying one address after the other, none for too long, gets
there as well.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Sequence
from itertools import chain, zip_longest
from typing import TypeAlias

ADDRESS_PATIENCE = 1.5
"""Seconds for each address but the last: enough for a lost first packet, which is sent again after one."""

_SocketAddress: TypeAlias = tuple[str, int] | tuple[str, int, int, int] | tuple[int, bytes]
_Found: TypeAlias = tuple[socket.AddressFamily, socket.SocketKind, int, str, _SocketAddress]


async def dial(host: str, port: int) -> socket.socket:
    """A connected socket that does not block. To be called within a time limit.

    Raises:
        OSError: what the last address failed with; `socket.gaierror` when the host has none.
    """
    loop = asyncio.get_running_loop()
    failure: OSError | None = None
    found = _alternating(await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM))
    for left, (family, kind, protocol, _, address) in zip(range(len(found) - 1, -1, -1), found, strict=True):
        attempt = socket.socket(family, kind, protocol)
        attempt.setblocking(False)
        try:
            async with asyncio.timeout(ADDRESS_PATIENCE if left else None):
                await loop.sock_connect(attempt, address)
        except OSError as error:  # also the TimeoutError of an address that does not answer
            attempt.close()
            failure = error
        except BaseException:
            attempt.close()
            raise
        else:
            return attempt
    raise failure or OSError("the host has no address")


def _alternating(found: Sequence[_Found]) -> list[_Found]:
    """IPv6 and IPv4 in turn, beginning with what the system would begin with: one of the two may lead nowhere."""
    first = [each for each in found if each[0] == found[0][0]]
    others = [each for each in found if each[0] != found[0][0]]
    return [each for each in chain.from_iterable(zip_longest(first, others)) if each is not None]
