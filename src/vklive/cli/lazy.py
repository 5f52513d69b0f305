"""A group of commands of which only the one that is asked for is imported.

So ``vklive --help`` is quick and works without the server's extra; a command that needs it says so.
"""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from typing import NamedTuple

import click

from vklive.cli.exit_codes import ExitCode, exit_code_of
from vklive.errors import ConfigError, MissingExtraError, VkliveError
from vklive.escaping import escape


class LazyCommand(NamedTuple):
    """Where a command is, and what is said about it without looking.

    Attributes:
        target: ``module:attribute``.
        summary: its line in the help.
        extra: the extra that it needs, or an empty string.
    """

    target: str
    summary: str
    extra: str = ""


class LazyGroup(click.Group):
    """A group whose commands are imported when they are called. It also says how every command ends.

    Args:
        lazy: the commands by name, in the order of the help.
    """

    def __init__(self, *, lazy: Mapping[str, LazyCommand], **settings: object) -> None:
        super().__init__(**settings)  # type: ignore[arg-type]  # click's own arguments, handed on
        self._lazy = lazy

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names, in the order in which they were given."""
        del ctx
        return list(self._lazy)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command.

        Raises:
            MissingExtraError: when it needs a package that is not installed.
        """
        del ctx
        command = self._lazy.get(cmd_name)
        return _import(cmd_name, command) if command else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands with what is said about them here: none is imported."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, command.summary) for name, command in self._lazy.items()])

    def invoke(self, ctx: click.Context) -> object:
        """Run a command and turn how it ended into one line and an exit code."""
        try:
            return super().invoke(ctx)
        except VkliveError as error:
            # A configuration may have several problems, each in its line; what strangers said stays in one.
            lines = str(error).split("\n") if isinstance(error, ConfigError) else [str(error)]
            click.echo("Error: " + "\n".join(map(escape, lines)), err=True)
            ctx.exit(exit_code_of(error))
        except BrokenPipeError:
            # The reader, as in `| head`, has had enough. What is still buffered must not fail at exit once more.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            ctx.exit(ExitCode.ENDED)
        except KeyboardInterrupt:
            ctx.exit(ExitCode.INTERRUPTED)


@contextmanager
def needing(extra: str, *, by: str) -> Generator[None]:
    """Import inside of it what needs an extra.

    Args:
        extra: its name, or an empty string for none.
        by: what needs it, for the error.

    Raises:
        MissingExtraError: a package is not installed.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        if extra and error.name and error.name.partition(".")[0] != "vklive":
            raise MissingExtraError(f"what {by} needs", extra=extra) from error
        raise


def _import(name: str, command: LazyCommand) -> click.Command:
    module, _, attribute = command.target.partition(":")
    with needing(command.extra, by=f"`vklive {name}`"):
        found = getattr(importlib.import_module(module), attribute)
    assert isinstance(found, click.Command)  # noqa: S101 - the table in `vklive.cli` is wrong otherwise
    return found
