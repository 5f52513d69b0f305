"""How the commands tell what they have found or made: for people, or as JSON."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

import click
import msgspec
from msgspec import Struct

from vklive.errors import ConfigError
from vklive.escaping import escape, escape_json

_C = TypeVar("_C", bound=Callable[..., object])
_S = TypeVar("_S", bound=Struct)


def json_option(command: _C) -> _C:
    """Give a command ``--json``."""
    return click.option("--json", "as_json", is_flag=True, help="As JSON.")(command)


def tell_all(entries: Sequence[Struct], *, as_json: bool) -> None:
    """Print a list: a line an entry, or a JSON array."""
    if as_json:
        _tell_json(entries)
        return
    lines = [_cells(entry) for entry in entries]
    if not lines:
        click.echo("There are none.", err=True)
        return
    lines = [list(_fields(entries[0])), *lines]
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    for line in lines:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


def tell(entry: Struct | Mapping[str, object], *, as_json: bool) -> None:
    """Print one thing: a line a field, or a JSON object."""
    if as_json:
        _tell_json(entry)
        return
    fields = _fields(entry)
    width = max(map(len, fields))
    for name, value in fields.items():
        click.echo(f"{name:<{width}}  {_cell(value)}".rstrip())


def only(entries: Sequence[_S], id_: int | str, *, what: str) -> _S:
    """The one entry with this id.

    Raises:
        ConfigError: there is none.
    """
    for entry in entries:
        if getattr(entry, "id", None) == id_:
            return entry
    raise ConfigError(what, f"there is none with the id {id_}", hint=f"see `vklive admin {what}s list`")


def _tell_json(value: object) -> None:
    click.echo(escape_json(msgspec.json.format(msgspec.json.encode(value), indent=-1).decode()))


def _fields(entry: Struct | Mapping[str, object]) -> Mapping[str, object]:
    return msgspec.structs.asdict(entry) if isinstance(entry, Struct) else entry


def _cells(entry: Struct) -> list[str]:
    return [_cell(value) for value in _fields(entry).values()]


def _cell(value: object) -> str:
    match value:
        case None:
            return "-"
        case bool():
            return "yes" if value else "no"
        case tuple():
            return " ".join(map(_cell, value)) or "-"  # pyright: ignore[reportUnknownArgumentType,reportUnknownVariableType] (any values)
        case _:
            return escape(str(value)) or "-"
