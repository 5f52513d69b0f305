"""``vklive logout``: the tokens of a login are ended, and its file is deleted."""

from __future__ import annotations

import asyncio
from pathlib import Path

import click

from vklive.cli import variables
from vklive.cli.logins import default_login
from vklive.client.authorization import revoke_token
from vklive.client.login_file import LoginFile


@click.command()
@click.option(
    "--login", type=click.Path(path_type=Path), envvar=variables.LOGIN, show_envvar=True, help="The file with it."
)
@click.option("--forget", is_flag=True, help="Only delete the file: where the tokens were given need not answer.")
def logout(*, login: Path | None, forget: bool) -> None:
    """Log out: end the tokens where they were given, and delete the file.

    When they cannot be ended the file stays, so that it can be tried again.
    """
    file = LoginFile(login or default_login())

    async def run() -> None:
        async with file.locked():
            found = file.read()
            if not forget:
                await revoke_token(
                    found.client_id,
                    found.client_secret,
                    refresh_token=found.refresh_token,
                    revoke_url=found.revoke_url,
                )
            file.delete()

    asyncio.run(run())
    click.echo("Logged out.")
