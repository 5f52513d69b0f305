"""The API key of a server: how it is given to the commands that publish."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import click

from vklive.cli import variables
from vklive.cli.secret_files import read_secret
from vklive.errors import ConfigError


def api_key_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options that `given_api_key` reads: `api_key_file` and `api_key`."""
    in_a_file = click.option(
        "--api-key-file", type=click.Path(path_type=Path), help="A file with the server's API key."
    )
    itself = click.option(
        "--api-key",
        envvar=variables.API_KEY,
        show_envvar=True,
        help="The server's API key; better in the environment or in a file.",
    )
    return in_a_file(itself(command))


def given_api_key(api_key_file: Path | None, api_key: str | None) -> str:
    """The key.

    Raises:
        ConfigError: there is none.
    """
    key = read_secret(api_key_file) if api_key_file else api_key
    if not key:
        raise ConfigError("--api-key", "is missing", hint=f"set {variables.API_KEY}, or give --api-key-file")
    return key
