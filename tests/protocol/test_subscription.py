"""Where a subscriber stands in a history."""

from __future__ import annotations

import pytest
from msgspec import Raw

from vklive.protocol.messages import Publication
from vklive.protocol.position import Position
from vklive.protocol.subscription import stand


def kept(*offsets: int) -> list[Publication]:
    return [Publication(data=Raw(b"1"), offset=offset) for offset in offsets]


@pytest.mark.parametrize(
    ("since", "history", "top", "missed"),
    [
        (Position("E", 1), kept(2, 3), 3, [2, 3]),
        (Position("", 0), kept(1, 2, 3), 3, [1, 2, 3]),
        (Position("E", 3), [], 3, []),
        (Position("E", 1), kept(3), 3, None),
        (Position("E", 1), kept(2), 3, None),
        (Position("E", 1), [], 3, None),
        (Position("E", 9), [], 3, None),
        (Position("other", 1), kept(2, 3), 3, None),
        (Position("E", 1), kept(3, 2), 3, None),
    ],
)
def test_recovery_succeeds_when_nothing_at_all_is_missing(since, history, top, missed):
    standing = stand(since, kept=history, top=Position("E", top))
    assert standing.since == since
    assert (None if standing.missed is None else [one.offset for one in standing.missed]) == missed


def test_how_much_is_missing_costs_nothing():
    """The position is the client's word: it may be as far away as it likes."""
    top = Position("E", 2**62)
    assert stand(Position("E", 0), kept=kept(2**62), top=top).missed is None
    assert stand(Position("E", 2**64), kept=[], top=top).missed is None
