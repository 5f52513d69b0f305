"""The demo as a new user meets it: as a process, in a pipe."""
# ruff: noqa: RUF001 - the people of the demo write Russian

import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from tests.conftest import missing

ROOT = Path(__file__).parents[3]
SECONDS = 8
TIMEOUT = 45
CONSUMERS = ("subscriber", "guest")


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-W", "error", "-m", "vklive", "demo", *arguments]


@pytest.fixture(scope="module")
def ended():
    """``make demo``, left alone."""
    if shutil.which("make") is None:
        missing("make", package="make")
    # What make says while it installs goes before the demo, and is not what is tested here.
    subprocess.run(["make", "--silent", ".venv/stamps/run"], cwd=ROOT, capture_output=True, timeout=300, check=True)
    return subprocess.run(
        ["make", "--silent", "demo", f"SECONDS={SECONDS}"],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        timeout=TIMEOUT,
        check=False,
    )


@pytest.fixture(scope="module")
def lines(ended) -> list[str]:
    written: str = ended.stdout
    return written.splitlines()


def of(consumer: str, lines: list[str]) -> list[str]:
    return [line for line in lines if line.startswith(consumer)]


def summary(lines: list[str]) -> dict[str, list[str]]:
    """The figures of both consumers, by what they count."""
    start = next(number for number, line in enumerate(lines) if "were published" in line)
    rows = (re.split(r" {2,}", line.strip()) for line in lines[start + 2 : -1])
    return {name: figures for name, *figures in rows}


def test_it_ends_well_and_says_nothing_on_stderr(ended):
    assert ended.stderr == ""
    assert ended.returncode == 0


def test_in_a_pipe_there_is_no_colour(ended):
    assert "\x1b" not in ended.stdout


@pytest.mark.parametrize("consumer", CONSUMERS)
def test_each_consumer_takes_the_five_steps_in_order(consumer, lines):
    steps = [int(step) for line in of(consumer, lines) for step in re.findall(r" step (\d) ", line)]

    assert sorted(set(steps)) == [1, 2, 3, 4, 5]
    assert steps.index(1) < steps.index(2)
    assert steps.index(3) < steps.index(4) < steps.index(5)


def test_the_guest_has_no_access_to_limited_chat_and_goes_on(lines):
    refused = [line for line in of("guest", lines) if "no access" in line]

    assert len(refused) == 1
    assert "limited_chat" in refused[0]
    assert not [line for line in of("subscriber", lines) if "no access" in line]
    assert summary(lines)["limited_chat"][1] == "no access"


def test_the_subscriber_hears_limited_chat(lines):
    assert any("limited_chat" in line and "подписчикам привет" in line for line in of("subscriber", lines))
    assert int(summary(lines)["limited_chat"][0]) > 0


@pytest.mark.parametrize(
    "said",
    [
        "кот_в_сапогах: всем доброго вечера! :котик:",
        "Полина_П: @null_pointer, у меня чисто, перезайди",
        "Тихий Терминал (owner): @Tolmach, good question!",
        "Данила: продам аккаунт, пиши в личку дешёво <https://spam.example/x>",
        "чай_с_мятой asks for reward",
        "дебютант_2 follows the channel",
        "Олег из Леса comes with 57 viewers",
        "the stream is on: Пишем планировщик задач с нуля: день третий",
    ],
)
def test_events_read_like_people(said, ended):
    assert said in ended.stdout


def test_the_cut_consumer_comes_back_and_is_told_of_the_gap(lines):
    cut = next(number for number, line in enumerate(lines) if "is cut" in line)
    after = of("subscriber", lines[cut:])

    at = [
        next(n for n, line in enumerate(after) if words in line) for words in ("trying again", "connected", "missing")
    ]
    assert at == sorted(at)
    assert any("  chat  " in line for line in after[at[-1] :])
    assert not [line for line in of("guest", lines) if "trying again" in line]


def test_the_summary_counts(lines):
    figures = summary(lines)

    assert [name for name in figures if name in {"chat", "info", "channel_points", "limited_chat"}] == [
        "chat",
        "info",
        "channel_points",
        "limited_chat",
    ]
    assert all(int(count) > 0 for topic in ("chat", "info") for count in figures[topic])
    assert figures["reconnects"] == ["1", "0"]
    assert int(figures["gaps told of"][0]) > 0
    for quantile in ("delay p50", "delay p99"):
        # Not bounded from above: how long a busy machine takes is no promise of the demo.
        assert all(float(figure.removesuffix(" ms")) >= 0 for figure in figures[quantile])


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT for one process")
def test_ctrl_c_ends_it_with_the_summary():
    with subprocess.Popen(
        command("--seconds", "600"), stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8"
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        for line in process.stdout:
            if "step 5" in line:
                break
        process.send_signal(signal.SIGINT)
        rest = process.stdout.read()

        assert process.stderr.read() == ""
    assert "were published" in rest
    assert process.returncode == 0


def test_a_reader_that_has_seen_enough_ends_it_quietly():
    with subprocess.Popen(
        command("--seconds", "600"), stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8"
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()

        assert process.stderr.read() == ""
    assert process.returncode == 0
