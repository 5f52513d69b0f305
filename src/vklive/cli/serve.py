"""``vklive serve``: the server, until a signal ends it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import click

from vklive.cli.places import tell_places
from vklive.cli.secret_files import read_secret
from vklive.cli.server_configuration import config_option, configuration
from vklive.server.app import Server
from vklive.server.configuration import Configuration
from vklive.server.settings import Settings

_DEFAULT = Settings()


@click.command()
@config_option
@click.option("--host", show_default=_DEFAULT.host, help="Where to listen.")
@click.option(
    "--port", type=click.IntRange(0, 65535), show_default=str(_DEFAULT.port), help="On which port; 0 takes a free one."
)
@click.option(
    "--database", metavar="URL", help="SQLAlchemy's address of the database; with a password, better in a file."
)
@click.option("--seed", metavar="FILE", help="A TOML file with users, applications and channels to begin with.")
@click.option("--api-key-file", type=click.Path(path_type=Path), help="A file with the key of the HTTP API.")
@click.option("--print-config", is_flag=True, help="Show each setting and where it came from, and do nothing else.")
def serve(
    *,
    config: Path | None,
    host: str | None,
    port: int | None,
    database: str | None,
    seed: str | None,
    api_key_file: Path | None,
    print_config: bool,
) -> None:
    """Run the server: DevAPI, pub/sub and HTTP API on one port.

    A setting comes from a flag, else from the environment (VKLIVE_PORT, VKLIVE_TOKENS__SECRET), else from the TOML
    file (port, [tokens] secret), else it has its default. What nobody knows is an error. SIGTERM and Ctrl-C stop
    the server politely: its clients are told to come back, and nothing that was accepted is lost. SIGHUP has it
    read the settings again: namespaces, keys of tokens and limits of clients change while it runs.
    """

    def load() -> Configuration:
        return configuration(
            config,
            flags={
                "host": host,
                "port": port,
                "database_url": database,
                "seed": seed,
                "api_key": read_secret(api_key_file) if api_key_file else None,
            },
        )

    loaded = load()
    if print_config:
        click.echo(loaded.redacted())
        return
    asyncio.run(_serve(loaded.settings, read_again=lambda: load().settings))


async def _serve(settings: Settings, *, read_again: Callable[[], Settings]) -> None:
    async with Server(settings) as server:
        await server.serve(
            read_again=read_again,
            ready=lambda: tell_places(server.places(), api_is_closed=not settings.api_key),
        )
