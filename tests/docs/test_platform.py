"""Every example of docs/platform.md does what the page says, and its tables have what the server has."""

from __future__ import annotations

import os
import re
import shutil
import socket
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import missing
from tests.docs.blocks import blocks
from tests.docs.terminal import Terminal

from vklive.cli.openapi import document
from vklive.server.http.platform_api import MAX_BODY_SIZE
from vklive.server.http.platform_api.describing import errors
from vklive.server.platform.requests import KEPT_FOR, MAX_KEY_LENGTH

PAGE = Path(__file__).parents[2] / "docs" / "platform.md"
OF_CHANNEL = "/platform/v1/channels/{channel_url}/"


@pytest.fixture(scope="module")
def methods() -> dict[str, dict[str, object]]:
    """The schemas of the bodies by address."""
    described: Any = document()
    paths, schemas = described["paths"], described["components"]["schemas"]
    found: dict[str, dict[str, object]] = {}
    for path, operations in paths.items():
        if path.startswith("/platform/"):
            schema = operations["post"]["requestBody"]["content"]["application/json"]["schema"]
            reference = schema.get("$ref") or schema["allOf"][0]["$ref"]
            found[path] = schemas[reference.rpartition("/")[2]]["properties"]
    return found


@pytest.fixture
def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def rows_under(title: str) -> list[list[str]]:
    section = PAGE.read_text(encoding="utf-8").partition(f"\n## {title}\n")[2].partition("\n## ")[0]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in section.splitlines() if line[:1] == "|"]
    return rows[2:]


def test_the_terminals_show_what_the_page_says(tmp_path: Path, free_port: int) -> None:
    if shutil.which("curl") is None:
        missing("curl", package="curl")
    folder = tmp_path / "folder"
    folder.mkdir()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("VKLIVE_")}
    environment |= {
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
        "HOME": str(tmp_path),
        "VKLIVE_PORT": str(free_port),
        "PYTHONUNBUFFERED": "1",
        "NO_PROXY": "127.0.0.1",
    }
    terminals: dict[str, Terminal] = {}
    with ExitStack() as opened:
        for block in blocks(PAGE):
            text = block.text.replace("8000", str(free_port))
            kind, _, rest = block.role.partition(" ")
            if kind == "file:":
                (folder / rest).write_text(text, encoding="utf-8")
                continue
            assert kind == "terminal"
            number, _, shows = rest.partition(" ")
            if number not in terminals:
                terminals[number] = Terminal(folder, environment=environment, record=tmp_path / f"terminal-{number}")
                opened.callback(terminals[number].close)
            if shows:
                terminals[number].shows(text)
            else:
                terminals[number].type(text)


def test_every_method_is_on_the_page_with_fields_that_it_has(methods) -> None:
    rows = {row[0].strip("`"): re.findall(r"`(\w+)`", row[1]) for row in rows_under("What happens in a channel")}
    in_channels = {path.removeprefix(OF_CHANNEL): body for path, body in methods.items() if path.startswith(OF_CHANNEL)}

    assert set(rows) == set(in_channels)
    for address, fields in rows.items():
        left_out = set(in_channels[address]) - set(fields)
        assert set(fields) <= set(in_channels[address]), address
        assert not left_out or address == "streams/start", address


def test_every_field_of_an_event_is_on_the_page(methods) -> None:
    fields = [field for row in rows_under("Any event") for field in re.findall(r"`(\w+)`", row[0])]
    assert set(fields) == set(methods["/platform/v1/events"])


def test_every_status_is_on_the_page() -> None:
    # That the server fails is not what it is documented to do.
    assert {int(row[0]) for row in rows_under("Errors")} == set(errors()) - {500}


def test_the_limits_are_those_of_the_server() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert f"{MAX_BODY_SIZE // 1024} KiB" in text
    assert f"up to {MAX_KEY_LENGTH} characters" in text
    assert f"for {KEPT_FOR.total_seconds() / 3600:.0f} hours" in text
