"""What the house asks of every file and no other tool looks at: sizes, names, and nothing of anybody's machine."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from statistics import median

ROOT = Path(__file__).parent.parent
MAX_LINES = 500
MAX_MEDIAN_LINES = 200

FORBIDDEN_NAMES = re.compile(r"(^|[/_])(utils?|helpers?|misc|common|manager)(\.py|/)")
MACHINE = re.compile(r"/(root|home/\w+|work)/|(pypi|pythonhosted|npmjs|registry)\.[a-z]+\b", re.IGNORECASE)
TASK_STARTERS = {"create_task", "ensure_future"}
MAY_START_TASKS = {"src/vklive/client/flight.py", "src/vklive/client/supervisor.py", "src/vklive/server/tasks.py"}


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True)  # noqa: S607
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


def problems() -> Iterator[str]:
    files = tracked()
    modules = [path for path in files if path.is_relative_to(ROOT / "src") and path.suffix == ".py"]
    sizes = {path: path.read_text().count("\n") for path in modules}
    for path, size in sizes.items():
        if size > MAX_LINES:
            yield f"{path.relative_to(ROOT)}: {size} lines, at most {MAX_LINES}"
    if sizes and (middle := median(sizes.values())) > MAX_MEDIAN_LINES:
        yield f"the median module has {middle} lines, at most {MAX_MEDIAN_LINES}"
    for path in files:
        name = path.relative_to(ROOT).as_posix()
        if FORBIDDEN_NAMES.search(name):
            yield f"{name}: name it after what it holds"
        if path != Path(__file__) and (found := _machine_in(path)):
            yield f"{name}: names a machine or a registry: {found}"
    for path in modules:
        name = path.relative_to(ROOT).as_posix()
        if name not in MAY_START_TASKS:
            for line in _starts_tasks(path):
                yield f"{name}:{line}: only the supervisor and the server's task group start tasks"


def _machine_in(path: Path) -> str | None:
    try:
        found = MACHINE.search(path.read_text())
    except UnicodeDecodeError:
        return None
    return found[0] if found else None


def _starts_tasks(path: Path) -> Iterator[int]:
    """Where tasks are started, but for those of a task group: they end with its block."""
    tree = ast.parse(path.read_text())
    groups = {
        item.optional_vars.id
        for node in ast.walk(tree)
        if isinstance(node, ast.AsyncWith)
        for item in node.items
        if "TaskGroup" in ast.dump(item.context_expr) and isinstance(item.optional_vars, ast.Name)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in TASK_STARTERS:
            owner = node.func.value
            if not (isinstance(owner, ast.Name) and owner.id in groups):
                yield node.lineno


if __name__ == "__main__":
    found = list(problems())
    print("\n".join(found), file=sys.stderr, end="\n" if found else "")
    sys.exit(bool(found))
