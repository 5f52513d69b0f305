"""Parts of a list say where the next one begins, and whether there is one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vklive.devapi.models import Extra
from vklive.server.platform.paging import cut


@pytest.mark.parametrize(
    ("found", "part", "extra"),
    [
        ([], [], Extra(offset=5, is_last=True)),
        ([1], [1], Extra(offset=6, is_last=True)),
        ([1, 2], [1, 2], Extra(offset=7, is_last=True)),
        ([1, 2, 3], [1, 2], Extra(offset=7, is_last=False)),
    ],
)
def test_one_entry_more_than_asked_for_says_that_there_is_more(found, part, extra):
    assert cut(found, offset=5, limit=2) == (part, extra)


@given(st.lists(st.integers()), st.integers(1, 5))
def test_who_follows_the_parts_sees_everything_once(entries, limit):
    seen: list[int] = []
    extra = Extra(offset=0, is_last=False)
    while not extra.is_last:
        part, extra = cut(entries[extra.offset : extra.offset + limit + 1], offset=extra.offset, limit=limit)
        seen += part

    assert (seen, extra.offset) == (entries, len(entries))
