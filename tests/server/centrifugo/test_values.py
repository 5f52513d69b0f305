"""Single values, as Centrifugo reads them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vklive.server.centrifugo.values import (
    UnreadableValueError,
    boolean,
    duration,
    path,
    port,
    text,
    texts,
    whole,
    word,
)


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("25s", 25.0),
        ("5m", 300.0),
        ("1h30m", 5400.0),
        ("500ms", 0.5),
        ("1.5s", 1.5),
        (".5s", 0.5),
        ("2h45m10s", 9910.0),
        ("0", 0.0),
        ("0s", 0.0),
        (0, 0.0),
        ("", 0.0),
    ],
)
def test_a_duration_is_read_as_go_reads_it(said, seconds):
    assert duration(said) == pytest.approx(seconds)


@pytest.mark.parametrize("said", ["5", 5, 25.0, "s", "5 s", "-5s", "1d", "5S", True, False, None, ["5s"], {}])
def test_what_is_no_duration_is_told_how_one_looks(said):
    with pytest.raises(UnreadableValueError, match="25s"):
        duration(said)


@given(st.integers(0, 23), st.integers(0, 59), st.integers(0, 59))
def test_parts_of_a_duration_add_up(hours, minutes, seconds):
    assert duration(f"{hours}h{minutes}m{seconds}s") == hours * 3600 + minutes * 60 + seconds


@pytest.mark.parametrize(("said", "read"), [(True, True), ("true", True), ("1", True), ("F", False), ("", False)])
def test_a_boolean_may_be_text(said, read):
    assert boolean(said) is read


@pytest.mark.parametrize("said", ["yes", 1, 0, None, []])
def test_what_is_neither_true_nor_false_is_refused(said):
    with pytest.raises(UnreadableValueError):
        boolean(said)


@pytest.mark.parametrize(("said", "read"), [(5, 5), ("18000", 18000), ("-1", -1)])
def test_a_number_may_be_text(said, read):
    assert whole(said) == read


@pytest.mark.parametrize("said", ["", "5.5", 5.5, True, None, "9" * 30, "٣" * 2 + "x"])
def test_what_is_no_number_is_refused(said):
    with pytest.raises(UnreadableValueError):
        whole(said)


@pytest.mark.parametrize(
    ("said", "read"),
    [
        (["a", "b"], ("a", "b")),
        ("a  b\tc", ("a", "b", "c")),
        ("https://{a,b}.example", ("https://{a,b}.example",)),
        ("", ()),
        (" ", ()),
        ([], ()),
    ],
)
def test_a_list_of_texts_may_be_one_text(said, read):
    assert texts(said) == read


@pytest.mark.parametrize("said", [5, None, [[]], {}, "a,b", "a, b"])
def test_what_is_no_list_of_texts_is_refused(said):
    with pytest.raises(UnreadableValueError):
        texts(said)


def test_a_text_may_be_a_number_and_nothing_else():
    assert (text("x"), text(5)) == ("x", "5")
    for said in (True, None, ["x"], 1.5):
        with pytest.raises(UnreadableValueError):
            text(said)


def test_capitals_do_not_count_in_a_word():
    assert word("INFO") == "info"


@pytest.mark.parametrize(("said", "read"), [("/ws", "/ws"), ("/ws/", "/ws"), ("/", "/"), ("", "/"), ("ws/", "ws")])
def test_slashes_at_the_end_of_a_path_do_not_count(said, read):
    assert path(said) == read


def test_a_port_may_be_an_empty_text():
    assert (port(""), port("8000"), port(8000)) == (0, 8000, 8000)
    with pytest.raises(UnreadableValueError):
        port("x")
