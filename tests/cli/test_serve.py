"""The server as a command."""

from __future__ import annotations

import contextlib
import re
import signal
import socket
import subprocess
import sys
import urllib.request

import pytest

from vklive.cli.exit_codes import ExitCode

SECRET = "hunter2hunter2hunter2hunter2hunt"


def test_the_configuration_can_be_seen_with_its_origins_and_without_its_secrets(vklive, tmp_path):
    file = tmp_path / "server.toml"
    file.write_text("host = '::1'\n")
    key = tmp_path / "key"
    key.write_text(f"{SECRET}\n")

    done = vklive(
        *("serve", "--print-config", "--config", str(file), "--port", "9", "--api-key-file", str(key)),
        environ={"VKLIVE_TOKENS__SECRET": SECRET, "VKLIVE_ACCESS_TOKEN": SECRET},
    )

    assert done.exit_code == ExitCode.ENDED
    assert SECRET not in done.output
    said = dict(re.split(r" +# ", line) for line in done.output.splitlines())
    assert said['host = "::1"'] == str(file)
    assert said["port = 9"] == "flag: port"
    assert said['api_key = "<secret>"'] == "flag: api_key"
    assert said['tokens.secret = "<secret>"'] == "environment: VKLIVE_TOKENS__SECRET"


@pytest.mark.parametrize(
    ("arguments", "environ", "line"),
    [
        ((), {"VKLIVE_PROT": "1"}, "environment: VKLIVE_PROT: there is no such setting (did you mean VKLIVE_PORT?)"),
        (("--config", "none.toml"), {}, "none.toml: cannot be read: No such file or directory"),
        (("--api-key-file", "none"), {}, "none: cannot be read: No such file or directory"),
        (
            (),
            {"VKLIVE_SHUTDOWN_TIMEOUT": "soon"},
            "environment: VKLIVE_SHUTDOWN_TIMEOUT: expected a number of seconds greater than 0, got 'soon'",
        ),
    ],
)
def test_a_wrong_configuration_is_one_line(vklive, monkeypatch, tmp_path, arguments, environ, line):
    monkeypatch.chdir(tmp_path)

    done = vklive("serve", *arguments, environ=environ)

    assert (done.exit_code, done.stderr) == (ExitCode.USAGE, f"Error: {line}\n")


def test_an_empty_file_is_no_key(vklive, tmp_path):
    key = tmp_path / "key"
    key.write_text("\n")

    done = vklive("serve", "--api-key-file", str(key))

    assert (done.exit_code, done.stderr) == (ExitCode.USAGE, f"Error: {key}: is empty (write the secret into it)\n")


@pytest.fixture
def serve(tmp_path):
    """Run the server as a process of its own; gives the process and what it said of itself."""
    with contextlib.ExitStack() as processes:

        def run(*arguments: str) -> tuple[subprocess.Popen[str], dict[str, str]]:
            process = subprocess.Popen(
                [sys.executable, "-W", "error", "-m", "vklive", "serve", "--port", "0", *arguments],
                cwd=tmp_path,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
            processes.enter_context(process)
            processes.callback(process.kill)
            assert process.stdout is not None
            said = [process.stdout.readline() for _ in range(5)]
            return process, dict(re.split("  +", line.rstrip(), maxsplit=1) for line in said)

        yield run


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_says_where_it_is_answers_there_and_ends_when_asked(serve, number):
    process, said = serve()

    assert list(said) == ["DevAPI", "pub/sub", "HTTP API", "OAuth", "docs"]
    with urllib.request.urlopen(said["docs"], timeout=10) as answer:
        assert answer.status == 200
    process.send_signal(number)
    _, stderr = process.communicate(timeout=20)

    assert process.returncode == ExitCode.ENDED
    assert stderr.count("tokens.secret is not set") == 1
    assert stderr.count("\n") == 1


def test_it_reads_its_file_again_when_asked_and_keeps_what_it_has_when_that_is_wrong(serve, tmp_path):
    file = tmp_path / "server.toml"
    file.write_text("[[namespaces]]\nname = 'news'\n")
    process, _ = serve("--config", str(file))

    file.write_text("[[namespaces]]\nname = 'news'\npresense = true\n")
    process.send_signal(signal.SIGHUP)
    lines = iter(process.stderr.readline, "")
    complaint = next(line for line in lines if "is not read again" in line)
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=20)

    assert f"{file}: namespaces[0].presense: there is no such setting (did you mean presence?)" in complaint
    assert process.returncode == ExitCode.ENDED


def test_it_says_that_the_http_api_is_closed_without_a_key_and_not_with_one(serve, tmp_path):
    key = tmp_path / "key"
    key.write_text(SECRET)

    _, closed = serve()
    _, opened = serve("--api-key-file", str(key))

    assert closed["HTTP API"].endswith("(closed: no api_key is set)")
    assert opened["HTTP API"].endswith("/api")


def test_a_port_that_is_taken_is_one_line(vklive, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        database = f"sqlite+aiosqlite:///{tmp_path / 'vklive.sqlite3'}"

        done = vklive("serve", "--port", port, "--database", database, environ={"VKLIVE_TOKENS__SECRET": SECRET})

    assert done.exit_code == ExitCode.USAGE
    assert f"cannot listen at 127.0.0.1:{port}" in done.stderr
    assert done.stderr.count("\n") == 1
