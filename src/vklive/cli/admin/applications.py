"""``vklive admin applications``."""

from __future__ import annotations

import secrets
from pathlib import Path

import click

from vklive.cli.admin.opening import ID, on_database
from vklive.cli.admin.telling import json_option, only, tell, tell_all
from vklive.cli.server_configuration import config_option
from vklive.server.store.hashing import new_token

_CLIENT_ID_BYTES = 8


@click.group()
def applications() -> None:
    """Programs with credentials of their own."""


@applications.command()
@config_option
@click.option("--id", "id_", type=ID, show_default="the next free one", help="The application's id.")
@click.option("--client-id", show_default="a random one", help="What it calls itself to the server.")
@click.option("--name", default="", help="What people know it by.")
@click.option("--description", default="", help="What it is for.")
@click.option("--icon-url", default="", help="Its picture.")
@click.option("--redirect-uri", "redirect_uris", multiple=True, help="Where users may be sent back; may be repeated.")
@click.option("--webhook-url", default="", help="Where events are sent to.")
@click.option("--webhook-event", "webhook_events", multiple=True, help="A type of events to send; may be repeated.")
@json_option
def create(  # noqa: PLR0913 - one argument an option
    *,
    config: Path | None,
    id_: int | None,
    client_id: str | None,
    name: str,
    description: str,
    icon_url: str,
    redirect_uris: tuple[str, ...],
    webhook_url: str,
    webhook_events: tuple[str, ...],
    as_json: bool,
) -> None:
    """Register an application, and print its secrets. They are shown this once."""
    client_id = client_id or secrets.token_hex(_CLIENT_ID_BYTES)
    client_secret = new_token()
    webhook_key = new_token() if webhook_url else ""
    values: dict[str, object] = {
        "client_id": client_id,
        "client_secret": client_secret,
        "name": name,
        "description": description,
        "icon_url": icon_url,
        "redirect_uris": redirect_uris,
        "webhook_url": webhook_url,
        "webhook_key": webhook_key,
        "webhook_events": webhook_events,
    }
    values |= {"id": id_} if id_ is not None else {}
    made = on_database(config, lambda tables: tables.create("applications", values))
    said: dict[str, object] = {"id": made, "client_id": client_id, "client_secret": client_secret}
    tell(said | ({"webhook_key": webhook_key} if webhook_key else {}), as_json=as_json)


@applications.command("list")
@config_option
@json_option
def list_(*, config: Path | None, as_json: bool) -> None:
    """List all applications."""
    tell_all(on_database(config, lambda tables: tables.applications()), as_json=as_json)


@applications.command()
@config_option
@click.argument("id_", type=ID, metavar="ID")
@json_option
def show(*, config: Path | None, id_: int, as_json: bool) -> None:
    """Show one application."""
    found = on_database(config, lambda tables: tables.applications())
    tell(only(found, id_, what="application"), as_json=as_json)


@applications.command()
@config_option
@click.argument("id_", type=ID, metavar="ID")
def delete(*, config: Path | None, id_: int) -> None:
    """Delete an application with all tokens that it was given."""
    on_database(config, lambda tables: tables.delete("applications", id_))
