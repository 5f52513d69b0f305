"""How often somebody may try, in bounded memory.

What is forgotten when there are too many to remember is what was tried longest ago.
"""

from __future__ import annotations

import ipaddress
from collections import OrderedDict
from collections.abc import Callable, Hashable

MAX_REMEMBERED = 10_000
"""Keys that are remembered: some megabytes at most."""


class Attempts:
    """Counts tries in a window of time that begins with the first of them.

    Args:
        limit: tries in a window.
        window: seconds.
        now: gives monotonic seconds.
        remembered: how many keys at most.
    """

    def __init__(
        self, limit: int, *, window: float, now: Callable[[], float], remembered: int = MAX_REMEMBERED
    ) -> None:
        self._limit = limit
        self._window = window
        self._now = now
        self._remembered = remembered
        self._tries: OrderedDict[Hashable, tuple[float, int]] = OrderedDict()

    def wait(self, key: Hashable) -> float:
        """Seconds until `key` may try again; 0 for at once."""
        began, count = self._tries.get(key, (0.0, 0))
        return max(0.0, began + self._window - self._now()) if count >= self._limit else 0.0

    def tried(self, key: Hashable) -> None:
        """It tries. To be said before it is known how that ends, so that many at once are counted too."""
        now = self._now()
        began, count = self._tries.pop(key, (now, 0))
        if began + self._window <= now:
            began, count = now, 0
        self._tries[key] = began, count + 1
        if len(self._tries) > self._remembered:
            self._tries.popitem(last=False)

    def forgive(self, key: Hashable) -> None:
        """It was right: what it tried before was a slip of the hand."""
        self._tries.pop(key, None)


def network_of(address: str) -> str:
    """What one customer has: an address of IPv4, or the /64 of one of IPv6, in which there is no end of addresses."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((parsed.packed, 64), strict=False))
