"""``vklive admin tokens``. New ones are made by ``vklive token access``."""

from __future__ import annotations

from pathlib import Path

import click

from vklive.cli.admin.opening import ID, on_database
from vklive.cli.admin.telling import json_option, only, tell, tell_all
from vklive.cli.server_configuration import config_option


@click.group()
def tokens() -> None:
    """Access and refresh tokens that were given. What they are is not known here: only that they are."""


@tokens.command("list")
@config_option
@click.option("--user", type=ID, help="Only those of this user.")
@click.option("--application", type=ID, help="Only those of this application, also in the names of users.")
@json_option
def list_(*, config: Path | None, user: int | None, application: int | None, as_json: bool) -> None:
    """List all tokens."""
    found = on_database(config, lambda tables: tables.tokens())
    tell_all(
        [token for token in found if user in {None, token.user} and application in {None, token.application}],
        as_json=as_json,
    )


@tokens.command()
@config_option
@click.argument("id_", metavar="ID")
@json_option
def show(*, config: Path | None, id_: str, as_json: bool) -> None:
    """Show one token."""
    tell(only(on_database(config, lambda tables: tables.tokens()), id_, what="token"), as_json=as_json)


@tokens.command()
@config_option
@click.argument("id_", metavar="ID")
def revoke(*, config: Path | None, id_: str) -> None:
    """End a token; a refresh token with all that came of the same decision of its user."""
    on_database(config, lambda tables: tables.revoke_token(id_))
