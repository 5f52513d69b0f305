"""The history of one ws channel."""

from __future__ import annotations

import string
from typing import NamedTuple

from hypothesis import given
from hypothesis import strategies as st
from msgspec import Raw

from vklive.protocol.messages import Publication
from vklive.protocol.position import Position
from vklive.server.broker.base import Range
from vklive.server.broker.stream import EPOCH_LENGTH, Stream


def stream_of(published: int, *, size: int = 100) -> Stream:
    stream = Stream()
    for number in range(1, published + 1):
        stream.add(Publication(data=Raw(b"%d" % number)), size=size)
    return stream


def offsets(stream: Stream, limit: int = -1, *, since: int | None = None, reverse: bool = False) -> list[int]:
    position = None if since is None else Position(stream.epoch, since)
    return [found.offset for found in stream.read(Range(limit=limit, since=position, reverse=reverse))]


def test_a_new_stream_is_at_offset_0_of_an_epoch_of_four_letters():
    stream = Stream()

    assert stream.position == Position(stream.epoch, 0)
    assert len(stream.epoch) == EPOCH_LENGTH
    assert set(stream.epoch) <= set(string.ascii_letters)


def test_two_streams_have_different_epochs():
    assert len({Stream().epoch for _ in range(5)}) > 1


def test_offsets_count_from_1_and_are_in_the_publications():
    stream = Stream()

    numbered = [stream.add(Publication(data=Raw(b"%d" % number)), size=10) for number in range(3)]

    assert [one.offset for one in numbered] == [1, 2, 3]
    assert [bytes(one.data) for one in stream.read(Range(limit=-1))] == [b"0", b"1", b"2"]
    assert stream.position == Position(stream.epoch, 3)


def test_what_was_given_is_not_changed():
    publication = Publication(data=Raw(b"{}"))

    Stream().add(publication, size=1)

    assert publication.offset == 0


def test_the_last_ones_are_kept():
    assert offsets(stream_of(7, size=3)) == [5, 6, 7]


def test_a_smaller_size_cuts_what_is_kept():
    stream = stream_of(7)

    stream.add(Publication(), size=2)

    assert offsets(stream) == [7, 8]


def test_limit_0_reads_nothing():
    assert offsets(stream_of(3), 0) == []
    assert offsets(stream_of(3), 0, since=1) == []


def test_a_limit_counts_from_where_reading_begins():
    stream = stream_of(5)

    assert offsets(stream, 2) == [1, 2]
    assert offsets(stream, 2, since=2) == [3, 4]
    assert offsets(stream, 2, reverse=True) == [5, 4]
    assert offsets(stream, 2, since=4, reverse=True) == [3, 2]


def test_after_the_top_there_is_nothing():
    assert offsets(stream_of(3), since=3) == []
    assert offsets(stream_of(3), since=4) == []


def test_reading_on_from_what_is_no_longer_kept_begins_with_the_oldest():
    assert offsets(stream_of(7, size=3), since=1) == [5, 6, 7]


def test_reading_back_from_what_is_no_longer_kept_finds_nothing():
    assert offsets(stream_of(7, size=3), since=5, reverse=True) == []
    assert offsets(stream_of(7, size=3), since=2, reverse=True) == []


def test_reading_back_from_beyond_the_next_place_finds_nothing():
    assert offsets(stream_of(3), since=4, reverse=True) == [3, 2, 1]
    assert offsets(stream_of(3), since=5, reverse=True) == []


def test_a_cleared_stream_keeps_its_position_and_goes_on():
    stream = stream_of(3)
    before = stream.position

    stream.clear()

    assert offsets(stream) == []
    assert stream.position == before
    stream.add(Publication(), size=10)
    assert offsets(stream) == [4]
    assert offsets(stream, since=2) == [4]


class Add(NamedTuple):
    size: int


class Clear(NamedTuple):
    pass


class Read(NamedTuple):
    limit: int
    since: int | None
    reverse: bool


STEPS = st.one_of(
    st.builds(Add, st.integers(1, 6)),
    st.just(Clear()),
    st.builds(Read, st.integers(-1, 8), st.none() | st.integers(0, 30), st.booleans()),
)


@given(st.lists(STEPS, max_size=40))
def test_reads_what_a_list_of_everything_ever_published_says(steps):
    stream = Stream()
    everything: list[int] = []
    kept: list[int] = []
    for step in steps:
        match step:
            case Add(size):
                everything.append(len(everything) + 1)
                kept = [*kept, everything[-1]][-size:]
                assert stream.add(Publication(), size=size).offset == everything[-1]
            case Clear():
                kept = []
                stream.clear()
            case Read(limit, since, reverse):
                wanted = sorted(kept, reverse=reverse)
                if since is not None and not reverse:
                    wanted = [offset for offset in wanted if offset > since]
                elif since is not None:
                    # Whoever reads back stands at a place that is, or is the next.
                    is_place = since <= len(everything) + 1
                    wanted = [offset for offset in wanted if offset < since] if is_place else []
                assert offsets(stream, limit, since=since, reverse=reverse) == wanted[: None if limit < 0 else limit]
        assert stream.top == len(everything)
