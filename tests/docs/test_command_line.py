"""The commands of docs/command-line.md are those of the program, and what it shows can be run."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

from tests.docs.blocks import blocks

from vklive.cli import main
from vklive.server.configuration import load_configuration

PAGE = Path(__file__).parents[2] / "docs" / "command-line.md"


def test_every_command_has_a_row():
    rows = re.findall(r"^\| (`vklive .*?) \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE)

    named = {name for row in rows for name in re.findall(r"`vklive (\w+)", row)}
    assert named == set(main.list_commands(None))  # type: ignore[arg-type]  # the group needs no context for it


def test_what_it_shows_of_a_shell_can_be_run(tmp_path):
    shown = [block for block in blocks(PAGE) if block.language == "sh"]
    assert [block.role for block in shown] == ["terminal 1"]
    environ = {
        **{name: value for name, value in os.environ.items() if not name.startswith("VKLIVE_")},
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "VKLIVE_DATABASE_URL": f"sqlite+aiosqlite:///{tmp_path / 'vklive.sqlite3'}",
    }

    for line in shown[0].text.splitlines():
        done = subprocess.run(
            line,
            shell=True,
            cwd=tmp_path,
            env=environ,
            input="a good password\n",
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr

    listed = subprocess.run(
        "vklive admin users list && vklive admin applications list",
        shell=True, cwd=tmp_path, env=environ, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    assert "Anna" in listed
    assert "Bot" in listed


def test_what_it_shows_of_settings_is_taken(tmp_path):
    for number, block in enumerate(each for each in blocks(PAGE) if each.language == "toml"):
        tomllib.loads(block.text)
        file = tmp_path / f"{number}.toml"
        # What stands for a secret is none.
        file.write_text(block.text.replace("\u2026", "x" * 40), encoding="utf-8")
        load_configuration(file=file, environ={}, flags={})


def test_what_it_shows_of_a_configuration_of_centrifugo_is_taken(tmp_path):
    (block,) = (each for each in blocks(PAGE) if each.language == "json")
    file = tmp_path / "config.json"
    file.write_text(block.text, encoding="utf-8")

    done = subprocess.run(
        [sys.executable, "-m", "vklive", "pubsub", "-c", file, "--check"], capture_output=True, text=True, check=False
    )

    assert (done.returncode, done.stdout) == (0, f"{file} is fine.\n")
