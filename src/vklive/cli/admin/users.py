"""``vklive admin users``."""

from __future__ import annotations

from pathlib import Path

import click

from vklive.cli.admin.opening import ID, on_database
from vklive.cli.admin.passwords import asked_password
from vklive.cli.admin.telling import json_option, only, tell, tell_all
from vklive.cli.server_configuration import config_option


@click.group()
def users() -> None:
    """Those who watch and stream."""


@users.command()
@config_option
@click.option("--id", "id_", type=ID, show_default="the next free one", help="The user's id.")
@click.option("--nick", required=True, help="Their nick.")
@click.option("--nick-color", type=click.IntRange(0, 15), default=0, help="Its colour, a number of the palette.")
@click.option("--avatar-url", default="", help="Their picture.")
@click.option("--verified-streamer", is_flag=True, help="They are a verified streamer.")
@click.option("--password", is_flag=True, help="Ask for a password, or read one from a pipe: then they can sign in.")
@json_option
def create(
    *,
    config: Path | None,
    id_: int | None,
    nick: str,
    nick_color: int,
    avatar_url: str,
    verified_streamer: bool,
    password: bool,
    as_json: bool,
) -> None:
    """Create a user."""
    values: dict[str, object] = {
        "nick": nick,
        "nick_color": nick_color,
        "avatar_url": avatar_url,
        "is_verified_streamer": verified_streamer,
    }
    values |= {"id": id_} if id_ is not None else {}
    values |= {"password": asked_password()} if password else {}
    tell({"id": on_database(config, lambda tables: tables.create("users", values))}, as_json=as_json)


@users.command("list")
@config_option
@json_option
def list_(*, config: Path | None, as_json: bool) -> None:
    """List all users."""
    tell_all(on_database(config, lambda tables: tables.users()), as_json=as_json)


@users.command()
@config_option
@click.argument("id_", type=ID, metavar="ID")
@json_option
def show(*, config: Path | None, id_: int, as_json: bool) -> None:
    """Show one user."""
    tell(only(on_database(config, lambda tables: tables.users()), id_, what="user"), as_json=as_json)


@users.command()
@config_option
@click.argument("id_", type=ID, metavar="ID")
def password(*, config: Path | None, id_: int) -> None:
    """Give a user another password, asked for or read from a pipe. They are signed out everywhere."""
    typed = asked_password()
    on_database(config, lambda tables: tables.set_password(id_, typed))


@users.command()
@config_option
@click.argument("id_", type=ID, metavar="ID")
def delete(*, config: Path | None, id_: int) -> None:
    """Delete a user with everything that is theirs, also their channels."""
    on_database(config, lambda tables: tables.delete("users", id_))
