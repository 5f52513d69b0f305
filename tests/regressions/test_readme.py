"""The table of threads is true: every test that it names is there, and every test of this folder names a thread."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
NAMED = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", (HERE / "README.md").read_text(encoding="utf-8"))
THREAD = re.compile(r"#\d+|README")


def named_in(path: Path) -> dict[str, str]:
    """Each test of a file, with the first line of what it says."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found = [each for each in tree.body if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef)]
    return {each.name: ast.get_docstring(each) or "" for each in found if each.name.startswith("test_")}


@pytest.mark.parametrize(("path", "name"), NAMED)
def test_what_is_named_is_there(path, name):
    assert name in named_in(ROOT / path)


def test_every_test_of_this_folder_names_its_threads():
    others = [path for path in HERE.glob("test_*.py") if path != Path(__file__)]
    silent = [name for path in others for name, says in named_in(path).items() if not THREAD.search(says)]
    assert others
    assert not silent
