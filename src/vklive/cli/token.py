"""``vklive token``: tokens for a server of one's own. Each is printed alone, so that it can be piped.

A token is as good as a password: whoever has it is who it names, until it expires.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

import click

from vklive.cli.seconds import seconds
from vklive.cli.server_configuration import config_option, configuration
from vklive.clock import SystemClock
from vklive.devapi.scopes import Scope
from vklive.errors import ConfigError
from vklive.server.names import MAX_ID
from vklive.server.settings import Sensitivity, Settings
from vklive.server.store import Store
from vklive.server.tokens import Issuer, TokenKeys

_ALL_SCOPES = "all"

_ttl_option = click.option("--ttl", type=seconds, show_default="the server's setting", help="How long it is good for.")
_forever_option = click.option("--ttl", type=seconds, show_default="for ever", help="How long it is good for.")


@click.group()
def token() -> None:
    """Issue tokens for a server of yours.

    The configuration must be the server's: the same file, the same environment. Connection and subscription tokens
    are signed with its keys; access tokens are written to its database, as a hash.
    """


@token.command()
@config_option
@click.option("--user", required=True, help="The user's id; an empty one is anonymous.")
@_ttl_option
def connection(*, config: Path | None, user: str, ttl: float | None) -> None:
    """Print a token that opens a connection to the pub/sub."""
    click.echo(_issuer(config).connection(user, ttl=ttl))


@token.command()
@config_option
@click.option("--user", required=True, help="The user's id; the same as in the connection's token.")
@click.option("--channel", required=True, metavar="WS_CHANNEL", help="The name of the ws channel.")
@_ttl_option
def subscription(*, config: Path | None, user: str, channel: str, ttl: float | None) -> None:
    """Print a token that opens one ws channel."""
    click.echo(_issuer(config).subscription(user, channel, ttl=ttl))


@token.command()
@config_option
@click.option("--user", type=click.IntRange(1, MAX_ID), metavar="ID", help="The id of the user whose it is.")
@click.option("--application", type=click.IntRange(1, MAX_ID), metavar="ID", help="Or of the application.")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    type=click.Choice([*(scope.value for scope in Scope), _ALL_SCOPES]),
    help="What a user's token is good for beside what needs no scope; may be repeated.",
)
@_forever_option
def access(
    *, config: Path | None, user: int | None, application: int | None, scopes: tuple[str, ...], ttl: float | None
) -> None:
    """Print an access token for the DevAPI. It is shown this once: the database has only its hash."""
    if (user is None) == (application is None):
        raise click.UsageError("Give either --user or --application.")
    if application is not None and scopes:
        raise click.UsageError("An application needs no --scope.")
    wanted = frozenset(Scope) if _ALL_SCOPES in scopes else frozenset(map(Scope, scopes))
    settings = configuration(config, flags={}).settings
    click.echo(asyncio.run(_access_token(settings, user=user, application=application, scopes=wanted, ttl=ttl)))


async def _access_token(
    settings: Settings, *, user: int | None, application: int | None, scopes: frozenset[Scope], ttl: float | None
) -> str:
    async with Store(settings.database_url, clock=SystemClock()) as store:
        try:
            return await store.issue_access_token(user_id=user, application_id=application, ttl=ttl, scopes=scopes)
        except ValueError as error:
            raise ConfigError(
                "--user" if application is None else "--application",
                str(error),
                hint=f"in {Sensitivity.ADDRESS.hide(settings.database_url)}; `vklive serve --seed` fills it",
            ) from None


def _issuer(config: Path | None) -> Issuer:
    settings = configuration(config, flags={}).settings.tokens
    if settings.algorithm.startswith("HS") and not settings.secret:
        raise ConfigError(
            "tokens.secret",
            "is not set, and a token signed with a random one opens no server",
            hint="set VKLIVE_TOKENS__SECRET, or `secret` in [tokens] of --config, for this command and for the server",
        )
    return Issuer(TokenKeys.from_settings(settings), settings, clock=SystemClock())
