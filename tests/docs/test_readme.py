"""Every example of the READMEs does what the page says.

Their terminals are real shells in an empty folder, with a real server on a free port. The pages say 8000 and how to
choose another one; here, another one is chosen in that way: `VKLIVE_PORT` is set, and stands where the page has 8000.
"""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from tests.docs.blocks import Block, blocks
from tests.docs.terminal import Terminal

ROOT = Path(__file__).parents[2]
PAGES = ["README.md", "README.ru.md"]

TERMINAL = re.compile(r"terminal (\d)( shows)?")
FILE = re.compile(r"file: ([\w.]+)")
ROLE = re.compile(rf"make|{FILE.pattern}|{TERMINAL.pattern}|excerpt|picture|not run: \S.*")


@pytest.fixture
def port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        number: int = found.getsockname()[1]
        return number


@pytest.fixture
def environment(port: int, tmp_path: Path) -> dict[str, str]:
    """What a new user's shell has, and no setting of whoever runs the tests."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith("VKLIVE_")}
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    return ours | {"PATH": path, "HOME": str(tmp_path), "VKLIVE_PORT": str(port), "PYTHONUNBUFFERED": "1"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "folder"
    made.mkdir()
    return made


@pytest.fixture
def open_terminal(folder: Path, tmp_path: Path, environment: dict[str, str]) -> Iterator[dict[str, Terminal]]:
    """Terminals by number, each opened when it is asked for."""
    with ExitStack() as opened:

        class Terminals(dict[str, Terminal]):
            def __missing__(self, number: str) -> Terminal:
                terminal = Terminal(folder, environment=environment, record=tmp_path / f"terminal-{number}")
                opened.callback(terminal.close)
                self[number] = terminal
                return terminal

        yield Terminals()


@pytest.mark.parametrize("page", PAGES)
def test_every_block_says_what_it_is(page: str) -> None:
    found = blocks(ROOT / page)

    assert found
    assert [block for block in found if not ROLE.fullmatch(block.role)] == []


@pytest.mark.parametrize("page", PAGES)
def test_no_fence_is_overlooked(page: str) -> None:
    fences = re.findall(r"^\s*(?:```|~~~)", (ROOT / page).read_text(encoding="utf-8"), re.MULTILINE)

    assert len(fences) == 2 * len(blocks(ROOT / page))


def test_both_pages_have_the_same_examples() -> None:
    def examples(page: str) -> list[tuple[str, str, str]]:
        # A picture is prose.
        return [
            (block.role, block.language, "" if block.role == "picture" else block.text) for block in blocks(ROOT / page)
        ]

    assert examples("README.md") == examples("README.ru.md")


@pytest.mark.parametrize("page", PAGES)
def test_the_terminals_show_what_the_page_says(
    page: str, folder: Path, port: int, open_terminal: dict[str, Terminal]
) -> None:
    for block in blocks(ROOT / page):
        text = block.text.replace("8000", str(port))
        if file := FILE.fullmatch(block.role):
            (folder / file[1]).write_text(text, encoding="utf-8")
        elif (terminal := TERMINAL.fullmatch(block.role)) and terminal[2]:
            open_terminal[terminal[1]].shows(text)
        elif terminal:
            open_terminal[terminal[1]].type(text)


def targets() -> list[str]:
    return sorted({line for page in PAGES for block in of("make", page) for line in block.text.splitlines()})


def of(role: str, page: str) -> list[Block]:
    return [block for block in blocks(ROOT / page) if block.role.startswith(role)]


@pytest.mark.parametrize("command", targets())
def test_make_knows_what_it_is_asked_for(command: str) -> None:
    program, target = command.split()
    planned = subprocess.run(  # what would be done; doing it is what `make test` is for
        [program, "--dry-run", target], cwd=ROOT, capture_output=True, text=True, timeout=20, check=False
    )

    assert planned.returncode == 0, planned.stderr


@pytest.mark.parametrize("page", PAGES)
def test_what_cannot_run_here_can_be_parsed(page: str, environment: dict[str, str]) -> None:
    for block in of("not run", page):
        if block.language == "python":
            compile(block.text, page, "exec")
        else:
            assert block.language == "sh"
            subprocess.run(["bash", "-n"], input=block.text, text=True, env=environment, timeout=20, check=True)
