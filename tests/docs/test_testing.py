"""The bot of docs/testing.md, tested as the page says, by a pytest of its own."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from tests.docs.blocks import blocks

from vklive.testing.fake_server import FakeServer

PAGE = Path(__file__).parents[2] / "docs" / "testing.md"


def test_the_bot_passes_its_test(tmp_path: Path) -> None:
    for block in blocks(PAGE):
        (tmp_path / block.role.removeprefix("file: ")).write_text(block.text, encoding="utf-8")

    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-W", "error", "-p", "no:asyncio"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )

    assert "1 passed" in done.stdout, done.stdout + done.stderr


def test_the_test_notices_a_bot_that_is_worse(tmp_path: Path) -> None:
    for block in blocks(PAGE):
        text = block.text.replace('"Hello, ', '"Bye, ')
        (tmp_path / block.role.removeprefix("file: ")).write_text(
            text if block.role.removeprefix("file: ") == "bot.py" else block.text, encoding="utf-8"
        )

    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q"], cwd=tmp_path, capture_output=True, text=True, timeout=50, check=False
    )

    assert "1 failed" in done.stdout


def test_every_call_of_the_page_is_one_of_the_server() -> None:
    called = set(re.findall(r"`(?:await |async with )?server\.(\w+)", PAGE.read_text(encoding="utf-8")))

    public = {name for name in vars(FakeServer) if not name.startswith("_")}
    assert called - {"client"} <= public
    # `open` and `user` are not for tests of programs.
    assert public - called - {"open", "close"} == set()
