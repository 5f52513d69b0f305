"""``vklive admin grants``. They are made by users, at the authorize page."""

from __future__ import annotations

from pathlib import Path

import click

from vklive.cli.admin.opening import ID, on_database
from vklive.cli.admin.telling import json_option, tell_all
from vklive.cli.server_configuration import config_option


@click.group()
def grants() -> None:
    """What users have allowed applications."""


@grants.command("list")
@config_option
@json_option
def list_(*, config: Path | None, as_json: bool) -> None:
    """List all grants."""
    tell_all(on_database(config, lambda tables: tables.grants()), as_json=as_json)


@grants.command()
@config_option
@click.option("--user", type=ID, required=True, help="The id of the user.")
@click.option("--application", type=ID, required=True, help="The id of the application.")
def delete(*, config: Path | None, user: int, application: int) -> None:
    """Take back what a user has allowed an application, with all tokens. The user is asked again."""
    on_database(config, lambda tables: tables.end_grant(user, application))
