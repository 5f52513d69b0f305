"""The history of one ws channel, in memory.

Source: `centrifuge` v0.28.2, internal/memstream; centrifugo.md 7.2.
"""

from __future__ import annotations

import secrets
import string
from collections import deque
from itertools import islice

from msgspec import structs

from vklive.protocol.messages import Publication
from vklive.protocol.position import Position
from vklive.server.broker.base import Range

EPOCH_LENGTH = 4
"""Letters of an epoch; two streams of one ws channel must not have the same, and there are seven million."""


class Stream:
    """Publications with consecutive offsets, of which the last ones are kept."""

    def __init__(self) -> None:
        self.epoch = "".join(secrets.choice(string.ascii_letters) for _ in range(EPOCH_LENGTH))
        self.top = 0
        self._kept: deque[Publication] = deque()

    @property
    def position(self) -> Position:
        """The place of the last publication."""
        return Position(self.epoch, self.top)

    def add(self, publication: Publication, *, size: int) -> Publication:
        """Append a publication and keep the last `size`; returns it with its offset."""
        self.top += 1
        numbered = structs.replace(publication, offset=self.top)
        self._kept.append(numbered)
        while len(self._kept) > size:
            self._kept.popleft()
        return numbered

    def clear(self) -> None:
        """Forget the publications. Positions stay what they are."""
        self._kept.clear()

    def read(self, wanted: Range) -> list[Publication]:
        """The publications of a range. What is no longer kept is left out."""
        if not wanted.limit or not self._kept:
            return []
        count = len(self._kept) if wanted.limit < 0 else min(wanted.limit, len(self._kept))
        first = self._kept[0].offset
        if not wanted.reverse:
            since = 0 if wanted.since is None else wanted.since.offset
            # The offset is the client's word, and may be larger than anything that can be skipped.
            skipped = min(max(0, since + 1 - first), len(self._kept))
            return list(islice(self._kept, skipped, skipped + count))
        since = self.top + 1 if wanted.since is None else wanted.since.offset
        skipped = self.top + 1 - since
        # A place further on than the next one is of another history: nothing of this one comes before it.
        return list(islice(reversed(self._kept), skipped, skipped + count)) if skipped >= 0 else []
