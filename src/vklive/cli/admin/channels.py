"""``vklive admin channels``."""

from __future__ import annotations

from pathlib import Path

import click

from vklive.cli.admin.opening import ID, on_database
from vklive.cli.admin.telling import json_option, only, tell, tell_all
from vklive.cli.server_configuration import config_option


@click.group()
def channels() -> None:
    """Where users stream."""


@channels.command()
@config_option
@click.option("--id", "id_", type=ID, show_default="the next free one", help="The channel's id.")
@click.option("--url", required=True, help="Its slug, the last part of its address.")
@click.option("--owner", type=ID, required=True, help="The id of the user whose it is.")
@click.option("--nick", default="", help="Its name.")
@click.option("--description", default="", help="What it says about itself.")
@json_option
def create(
    *, config: Path | None, id_: int | None, url: str, owner: int, nick: str, description: str, as_json: bool
) -> None:
    """Create a channel."""
    values: dict[str, object] = {"url": url, "owner": owner, "nick": nick, "description": description}
    values |= {"id": id_} if id_ is not None else {}
    tell({"id": on_database(config, lambda tables: tables.create("channels", values))}, as_json=as_json)


@channels.command("list")
@config_option
@json_option
def list_(*, config: Path | None, as_json: bool) -> None:
    """List all channels."""
    tell_all(on_database(config, lambda tables: tables.channels()), as_json=as_json)


@channels.command()
@config_option
@click.argument("id_", type=ID, metavar="ID")
@json_option
def show(*, config: Path | None, id_: int, as_json: bool) -> None:
    """Show one channel."""
    tell(only(on_database(config, lambda tables: tables.channels()), id_, what="channel"), as_json=as_json)


@channels.command()
@config_option
@click.argument("id_", type=ID, metavar="ID")
def delete(*, config: Path | None, id_: int) -> None:
    """Delete a channel with everything that was said and done in it."""
    on_database(config, lambda tables: tables.delete("channels", id_))
