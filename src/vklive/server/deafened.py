"""Who may not hear a ws channel any more, though they have a subscription token for it that has not expired."""

from __future__ import annotations

from collections import OrderedDict

MAX_REMEMBERED = 100_000
"""Users and ws channels that are remembered: some tens of megabytes at most. Of more, the oldest are forgotten."""


class Deafened:
    """Remembers since when tokens have to be, in bounded memory.

    It is the memory of one process: what was said to others, or before a restart, it does not know.

    Args:
        limit: how many users and ws channels are remembered.
    """

    def __init__(self, *, limit: int = MAX_REMEMBERED) -> None:
        self._limit = limit
        self._since: OrderedDict[tuple[str, str], int] = OrderedDict()

    def add(self, user: str, ws_channel: str, *, now: float) -> None:
        """What the user was given for the ws channel up to the second of `now` is good no more.

        A token that does not say when it was signed counts as older.
        """
        self._since.pop((user, ws_channel), None)
        self._since[user, ws_channel] = int(now)
        if len(self._since) > self._limit:
            self._since.popitem(last=False)

    def until(self, user: str, ws_channel: str) -> int | None:
        """The last unix second whose tokens are good no more; `None` when all are that have not expired."""
        return self._since.get((user, ws_channel))
