"""A line that cannot be read spoils no other."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vklive.recording import reading
from vklive.recording.lines import Began, Heard, encode_line
from vklive.recording.reading import BadLine, Placed, read_lines

GOOD = (
    b'{"kind":"event","received_at":"2026-11-23T12:03:04Z","channel_url":"s","topic":"chat","ws_channel":"x",'
    b'"payload":{"type":"new"},"more":1}\n'
)
BEGAN = b'{"kind":"recording","format":%d,"vklive":"0.1","began_at":"2026-11-23T12:03:04Z","channel_url":"s"}\n'


def read(content: bytes):
    return list(read_lines(io.BytesIO(content), "file"))


def test_good_lines_are_told_with_their_place():
    began, event = read(BEGAN % 1 + b"\n" + GOOD)

    assert isinstance(began, Placed)
    assert isinstance(began.line, Began)
    assert isinstance(event, Placed)
    assert isinstance(event.line, Heard)
    assert (event.where, event.line.raw) == ("file:3", b'{"type":"new"}')


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"{", "truncated"),
        (b"[]", "Expected `object`"),
        (b"\xff\xfe", "malformed"),
        (b'{"kind":"new"}', "Invalid value 'new'"),
        (b"{}", "missing required field `kind`"),
        (b'{"kind":"event"}', "missing required field `received_at`"),
        (GOOD.strip().replace(b'"payload":{"type":"new"},', b""), "either a payload or a text"),
        (GOOD.strip().replace(b'"more":1', b'"text":"x"'), "either a payload or a text"),
        (BEGAN.strip() % 2, "it is of format 2; this program reads formats up to 1"),
        (b'{"kind":"event","more":' + b"[" * 100_000 + b"]" * 100_000 + b"}", "nested too deeply"),
    ],
)
def test_a_bad_line_is_told_with_its_place_and_the_next_is_read(line, reason):
    bad, good = read(line + b"\n" + GOOD)

    assert isinstance(bad, BadLine)
    assert bad.where == "file:1"
    assert reason in bad.reason
    assert isinstance(good, Placed)


def test_a_last_line_without_its_end_was_torn():
    _, bad = read(GOOD + GOOD[:-20])

    assert isinstance(bad, BadLine)
    assert bad.reason.endswith("; the recording ends in the middle of it")


def test_a_line_without_end_is_passed_over(monkeypatch):
    monkeypatch.setattr(reading, "MAX_LINE_SIZE", len(GOOD) + 1)

    bad, good = read(b"x" * 1000 + b"\n" + GOOD)

    assert bad == BadLine("file:1", f"it has more than {len(GOOD) + 1} bytes")
    assert isinstance(good, Placed)


@given(st.lists(st.binary(max_size=50)))
def test_whatever_stands_between_good_lines_they_are_read(between):
    content = b"".join(each.replace(b"\n", b"") + b"\n" + GOOD for each in between)

    assert sum(isinstance(each, Placed) for each in read(content)) >= len(between)


def test_what_is_written_is_read():
    [placed] = read(GOOD)
    assert isinstance(placed, Placed)

    assert read(encode_line(placed.line)) == [placed]
