"""Listening as a user does: real processes, a real server."""

from __future__ import annotations

import json
import signal
import urllib.request
from collections import deque

import pytest
from tests.cli.conftest import SLOW

from vklive.cli.exit_codes import ExitCode

MESSAGE = json.dumps(
    {
        "type": "channel_chat_message_send",
        "data": {
            "chat_message": {
                "id": 1,
                "author": {"id": 2, "nick": "viewer_one"},
                "parts": [{"text": {"content": "привет\n\x1b[2J\u202e"}}],
            }
        },
    }
)


@pytest.fixture
def listen(start):
    def run(*arguments: str, **variables: str):
        return start("listen", *arguments, **variables)

    return run


def test_a_person_sees_what_is_said_and_nothing_in_it_can_do_harm(listen, publish):
    listening = listen("streamer", "--topic", "chat", "--limit", "1")
    before = listening.lines_until("listening")

    publish("api-channel-chat:42", MESSAGE)
    code, [said], stderr = listening.end()

    assert [line[34:] for line in before] == ["connected", "listening"]
    assert said[10:] == r"chat                    viewer_one: привет\n\x1b[2J\u202e"
    assert (code, stderr) == (ExitCode.ENDED, "")


def test_how_the_listening_goes_is_told_over_http(listen):
    listening = listen("streamer", "--topic", "chat", "--health-port", "0")
    assert listening.process.stderr is not None
    said = listening.process.stderr.readline()
    assert said.startswith("health: http://127.0.0.1:")
    listening.lines_until("listening")
    with urllib.request.urlopen(said.split()[1]) as answer:
        assert answer.status == 200
        assert json.load(answer)["state"] == "hearing"
    listening.process.send_signal(signal.SIGTERM)
    assert listening.end()[0] == ExitCode.ENDED


def test_the_next_run_goes_on_where_the_last_one_was(listen, publish, tmp_path):
    state = tmp_path / "state.json"
    first = listen("streamer", "--topic", "chat", "--limit", "1", "--resume", str(state))
    first.lines_until("listening")
    publish("api-channel-chat:42", MESSAGE)
    assert first.end()[0] == ExitCode.ENDED

    publish("api-channel-chat:42", MESSAGE.replace('{"id": 1', '{"id": 2'))
    second = listen("streamer", "--topic", "chat", "--limit", "1", "--resume", str(state))
    code, lines, _ = second.end()

    assert code == ExitCode.ENDED
    assert "some events may be missing here: the program was not running" in lines[1]
    assert "messages that were missed: 1" in lines[3]
    assert "viewer_one" in lines[4]


def test_a_program_gets_json(listen, publish):
    listening = listen("https://live.vkvideo.ru/streamer", "--topic", "chat", "--json", "--limit", "2")
    before = listening.lines_until("vklive.listening")

    publish("api-channel-chat:42", MESSAGE)
    publish("api-channel-chat:42", '{"type":"new","data":[1.50]}')
    code, lines, stderr = listening.end()

    assert [json.loads(line)["type"] for line in before] == ["vklive.connected", "vklive.listening"]
    first, second = map(json.loads, lines)
    assert (first["channel"], first["topic"], first["ws_channel"]) == ("streamer", "chat", "api-channel-chat:42")
    assert first["data"] == json.loads(MESSAGE)["data"]
    assert second["type"] == "new"
    assert lines[1].endswith('"data":[1.50]}')
    assert (code, stderr) == (ExitCode.ENDED, "")


def test_an_application_hears_what_is_open(listen):
    listening = listen(
        *("streamer", "--topic", "chat", "--topic", "limited_chat", "--for", "2"),
        VKLIVE_ACCESS_TOKEN="",
        VKLIVE_CLIENT_ID="bot",
        VKLIVE_CLIENT_SECRET="bot-secret",
    )

    code, lines, stderr = listening.end()

    assert sorted(line[10:].split(maxsplit=1)[0] for line in lines) == ["chat", "connected", "limited_chat"]
    assert any("no access" in line for line in lines)
    assert (code, stderr) == (ExitCode.ENDED, "")


def test_no_access_to_anything_is_the_end(listen):
    listening = listen(
        *("streamer", "--topic", "limited_chat"),
        VKLIVE_ACCESS_TOKEN="",
        VKLIVE_CLIENT_ID="bot",
        VKLIVE_CLIENT_SECRET="bot-secret",
    )

    code, _, stderr = listening.end()

    assert (code, stderr) == (ExitCode.NO_ACCESS, "Error: no access to any topic of streamer\n")


def test_an_unknown_channel_is_the_end(listen):
    code, _, stderr = listen("nobody").end()

    assert code == ExitCode.NO_ACCESS
    assert "channel_not_found" in stderr
    assert stderr.count("\n") == 1


def test_refused_credentials_are_the_end_and_are_not_shown(listen):
    code, lines, stderr = listen("streamer", VKLIVE_ACCESS_TOKEN="a-wrong-token").end()

    assert (code, lines) == (ExitCode.REFUSED, [])
    assert "401" in stderr
    assert "a-wrong-token" not in stderr
    assert stderr.count("\n") == 1


def test_credentials_may_come_from_a_file(listen, environ, tmp_path):
    file = tmp_path / "token"
    file.write_text(environ["VKLIVE_ACCESS_TOKEN"] + "\n")

    listening = listen("streamer", "--access-token-file", str(file), "--for", "1", VKLIVE_ACCESS_TOKEN="")

    assert listening.end()[0] == ExitCode.ENDED


def test_a_closed_port_is_told_in_one_line_and_tried_again(listen, closed_port):
    listening = listen("streamer", "--for", "3", VKLIVE_API_URL=f"http://127.0.0.1:{closed_port}")

    code, [line], stderr = listening.end()

    assert f"no connection: cannot connect to 127.0.0.1:{closed_port} (tcp): " in line
    assert "; trying again in " in line
    assert (code, stderr) == (ExitCode.ENDED, "")


def test_a_closed_port_is_tried_more_than_once(listen, closed_port):
    listening = listen("streamer", "--json", VKLIVE_API_URL=f"http://127.0.0.1:{closed_port}")

    attempts = [json.loads(listening.line())["data"]["attempt"] for _ in range(2)]

    assert attempts == [2, 3]


def test_a_closed_port_is_the_end_without_retry(listen, closed_port):
    listening = listen("streamer", "--no-retry", VKLIVE_API_URL=f"http://127.0.0.1:{closed_port}")

    code, lines, stderr = listening.end()

    assert (code, lines) == (ExitCode.UNREACHABLE, [])
    assert stderr.startswith(f"Error: cannot connect to 127.0.0.1:{closed_port} (tcp): ")
    assert stderr.count("\n") == 1


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, ExitCode.ENDED), (signal.SIGINT, ExitCode.INTERRUPTED)])
def test_a_signal_ends_it_without_a_word(listen, number, code):
    listening = listen("streamer", "--topic", "chat")
    listening.lines_until("listening")

    listening.process.send_signal(number)

    assert listening.end() == (code, [], "")


def test_a_reader_that_has_had_enough_ends_it_quietly(listen, publish):
    listening = listen("streamer", "--topic", "chat")
    listening.lines_until("listening")
    assert listening.process.stdout is not None
    listening.process.stdout.close()

    publish("api-channel-chat:42", MESSAGE)

    assert listening.process.wait(SLOW) == ExitCode.ENDED
    assert listening.process.stderr is not None
    assert deque(listening.process.stderr, maxlen=1) == deque()


def test_without_credentials_it_says_where_to_put_them(vklive):
    done = vklive("listen", "streamer")

    assert done.exit_code == ExitCode.USAGE
    assert done.stderr.startswith(
        "Error: credentials: there are none (log in with `vklive login`, or set VKLIVE_ACCESS_TOKEN, "
    )
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    "arguments", [("streamer", "--topic", "chatt"), ("streamer", "--limit", "0"), ("streamer", "--for", "-1"), ("/",)]
)
def test_a_wrong_command_line_is_a_usage_error(vklive, arguments):
    assert vklive("listen", *arguments, environ={"VKLIVE_ACCESS_TOKEN": "t"}).exit_code == ExitCode.USAGE
