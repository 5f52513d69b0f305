"""The golden files: each event of vk.md section 4 as its own examples have it, or as its tables say.

``TYPE.json`` is one for each type; ``TYPE.NOTE.json`` shows another shape that the same type is known to have. Those of
WebHooks have the envelope of a WebHook.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "golden"

NAMES = sorted(path.stem for path in FOLDER.glob("*.json"))


def payload_of(name: str) -> bytes:
    """A golden file as it is."""
    return (FOLDER / f"{name}.json").read_bytes()


def value_of(name: str) -> dict[str, Any]:
    """The JSON of a golden file."""
    value: dict[str, Any] = json.loads(payload_of(name))
    return value
