"""Ten thousand schedules of faults; and that a client which is worse than ours does not pass."""

from __future__ import annotations

import logging
import subprocess
import sys

import pytest
from tests.simulation.__main__ import failure_of
from tests.simulation.schedule import Action, schedule_of

from vklive.client.backoff import Backoff
from vklive.client.stream import Stream
from vklive.protocol.client_channel import ClientChannel, Place


def run(*asked: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-W", "error", "-m", "tests.simulation", *asked]
    return subprocess.run(command, capture_output=True, encoding="utf-8", check=False)


@pytest.mark.timeout(300)
def test_whatever_happens_nothing_is_lost_silently():
    done = run("--seeds", "10000")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "10000 schedules from seed 0 on, 0 failed" in done.stdout


def test_a_seed_can_be_replayed_and_read():
    first, again = (run("--seed", "17") for _ in range(2))
    assert first.returncode == 0, first.stderr
    assert "no more faults" in first.stdout
    # But for the ids that the server gives to its connections, which are random.
    lines = [[line for line in each.stdout.splitlines() if "client_id" not in line] for each in (first, again)]
    assert lines[0] == lines[1]


def test_every_action_and_every_setting_is_drawn():
    schedules = [schedule_of(seed) for seed in range(500)]
    assert {step.action for each in schedules for step in each.steps} == set(Action)
    assert len({each.overflow for each in schedules}) == 4
    assert {each.resume for each in schedules} == {each.refill for each in schedules} == {True, False}


def found(*, seeds: int) -> set[str]:
    """What the first seeds find, each in the words before its figures."""
    return {failure for seed in range(seeds) if (failure := failure_of(seed))}


@pytest.fixture
def quiet():
    logging.disable()
    yield
    logging.disable(logging.NOTSET)


@pytest.mark.usefixtures("quiet")
@pytest.mark.parametrize(
    ("where", "name", "worse", "finding"),
    [
        (ClientChannel, "take", lambda *_: Place.NEXT, "in order, and nothing twice"),
        (Stream, "tell_gap", lambda *_: None, "it is not told"),
        (Stream, "begin_listening", lambda *_: None, "nobody was told that it is heard"),
        (Backoff, "next", lambda _: 3600.0, "it waits for"),
    ],
    ids=["hears what comes twice", "tells no gap", "forgets that it listens", "waits for an hour"],
)
def test_a_worse_client_is_found_out(monkeypatch, where, name, worse, finding):
    monkeypatch.setattr(where, name, worse)
    assert any(finding in failure for failure in found(seeds=300))
