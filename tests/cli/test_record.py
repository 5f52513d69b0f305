"""Recording as a user does: real processes, a real server; and what is then made of it."""

from __future__ import annotations

import json
import signal

import pytest
from tests.cli.conftest import Running

from vklive.cli.exit_codes import ExitCode

CHAT = "api-channel-chat:42"
INFO = "api-channel-info:42"
JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI3In0.c2lnbmF0dXJl"
MESSAGE = json.dumps(
    {
        "type": "channel_chat_message_send",
        "data": {
            "chat_message": {"id": 1, "author": {"id": 2, "nick": "viewer_one"}, "parts": [{"text": {"content": "hi"}}]}
        },
    }
)


def poll(number: int) -> str:
    status = "open" if number % 2 else "closed"
    return (
        f'{{"type":"channel_poll_change","data":{{"poll":{{"id":{number},"status":"{status}","rate":{number}.50,'
        f'"access_token":"hush-{number}","hint":"{JWT}","author":{{"id":7,"nick":"Anna"}}}}}}}}'
    )


@pytest.fixture
def record(start):
    def run(*arguments: str):
        return start("record", "streamer", *arguments, "--topic", "chat", "--topic", "info")

    return run


def until_listening(recording: Running) -> None:
    """Wait until both topics are heard, which is told on stderr."""
    assert recording.process.stderr is not None
    heard = 0
    while heard < 2:
        line = recording.process.stderr.readline()
        assert line, "it has ended"
        heard += "listening" in line


def read(path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def test_unknown_events_are_recorded_inferred_and_replayed(record, publish, vklive, server, api_key, start, tmp_path):
    file = tmp_path / "recording.jsonl"
    recording = record(str(file), "--limit", "9")
    until_listening(recording)
    publish(CHAT, MESSAGE)
    for number in range(1, 9):
        publish(INFO, poll(number))
    code, out, err = recording.end()

    assert (code, out) == (ExitCode.ENDED, [])
    assert err == f"recorded into {file}: 9 events, 8 of them unknown to vklive\n"
    assert "hush" not in file.read_text()
    assert JWT not in file.read_text()

    inferred = vklive("infer", str(file))
    assert inferred.exit_code == ExitCode.ENDED
    assert "channel_poll_change: unknown to vklive\nSeen 8 times on info, " in inferred.stdout
    assert '"enum": [\n            "closed",\n            "open"\n' in inferred.stdout
    assert "    rate: float  # 1.5 to 8.5\n" in inferred.stdout
    assert "channel_chat_message_send" not in inferred.stdout
    assert inferred.stderr == "1 more type is known to vklive; --all tells of it too\n"

    shown = vklive("replay", str(file), "--speed", "0", "--topic", "chat")
    assert [line[10:] for line in shown.stdout.splitlines()] == [
        "                        connected",
        "chat                    listening",
        "chat                    viewer_one: hi",
    ]

    listening = start("listen", "streamer", "--topic", "info", "--json", "--limit", "9")
    listening.lines_until("vklive.listening")
    played = vklive(
        *("replay", str(file), "--speed", "0", "--publish", server, "--into", f"chat={INFO}"),
        environ={"VKLIVE_API_KEY": api_key},
    )
    assert (played.exit_code, played.stdout) == (ExitCode.ENDED, f"{INFO}: 9 published\n")
    _, lines, _ = listening.end()
    assert [json.loads(line)["type"] for line in lines] == ["channel_chat_message_send", *["channel_poll_change"] * 8]
    assert lines[1].endswith(
        '"data":{"poll":{"id":1,"status":"open","rate":1.50,"access_token":"<removed>","hint":"<removed>",'
        '"author":{"id":7,"nick":"Anna"}}}}'
    )


def test_a_recording_can_be_shared(record, publish, tmp_path):
    file = tmp_path / "recording.jsonl"
    recording = record(str(file), "--anonymize", "--limit", "1")
    until_listening(recording)
    publish(INFO, poll(1))
    recording.end()

    text = file.read_text()
    for private in ("streamer", "Anna", ":42", '"id":7'):
        assert private not in text
    assert read(file)[0]["anonymized"] is True


def test_frames_are_recorded_without_tokens(record, publish, tmp_path, environ):
    file = tmp_path / "recording.jsonl"
    recording = record(str(file), "--frames", "--limit", "1")
    until_listening(recording)
    publish(INFO, poll(1))
    recording.end()

    frames = [line for line in read(file) if line["kind"] == "frame"]
    assert [frame["direction"] for frame in frames[:2]] == ["opened", "out"]
    assert '"connect":{"token":"<removed>"' in str(frames[1]["text"])
    assert any(frame["direction"] == "in" and "channel_poll_change" in str(frame["text"]) for frame in frames)
    for secret in ("eyJ", "hush", environ["VKLIVE_ACCESS_TOKEN"]):
        assert secret not in file.read_text()


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, ExitCode.ENDED), (signal.SIGINT, ExitCode.INTERRUPTED)])
def test_a_signal_ends_it_politely(record, publish, tmp_path, number, code):
    file = tmp_path / "recording.jsonl"
    recording = record(str(file))
    until_listening(recording)

    recording.process.send_signal(number)

    assert recording.end() == (code, [], f"recorded into {file}: 0 events\n")
    assert read(file)[0]["kind"] == "recording"


def test_the_next_recording_comes_after_what_is_there(record, tmp_path):
    file = tmp_path / "recording.jsonl"
    for arguments, beginnings in (((), 1), ((), 2), (("--overwrite",), 1)):
        assert record(str(file), "--for", "1", *arguments).end()[0] == ExitCode.ENDED
        assert [line["kind"] for line in read(file)].count("recording") == beginnings


def test_it_can_go_into_a_pipe(record, publish):
    recording = record("-", "--limit", "1")
    until_listening(recording)
    publish(INFO, poll(1))
    code, lines, err = recording.end()

    assert (code, err) == (ExitCode.ENDED, "recorded into stdout: 1 event, 1 of them unknown to vklive\n")
    assert [json.loads(line)["kind"] for line in lines][-1] == "event"


def test_a_file_that_cannot_be_written_is_told_at_once(vklive, tmp_path):
    done = vklive("record", "streamer", str(tmp_path), environ={"VKLIVE_ACCESS_TOKEN": "t"})

    assert (done.exit_code, done.stdout) == (ExitCode.USAGE, "")
    assert done.stderr == f"Error: {tmp_path}: cannot be written: Is a directory\n"


@pytest.mark.parametrize(
    "arguments",
    [
        ("streamer",),
        ("/", "file"),
        ("streamer", "file", "--anonymize", "--frames"),
        ("streamer", "file", "--files", "0"),
    ],
)
def test_a_wrong_command_line_is_a_usage_error_and_writes_nothing(vklive, tmp_path, monkeypatch, arguments):
    monkeypatch.chdir(tmp_path)

    assert vklive("record", *arguments, environ={"VKLIVE_ACCESS_TOKEN": "t"}).exit_code == ExitCode.USAGE
    assert list(tmp_path.iterdir()) == []
