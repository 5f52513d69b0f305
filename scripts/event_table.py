"""Writes the table of events into docs/events.md, from the registry, the server's source and the golden files.

python scripts/event_table.py           writes it
python scripts/event_table.py --check   says whether it is up to date
"""

from __future__ import annotations

import ast
import sys
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

from vklive.events import registered
from vklive.server.platform.routing import TOPICS

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "events.md"
SERVER = ROOT / "src" / "vklive" / "server"
GOLDEN = ROOT / "tests" / "events" / "golden"

BEGIN = "<!-- The table is made by scripts/event_table.py. -->\n"
END = "<!-- That was the table. -->\n"

HEAD = ("event", "heard in", "certainty", "topic", "decoded as", "emitted by our server", "tested: golden files")


def makers(server: Path, classes: Sequence[str]) -> Mapping[str, list[str]]:
    """The modules of the server that make an event, by the name of its class.

    To make one is to call its class. Who only matches on one, or checks for one, makes none.
    """
    found: defaultdict[str, set[str]] = defaultdict(set)
    for path in sorted(server.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in classes:
                found[node.func.id].add(path.relative_to(server).as_posix())
    return {name: sorted(modules) for name, modules in found.items()}


def table() -> str:
    classes = registered()
    made = makers(SERVER, [cls.__name__ for cls in classes.values()])
    rows = [HEAD, ("---",) * len(HEAD)]
    for event_type, cls in sorted(classes.items()):
        rows.append(
            (
                f"`{event_type}`",
                ", ".join(cls.heard_in),
                cls.certainty.value,
                ", ".join(f"`{topic}`" for topic in cls.topics),
                f"`{cls.__name__}`",
                emitted(made.get(cls.__name__, []), routed=event_type in TOPICS),
                str(len([*GOLDEN.glob(f"{event_type}.json"), *GOLDEN.glob(f"{event_type}.*.json")])),
            )
        )
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def emitted(modules: Sequence[str], *, routed: bool) -> str:
    if modules:
        return "by itself: " + ", ".join(f"`{module}`" for module in modules)
    return "when told" if routed else "no"


def page() -> str:
    """The page as it should be."""
    before, begin, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise SystemExit(f"{PAGE} does not say where the table is")
    return f"{before}{begin}\n{table()}\n{end}{after}"


if __name__ == "__main__":
    if "--check" in sys.argv:
        sys.exit(0 if page() == PAGE.read_text(encoding="utf-8") else f"{PAGE.name} is old: run scripts/event_table.py")
    PAGE.write_text(page(), encoding="utf-8")
