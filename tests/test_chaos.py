"""The chaos, for some seconds: long enough to see that it works, and that an account that does not settle is told."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parent.parent / "benchmarks"
sys.path.insert(0, str(BENCHMARKS))

from chaos_account import GAP, settle  # noqa: E402 - programs of a folder that is no package


@pytest.mark.timeout(150)
def test_every_event_is_accounted_for_after_one_round_of_everything():
    command = [sys.executable, "-W", "error", str(BENCHMARKS / "chaos.py"), "--seconds", "14", "--seed", "1"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=140)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "every event is accounted for" in done.stdout
    (published,) = re.findall(r"published +(\d+)", done.stdout)
    assert int(published) > 50


@pytest.mark.parametrize(
    ("heard", "lost", "repeated", "covered"),
    [
        ([1, 2, 3, 4], [], [], 0),
        ([1, 2, GAP, 4], [], [], 1),
        ([1, 2, 4], [3], [], 0),
        ([1, 2, 2, 3, 4], [], [2], 0),
        ([1, 3, 2, 4], [], [2], 0),
        ([1, 2], [3, 4], [], 0),
        ([1, 2, GAP], [], [], 2),
        ([GAP, 1, 2, 4], [3], [], 0),
        ([3, 4], [], [], 0),
        ([], [1, 2, 3, 4], [], 0),
    ],
)
def test_an_account_tells_what_was_lost_and_what_came_twice(heard, lost, repeated, covered):
    account = settle([1, 2, 3, 4], heard)
    assert (account.lost, account.repeated, account.covered) == (lost, repeated, covered)
    assert account.is_settled == (not lost and not repeated)


def test_what_the_server_may_have_taken_before_it_died_may_be_heard_or_not():
    assert settle([1, 3], [1, 2, 3]).is_settled
    assert settle([1, 3], [1, 3]).is_settled
