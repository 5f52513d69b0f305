"""Publishing into a real server, as a platform does."""

from __future__ import annotations

import json

import pytest

from vklive.cli.exit_codes import ExitCode


@pytest.fixture
def publish(vklive, server, api_key):
    def call(*arguments: str, key: str = api_key, stdin: str | None = None):
        return vklive("publish", *arguments, "--url", server, environ={"VKLIVE_API_KEY": key}, stdin=stdin)

    return call


EVENT = json.dumps({"type": "new", "data": {}})


def test_into_one_ws_channel(publish):
    done = publish("api-channel-chat:1", EVENT)

    assert (done.exit_code, done.stdout, done.stderr) == (ExitCode.ENDED, "api-channel-chat:1: published\n", "")


def test_into_several_at_once(publish):
    done = publish("api-channel-chat:1", "api-channel-info:1", EVENT)

    assert done.exit_code == ExitCode.ENDED
    assert done.stdout == "api-channel-chat:1: published\napi-channel-info:1: published\n"


def test_the_payload_may_come_from_stdin(publish):
    assert publish("api-channel-chat:1", "-", stdin=f"{EVENT}\n").exit_code == ExitCode.ENDED


def test_a_key_may_come_from_a_file(vklive, server, api_key, tmp_path):
    key = tmp_path / "key"
    key.write_text(f"{api_key}\n")

    done = vklive("publish", "api-channel-chat:1", EVENT, "--url", server, "--api-key-file", str(key))

    assert done.exit_code == ExitCode.ENDED


def test_a_wrong_key_is_refused_and_not_shown(publish):
    done = publish("api-channel-chat:1", EVENT, key="wrong-key")

    assert done.exit_code == ExitCode.REFUSED
    assert done.stderr == "Error: POST /api answered 401 the API key is wrong, or the server has none\n"


def test_a_ws_channel_that_there_cannot_be_is_named(publish):
    done = publish("api-channel-chat:1", "nowhere:1", EVENT)

    assert done.exit_code == ExitCode.NO_ACCESS
    assert done.stdout == "api-channel-chat:1: published\n"
    assert done.stderr == "Error: nowhere:1: unknown channel (code 102)\n"


@pytest.mark.parametrize("payload", ["{", "", "text", "{'a': 1}"])
def test_what_is_not_json_is_not_sent(publish, payload):
    done = publish("api-channel-chat:1", payload)

    assert done.exit_code == ExitCode.USAGE
    assert done.stderr.startswith("Error: the payload: is not JSON")


def test_without_a_key_it_says_where_to_put_one(vklive):
    done = vklive("publish", "api-channel-chat:1", EVENT)

    assert (done.exit_code, done.stderr) == (
        ExitCode.USAGE,
        "Error: --api-key: is missing (set VKLIVE_API_KEY, or give --api-key-file)\n",
    )


def test_a_port_where_nobody_listens_is_one_line(vklive, closed_port):
    url = f"http://127.0.0.1:{closed_port}"

    done = vklive("publish", "api-channel-chat:1", EVENT, "--url", url, environ={"VKLIVE_API_KEY": "any"})

    assert done.exit_code == ExitCode.UNREACHABLE
    assert done.stderr.startswith("Error: cannot connect to 127.0.0.1:")
    assert done.stderr.count("\n") == 1
