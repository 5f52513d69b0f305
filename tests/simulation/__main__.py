"""Run simulations: ``python -m tests.simulation --seeds 10000``, or one of them, to be read: ``--seed 1234``."""

from __future__ import annotations

import argparse
import logging
import os
import sys
import time
from concurrent.futures import ProcessPoolExecutor

from tests.simulation.invariants import check
from tests.simulation.schedule import schedule_of
from tests.simulation.story import Story, tell

BATCH = 250


def failure_of(seed: int) -> str:
    """What is wrong with the simulation of a seed; empty when nothing is."""
    try:
        check(tell(Story(schedule_of(seed))))
    except Exception as error:  # noqa: BLE001 - whatever it is, it is the finding
        return f"{type(error).__name__}: {error}"
    return ""


def _failures_of(seeds: range) -> list[tuple[int, str]]:
    logging.disable()
    return [(seed, failure) for seed in seeds if (failure := failure_of(seed))]


def _run(first: int, seeds: int) -> int:
    began = time.monotonic()
    starts = range(first, first + seeds, BATCH)
    with ProcessPoolExecutor(max_workers=os.cpu_count()) as pool:
        batches = [range(start, min(start + BATCH, first + seeds)) for start in starts]
        failed = [each for found in pool.map(_failures_of, batches) for each in found]
    for seed, failure in failed:
        print(f"seed {seed}: {failure}\n    replay: python -m tests.simulation --seed {seed}")
    took = time.monotonic() - began
    print(f"{seeds} schedules from seed {first} on, {len(failed)} failed, {took:.0f} s")
    return 1 if failed else 0


def _replay(seed: int) -> int:
    schedule = schedule_of(seed)
    print(schedule)
    story = Story(schedule)
    try:
        tell(story)
        check(story)
    finally:
        print("\n".join(story.log))
    print("nothing is wrong with it")
    return 0


def _main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--seeds", type=int, default=10_000, help="how many schedules")
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--seed", type=int, help="replay this one, and print what happens")
    asked = parser.parse_args()
    return _run(asked.first, asked.seeds) if asked.seed is None else _replay(asked.seed)


if __name__ == "__main__":
    sys.exit(_main())
