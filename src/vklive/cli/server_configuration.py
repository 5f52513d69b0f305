"""How the commands that concern a server of one's own find its configuration."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

import click

from vklive.cli import variables
from vklive.server.configuration import Configuration, load_configuration

_C = TypeVar("_C", bound=Callable[..., object])


def config_option(command: _C) -> _C:
    """Give a command ``--config``."""
    return click.option(
        "--config",
        type=click.Path(path_type=Path),
        envvar=variables.CONFIG,
        show_envvar=True,
        help="A TOML file with settings.",
    )(command)


def configuration(file: Path | None, *, flags: Mapping[str, object]) -> Configuration:
    """The server's configuration from the file, this process's environment, and flags.

    Raises:
        ConfigError: see `vklive.server.configuration.load_configuration`.
    """
    return load_configuration(file=file, environ=variables.server_environment(os.environ), flags=flags)
