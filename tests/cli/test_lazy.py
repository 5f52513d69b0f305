"""The group: quick help, clear ends."""

from __future__ import annotations

import os
import subprocess
import sys

import click
import pytest
from click.testing import CliRunner

import vklive.cli
from vklive.cli.exit_codes import ExitCode
from vklive.cli.lazy import LazyCommand, LazyGroup
from vklive.errors import ConfigError, MissingExtraError

WITHOUT_SERVER_EXTRA = """
import sys
for name in ("litestar", "uvicorn", "websockets", "sqlalchemy", "alembic", "jwt", "aiosqlite", "cryptography"):
    sys.modules[name] = None
from vklive.cli import main
main(prog_name="vklive")
"""


def python(code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, timeout=30, check=False
    )


def group_with(monkeypatch, body) -> LazyGroup:
    """A group with the one command `run`, which does `body`."""
    monkeypatch.setattr(vklive.cli, "run", click.command()(body), raising=False)
    return LazyGroup(name="vklive", lazy={"run": LazyCommand("vklive.cli:run", "Run.")})


def test_the_help_names_every_command_and_exit_code(vklive):
    said = vklive("--help").output

    for name in ("demo", "serve", "listen", "publish", "token"):
        assert f"\n  {name} " in said
    for code in ExitCode:
        assert code.meaning in said


def test_the_help_imports_no_command():
    code = (
        "import sys\nfrom vklive.cli import main\nmain(['--help'], standalone_mode=False)\n"
        "print(*sorted(sys.modules), file=sys.stderr)"
    )
    imported = python(code).stderr.split()

    assert "vklive.cli.lazy" in imported
    # The client comes with the package's own names; the server and what commands need do not.
    assert not {"vklive.server", "litestar", "uvicorn", "sqlalchemy", "rich"} & set(imported)


def test_without_the_servers_extra_there_is_help():
    done = python(WITHOUT_SERVER_EXTRA, "--help")

    assert done.returncode == ExitCode.ENDED
    assert "serve" in done.stdout


def test_a_server_command_without_the_extra_says_how_to_get_it():
    done = python(WITHOUT_SERVER_EXTRA, "serve")

    assert done.returncode == ExitCode.USAGE
    assert done.stderr == (
        "Error: what `vklive serve` needs is not installed; install it with: pip install 'vklive[server]'\n"
    )


def test_a_bug_of_our_own_is_not_taken_for_a_missing_extra(monkeypatch):
    group = LazyGroup(name="vklive", lazy={"run": LazyCommand("vklive.cli.nowhere:run", "Run.", extra="server")})

    assert isinstance(CliRunner().invoke(group, ["run"]).exception, ModuleNotFoundError)


def test_a_missing_package_of_no_extra_is_not_taken_for_a_missing_extra():
    group = LazyGroup(name="vklive", lazy={"run": LazyCommand("nowhere:run", "Run.")})

    assert isinstance(CliRunner().invoke(group, ["run"]).exception, ModuleNotFoundError)


def test_an_unknown_command_is_a_usage_error(vklive):
    done = vklive("lisen")

    assert done.exit_code == ExitCode.USAGE
    assert "No such command 'lisen'" in done.output


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (ConfigError("port", "wrong", hint="use 1"), "Error: port: wrong (use 1)\n"),
        (ConfigError("a", "\x1b[2J\nand that"), "Error: a: \\x1b[2J\nand that\n"),
        (
            MissingExtraError("a\nb", extra="x"),
            "Error: a\\nb is not installed; install it with: pip install 'vklive[x]'\n",
        ),
        (
            MissingExtraError("it", extra="server"),
            "Error: it is not installed; install it with: pip install 'vklive[server]'\n",
        ),
    ],
)
def test_an_error_of_ours_is_a_line_or_several_of_a_configuration_and_no_traceback(monkeypatch, error, line):
    def body() -> None:
        raise error

    done = CliRunner().invoke(group_with(monkeypatch, body), ["run"])

    assert (done.exit_code, done.stderr, done.stdout) == (ExitCode.USAGE, line, "")


def test_ctrl_c_has_its_exit_code_and_no_words(monkeypatch):
    def body() -> None:
        raise KeyboardInterrupt

    done = CliRunner().invoke(group_with(monkeypatch, body), ["run"])

    assert (done.exit_code, done.output) == (ExitCode.INTERRUPTED, "")


def test_a_reader_that_goes_away_ends_it_quietly():
    code = (
        "import click, vklive.cli\nfrom vklive.cli.lazy import LazyCommand, LazyGroup\n"
        "@click.command()\ndef run():\n    for number in range(100_000):\n        click.echo(number)\n"
        "vklive.cli.run = run\nLazyGroup(name='vklive', lazy={'run': LazyCommand('vklive.cli:run', 'Run.')})(['run'])"
    )
    reader, writer = os.pipe()
    process = subprocess.Popen([sys.executable, "-c", code], stdout=writer, stderr=subprocess.PIPE)
    os.close(writer)
    assert os.read(reader, 2) == b"0\n"
    os.close(reader)

    _, stderr = process.communicate(timeout=30)

    assert (process.returncode, stderr) == (ExitCode.ENDED, b"")
