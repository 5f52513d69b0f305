"""``vklive token``: tokens for a server of one's own. Each is printed alone, so that it can be piped.

A token is as good as a password: whoever has it is who it names, until it expires.
"""

from __future__ import annotations

from pathlib import Path

import click

from vklive.cli.seconds import seconds
from vklive.cli.server_configuration import config_option, configuration
from vklive.clock import SystemClock
from vklive.errors import ConfigError
from vklive.server.tokens import Issuer, TokenKeys

_ttl_option = click.option("--ttl", type=seconds, show_default="the server's setting", help="How long it is good for.")


@click.group()
def token() -> None:
    """Issue tokens for a server of yours.

    Connection and subscription tokens are signed here with the server's own keys; the server learns of them when
    they are used. The configuration must be the server's: the same file, the same environment.
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


def _issuer(config: Path | None) -> Issuer:
    settings = configuration(config, flags={}).settings.tokens
    if settings.algorithm.startswith("HS") and not settings.secret:
        raise ConfigError(
            "tokens.secret",
            "is not set, and a token signed with a random one opens no server",
            hint="set VKLIVE_TOKENS__SECRET, or `secret` in [tokens] of --config, for this command and for the server",
        )
    return Issuer(TokenKeys.from_settings(settings), settings, clock=SystemClock())
