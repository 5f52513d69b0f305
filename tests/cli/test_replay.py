"""Recordings, played back."""

from __future__ import annotations

import json
import signal

import pytest
from tests.cli.recordings import deleted, event, poll, write

from vklive.cli.exit_codes import ExitCode

HAPPENED = {
    "kind": "happened",
    "received_at": "2026-11-23T12:00:00Z",
    "channel_url": "streamer",
    "topic": "chat",
    "ws_channel": "api-channel-chat:42",
    "type": "vklive.gap",
    "data": {"topic": "chat", "ws_channel": "api-channel-chat:42", "reason": "lost"},
}
FRAME = {"kind": "frame", "at": "2026-11-23T12:00:00Z", "link": 1, "direction": "in", "text": "{}"}


@pytest.fixture
def replay(vklive, tmp_path, api_key):
    def call(*lines, arguments: tuple[str, ...] = ("--speed", "0"), key: str = api_key):
        file = write(tmp_path / "recording.jsonl", *lines)
        return vklive("replay", file, *arguments, environ={"VKLIVE_API_KEY": key})

    return call


def test_it_is_shown_as_listen_shows_it(replay):
    done = replay(HAPPENED, FRAME, deleted(5))

    assert (done.exit_code, done.stderr) == (ExitCode.ENDED, "")
    assert [line[10:] for line in done.stdout.splitlines()] == [
        "chat                    some events may be missing here: lost",
        "chat                    message 5 was deleted",
    ]


def test_programs_get_json_as_from_listen(replay):
    done = replay(HAPPENED, poll(1), arguments=("--speed", "0", "--json"))

    gap, said = map(json.loads, done.stdout.splitlines())
    assert gap["type"] == "vklive.gap"
    assert said == {
        "type": "poll",
        "topic": "info",
        "channel": "streamer",
        "ws_channel": "api-channel-info:42",
        "position": None,
        "received_at": "2026-11-23T12:00:01+00:00",
        "data": {"id": 1, "votes": 1},
    }


def test_only_what_is_wanted(replay):
    lines = replay(
        HAPPENED,
        poll(1),
        deleted(1),
        poll(2),
        poll(3),
        arguments=("--topic", "info", "--limit", "2", "--speed", "0", "--json"),
    ).stdout

    assert [json.loads(line)["data"]["id"] for line in lines.splitlines()] == [1, 2]


def test_a_bad_line_is_told_and_passed_over(replay):
    done = replay("{", deleted(5))

    assert done.exit_code == ExitCode.ENDED
    assert ":2: " in done.stderr
    assert "message 5 was deleted" in done.stdout


def test_pauses_are_as_they_were(start, tmp_path):
    file = write(tmp_path / "recording.jsonl", poll(1), poll(2), poll(50))
    replaying = start("replay", file, "--json", "--speed", "10")

    assert [json.loads(replaying.line())["data"]["id"] for _ in range(2)] == [1, 2]
    replaying.process.send_signal(signal.SIGTERM)
    assert replaying.end() == (ExitCode.ENDED, [], "")


def test_what_a_server_refuses_is_told_once_and_stops_nothing(replay, server):
    wrong = [event({"type": "poll", "data": {"id": number}}, topic="nowhere") for number in range(2)]
    for each in wrong:
        each["ws_channel"] = "nowhere:1"

    done = replay(*wrong, poll(1), arguments=("--speed", "0", "--publish", server))

    assert done.exit_code == ExitCode.FAILED
    assert done.stderr == "Error: nowhere:1: unknown channel (code 102)\n"
    assert done.stdout == "api-channel-info:42: 1 published\nnowhere:1: 2 not published\n"


def test_what_is_not_json_is_not_published(replay, server):
    line = poll(1)
    del line["payload"]

    done = replay({**line, "text": "{"}, HAPPENED, arguments=("--speed", "0", "--publish", server))

    assert done.exit_code == ExitCode.FAILED
    assert done.stderr == "Error: api-channel-info:42: it is not JSON\n"


def test_nothing_to_publish_is_said_so(replay, server):
    assert replay(HAPPENED, arguments=("--publish", server)).stdout == "nothing was published\n"


def test_a_wrong_key_is_refused(replay, server):
    done = replay(poll(1), arguments=("--publish", server), key="wrong")

    assert done.exit_code == ExitCode.REFUSED
    assert "wrong" not in done.stderr.replace("the API key is wrong", "")


@pytest.mark.parametrize(
    "arguments",
    [
        ("--speed", "-1"),
        ("--into", "chat=x"),
        ("--publish", "http://x", "--into", "chat"),
        ("--publish", "http://x", "--into", "new=x"),
    ],
)
def test_a_wrong_command_line_is_a_usage_error(replay, arguments):
    assert replay(poll(1), arguments=arguments).exit_code == ExitCode.USAGE


def test_publishing_needs_a_key(replay):
    done = replay(poll(1), arguments=("--publish", "http://x"), key="")

    assert done.exit_code == ExitCode.USAGE
    assert "--api-key: is missing" in done.stderr
