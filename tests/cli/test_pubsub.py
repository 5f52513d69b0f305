"""The pub/sub alone, as a command."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import urllib.request

import pytest

from vklive.cli.exit_codes import ExitCode


def test_a_configuration_can_be_checked(vklive, tmp_path):
    file = tmp_path / "config.json"
    file.write_text(json.dumps({"namespaces": [{"name": "news", "presence": True}]}))

    done = vklive("pubsub", "-c", str(file), "--check")

    assert (done.exit_code, done.output) == (ExitCode.ENDED, f"{file} is fine.\n")


def test_all_that_is_wrong_is_told_each_in_its_line(vklive, tmp_path):
    file = tmp_path / "config.json"
    file.write_text(json.dumps({"admin": True, "prot": 1}))

    done = vklive("pubsub", "-c", str(file), "--check")

    assert done.exit_code == ExitCode.USAGE
    assert done.stderr.splitlines() == [
        f"Error: {file}: 2 problems:",
        f"  - {file}: admin: is not supported: there is no admin interface",
        f"  - {file}: prot: there is no such option; did you mean port?",
    ]


def test_keys_are_checked_too(vklive, tmp_path):
    file = tmp_path / "config.json"
    file.write_text(json.dumps({"token_rsa_public_key": "no key"}))

    done = vklive("pubsub", "-c", str(file), "--check")

    assert done.exit_code == ExitCode.USAGE
    assert f"  - {file}: token_rsa_public_key: it is no public key in PEM\n" in done.stderr


def test_without_a_file_everything_has_its_default(vklive, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    done = vklive("pubsub", "--check")

    assert (done.exit_code, done.output) == (ExitCode.ENDED, "The configuration without a file is fine.\n")


def test_a_file_called_config_json_is_found(vklive, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config.json").write_text('{"admin": true}')

    assert "config.json: admin: is not supported" in vklive("pubsub", "--check").stderr


def test_a_file_that_was_named_must_be_there(vklive, tmp_path):
    done = vklive("pubsub", "--check", "-c", str(tmp_path / "nope.json"))

    assert done.exit_code == ExitCode.USAGE
    assert "nope.json: cannot be read: No such file" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["--log_level", "loud"], "flag: log_level: expected one of"),
        (["-e", "redis"], "flag: engine: the engine 'redis' is not supported"),
        (["--internal_port", "x"], "flag: internal_port: expected a whole number"),
    ],
)
def test_flags_are_those_of_centrifugo_and_are_checked_as_its_options_are(
    vklive, tmp_path, monkeypatch, arguments, problem
):
    monkeypatch.chdir(tmp_path)

    assert problem in vklive("pubsub", "--check", *arguments).stderr


def test_it_says_where_it_is_reads_its_file_again_and_ends_when_asked(tmp_path):
    file = tmp_path / "config.yaml"
    file.write_text("address: 127.0.0.1\nhealth: true\nlog_level: info\napi_key: hunter2\n")
    command = [sys.executable, "-W", "error", "-m", "vklive", "pubsub", "-c", str(file), "--port", "0", "--sse"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        said = dict(re.split("  +", process.stdout.readline().rstrip(), maxsplit=1) for _ in range(4))
        with urllib.request.urlopen(said["health"], timeout=10) as answer:
            assert answer.read() == b"{}"

        log: list[str] = []

        def wait_for(words: str) -> None:
            assert process.stderr is not None
            while words not in (line := process.stderr.readline()):
                assert line, f"it ended without {words!r}: {log}"
                log.append(line)

        process.send_signal(signal.SIGHUP)
        wait_for("the configuration was read again")
        file.write_text("prot: 1\n")
        process.send_signal(signal.SIGHUP)
        wait_for("did you mean port?")
        process.send_signal(signal.SIGTERM)
        rest = process.stderr.read()

    assert process.returncode == ExitCode.ENDED
    assert list(said) == ["pub/sub", "sse", "HTTP API", "health"]
    assert "hunter2" not in "".join(log) + rest
