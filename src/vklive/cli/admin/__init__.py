"""``vklive admin``: what is in the database of a server of one's own. One kind of thing a module."""

from __future__ import annotations

import click

from vklive.cli.lazy import LazyCommand, LazyGroup

_COMMANDS = {
    "users": LazyCommand("vklive.cli.admin.users:users", "Those who watch and stream."),
    "applications": LazyCommand("vklive.cli.admin.applications:applications", "Programs with credentials."),
    "channels": LazyCommand("vklive.cli.admin.channels:channels", "Where users stream."),
    "tokens": LazyCommand("vklive.cli.admin.tokens:tokens", "Access and refresh tokens that were given."),
    "grants": LazyCommand("vklive.cli.admin.grants:grants", "What users have allowed applications."),
}


@click.group(cls=LazyGroup, lazy=_COMMANDS)
def admin() -> None:
    """Users, applications, channels, tokens and grants of a server of yours.

    The configuration must be the server's, of which the database counts. The server may run meanwhile, and sees at
    once what has changed.
    """
