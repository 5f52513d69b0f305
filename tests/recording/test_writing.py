"""Lines in files: none is lost, none is torn, and there is an end to how much they take."""

from __future__ import annotations

import errno
import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from vklive.errors import ConfigError, RecordingError
from vklive.recording.writing import LineFile, LinePipe

FULL = Path("/dev/full")


@pytest.fixture
def path(tmp_path):
    return tmp_path / "recording.jsonl"


@pytest.fixture
def opened(path):
    files = []

    def call(**settings) -> LineFile:
        file = LineFile(path, first_line=lambda: b"first\n", **settings)
        files.append(file)
        file.open()
        return file

    yield call
    for file in files:
        file.close()


def test_a_line_is_in_the_file_when_it_was_written(opened, path):
    file = opened()
    file.write(b"one\n")

    assert path.read_bytes() == b"first\none\n"


def test_a_kill_loses_nothing_that_was_written(path):
    program = """
import os, pathlib, signal, sys
from vklive.recording.writing import LineFile
file = LineFile(pathlib.Path(sys.argv[1]), first_line=lambda: b"first\\n")
file.open()
file.write(b"one\\n")
os.kill(os.getpid(), signal.SIGKILL)
"""
    killed = subprocess.run([sys.executable, "-c", program, str(path)], check=False)

    assert killed.returncode == -signal.SIGKILL
    assert path.read_bytes() == b"first\none\n"


def test_only_its_owner_can_read_a_new_file(opened, path):
    opened()

    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_what_is_there_stays(opened, path):
    path.write_bytes(b"before\n")
    opened().write(b"one\n")

    assert path.read_bytes() == b"before\nfirst\none\n"


def test_a_line_that_a_crash_has_torn_spoils_no_other(opened, path):
    path.write_bytes(b"before\nto")
    opened().write(b"one\n")

    assert path.read_bytes() == b"before\nto\nfirst\none\n"


def test_one_can_begin_anew(opened, path):
    path.write_bytes(b"before\n")
    opened(overwrite=True).write(b"one\n")

    assert path.read_bytes() == b"first\none\n"


def test_a_full_file_makes_room_for_another_and_the_oldest_goes(opened, path, tmp_path):
    file = opened(max_size=11, files=3)
    for line in (b"one\n", b"two\n", b"three\n", b"four\n"):
        file.write(line)

    assert {each.name: each.read_bytes() for each in tmp_path.iterdir()} == {
        "recording.jsonl": b"first\nfour\n",
        "recording.jsonl.1": b"first\nthree\n",
        "recording.jsonl.2": b"first\ntwo\n",
    }


def test_with_one_file_what_is_old_goes(opened, path, tmp_path):
    file = opened(max_size=11, files=1)
    for line in (b"one\n", b"two\n"):
        file.write(line)

    assert [each.read_bytes() for each in tmp_path.iterdir()] == [b"first\ntwo\n"]


def test_a_line_that_is_larger_than_a_file_is_written_all_the_same(opened, path):
    opened(max_size=10).write(b"a line of many words\n")

    assert path.read_bytes() == b"first\na line of many words\n"


def test_a_file_that_cannot_be_opened_is_a_mistake_of_the_configuration(tmp_path):
    with pytest.raises(ConfigError, match="cannot be written: Is a directory"):
        LineFile(tmp_path, first_line=lambda: b"").open()


@pytest.mark.skipif(not FULL.exists(), reason="a disk that is always full is there on Linux only")
def test_a_full_disk_is_told():
    file = LineFile(FULL, first_line=lambda: b"")
    file.open()

    with pytest.raises(RecordingError, match="/dev/full: cannot be written on: No space left") as caught:
        file.write(b"one\n")

    assert caught.value.problem == os.strerror(errno.ENOSPC)
    file.close()


def test_a_pipe_gets_each_line_at_once():
    reader, writer = os.pipe()
    with os.fdopen(writer, "wb") as file, os.fdopen(reader, "rb", buffering=0) as other_end:
        LinePipe(file).write(b"one\n")

        assert other_end.read(4) == b"one\n"
