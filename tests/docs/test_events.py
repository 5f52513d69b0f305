"""docs/events.md: its table is what the code says, and its example runs."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest
from tests.docs.blocks import blocks

from vklive.events import registered

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "events.md"
SCRIPT = ROOT / "scripts" / "event_table.py"


@pytest.fixture
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("event_table", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_table_is_up_to_date() -> None:
    done = subprocess.run(
        [sys.executable, str(SCRIPT), "--check"], capture_output=True, text=True, timeout=50, check=False
    )

    assert done.returncode == 0, done.stderr


def test_an_old_table_is_noticed_and_made_anew(
    script: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = tmp_path / "events.md"
    old.write_text(PAGE.read_text(encoding="utf-8").replace("| certain |", "| doubtful |"), encoding="utf-8")
    monkeypatch.setattr(script, "PAGE", old)

    assert script.page() == PAGE.read_text(encoding="utf-8")


def test_it_has_a_row_for_each_event_and_each_is_tested() -> None:
    rows = [
        line.split(" | ") for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| `channel_")
    ]

    assert {row[0].strip("|` ") for row in rows} == {each for each in registered() if each.startswith("channel_")}
    assert all(int(row[-1].strip("| ")) > 0 for row in rows)


def test_to_make_an_event_is_to_call_its_class(script: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "platform").mkdir()
    (tmp_path / "platform" / "follows.py").write_text("act.announce(channel, FollowCreated(follow=x))")
    (tmp_path / "reading.py").write_text(
        "match data:\n    case FollowDeleted(follow=x): pass\nisinstance(data, FollowDeleted)\nother(FollowDeleted)\n"
    )

    made = script.makers(tmp_path, ["FollowCreated", "FollowDeleted"])

    assert made == {"FollowCreated": ["platform/follows.py"]}
    assert script.emitted(["platform/follows.py"], routed=True) == "by itself: `platform/follows.py`"
    assert (script.emitted([], routed=True), script.emitted([], routed=False)) == ("when told", "no")


def test_its_example_runs(tmp_path: Path) -> None:
    (block,) = (block for block in blocks(PAGE) if block.role == "file: own_types.py")
    (tmp_path / "own_types.py").write_text(block.text, encoding="utf-8")

    done = subprocess.run(
        [sys.executable, "-W", "error", "own_types.py"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )

    assert done.stdout == "7 3\n", done.stderr


def test_every_block_of_the_page_is_tried() -> None:
    assert [block.role for block in blocks(PAGE)] == ["file: own_types.py"]
