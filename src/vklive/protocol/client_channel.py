"""What the consumer's side of a connection knows of one ws channel."""

from __future__ import annotations

from enum import Enum

from msgspec import Struct

from vklive.protocol.messages import Publication, SubscribeResult
from vklive.protocol.position import Position


class Place(Enum):
    """Where a publication stands to what was heard before it."""

    NEXT = "next"
    """It is the next one, or nobody can know."""
    REPEATED = "repeated"
    """It was heard before: of two that carry one offset, the first is the one."""
    AFTER_A_HOLE = "after_a_hole"
    """Others before it were never heard."""
    OUTDATED = "outdated"
    """It was under way when an earlier subscription ended. The answer to this one says what is heard from where on."""


class ClientChannel(Struct):
    """A subscription, from the command that asks for it on. A later one to the same ws channel is another.

    Attributes:
        stands: whether the server has said yes.
        refresh_at: when its token is to be renewed.
        epoch: which history its offsets are of.
        heard: offset of the last publication, where the server vouches for their order; else `None`.
    """

    stands: bool = False
    refresh_at: float | None = None
    epoch: str = ""
    heard: int | None = None

    def begin(self, result: SubscribeResult) -> Position:
        """The server has said yes. Gives the place after which what is heard begins."""
        self.stands, self.epoch = True, result.epoch
        # The result says where the history ends; what was recovered of it follows, and comes before that.
        first = result.publications[0].offset if result.publications else 0
        offset = first - 1 if first else result.offset
        self.heard = offset if result.recoverable or result.positioned else None
        return Position(self.epoch, offset)

    def take(self, publication: Publication) -> Place:
        """Say where a publication stands; it is taken as heard when it is the next."""
        offset = publication.offset
        if offset and not self.stands:
            return Place.OUTDATED
        if self.heard is None or not offset:
            return Place.NEXT
        if offset <= self.heard:
            return Place.REPEATED
        if offset > self.heard + 1:
            return Place.AFTER_A_HOLE
        self.heard = offset
        return Place.NEXT

    def position_of(self, publication: Publication) -> Position | None:
        """Its place in the history, where there is one."""
        return Position(self.epoch, publication.offset) if publication.offset else None
