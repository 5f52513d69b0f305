"""The command line: ``vklive``. One command a module, each imported only when it is called."""

from __future__ import annotations

import click

from vklive._version import __version__
from vklive.cli.exit_codes import ExitCode
from vklive.cli.lazy import LazyCommand, LazyGroup
from vklive.cli.logs import LEVELS, log_to_stderr

_COMMANDS = {
    "demo": LazyCommand("vklive.cli.demo:demo", "The whole system on this machine, with traffic.", extra="server"),
    "serve": LazyCommand("vklive.cli.serve:serve", "Run the server.", extra="server"),
    "pubsub": LazyCommand("vklive.cli.pubsub:pubsub", "Run the pub/sub alone, as Centrifugo does.", extra="server"),
    "listen": LazyCommand("vklive.cli.listen:listen", "Show the events of a channel."),
    "record": LazyCommand("vklive.cli.record:record", "Record the events of a channel."),
    "replay": LazyCommand("vklive.cli.replay:replay", "Play a recording back, or into a server."),
    "infer": LazyCommand("vklive.cli.infer:infer", "Tell what unknown events look like, from recordings."),
    "login": LazyCommand("vklive.cli.login:login", "Log in as a user, in a browser."),
    "logout": LazyCommand("vklive.cli.logout:logout", "Log out again."),
    "publish": LazyCommand("vklive.cli.publish:publish", "Publish into ws channels of a server."),
    "schema": LazyCommand("vklive.cli.schema:schema", "Print schemas of the events, AsyncAPI and OpenAPI."),
    "token": LazyCommand("vklive.cli.token:token", "Issue tokens for a server of yours.", extra="server"),
    "admin": LazyCommand("vklive.cli.admin:admin", "Users, applications and channels of your server.", extra="server"),
}

_EXIT_CODES = "\b\nExit codes:\n" + "\n".join(f"  {code:>3}  {code.meaning}" for code in ExitCode)


@click.group(
    cls=LazyGroup, lazy=_COMMANDS, epilog=_EXIT_CODES, context_settings={"help_option_names": ["-h", "--help"]}
)
@click.version_option(__version__, message="vklive %(version)s")
@click.option("--log-level", type=click.Choice(LEVELS), help="How much to log to stderr.")
def main(log_level: str | None) -> None:
    """Realtime events of VK Video Live: receive them, or deliver them yourself.

    Secrets are best given by environment variables or files: every user of a machine can read its command lines.
    """
    log_to_stderr(log_level)
