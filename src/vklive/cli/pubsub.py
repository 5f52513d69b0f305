"""``vklive pubsub``: the pub/sub alone, from a configuration of Centrifugo."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import click

from vklive.cli.places import tell_places
from vklive.server.centrifugo.configuration import PubSubConfiguration
from vklive.server.centrifugo.reading import read_configuration
from vklive.server.centrifugo.server import PubSubServer

DEFAULT_FILE = "config.json"
"""Where the configuration is when nobody says it; as with the `centrifugo` program."""

_LEVELS = {
    "trace": logging.DEBUG,
    "debug": logging.DEBUG,
    "info": logging.INFO,
    "warn": logging.WARNING,
    "error": logging.ERROR,
    "fatal": logging.CRITICAL,
    "none": logging.CRITICAL + 1,
}


_TEXTS = {
    "name": "What the node is called.",
    "engine": "There is memory.",
    "log_level": "How much is logged.",
    "internal_address": "Where the HTTP API, health and metrics are instead.",
    "internal_port": "On which port they are instead.",
}
_SWITCHES = {
    "health": "Tell at /health that it runs.",
    "prometheus": "Tell metrics at /metrics.",
    "http_stream": "Let clients come by HTTP streaming.",
    "sse": "Let clients come by Server-Sent Events.",
    "uni_websocket": "Let clients that only listen come by WebSocket.",
    "uni_http_stream": "Let clients that only listen come by HTTP streaming.",
    "uni_sse": "Let clients that only listen come by Server-Sent Events.",
    "client_insecure": "Let every client do everything: for experiments.",
    "api_insecure": "Let everybody call the HTTP API: for experiments.",
    "api_external": "Have the HTTP API at the public port too.",
}
_SHORT = {"name": ["-n"], "engine": ["-e"]}

_C = TypeVar("_C", bound=Callable[..., object])


def _centrifugos_flags(command: _C) -> _C:
    """Give a command the flags of the `centrifugo` program, which are called as the options of its file."""
    for name, text in reversed(_SWITCHES.items()):
        command = click.option(f"--{name}", is_flag=True, default=None, help=text)(command)
    for name, text in reversed(_TEXTS.items()):
        command = click.option(*_SHORT.get(name, []), f"--{name}", help=text)(command)
    return command


@click.command()
@click.option(
    "-c",
    "--config",
    type=click.Path(path_type=Path),
    show_default=f"{DEFAULT_FILE}, if it is there",
    help="A configuration file of Centrifugo v4: JSON, YAML or TOML.",
)
@click.option("--check", is_flag=True, help="Say what is wrong with the configuration, and do nothing else.")
@click.option("-a", "--address", help="Where to listen.")
@click.option("-p", "--port", type=click.IntRange(0, 65535), help="On which port; 0 takes a free one.")
@_centrifugos_flags
@click.pass_context
def pubsub(context: click.Context, /, *, config: Path | None, check: bool, **flags: object) -> None:
    """Run the pub/sub half alone, as the `centrifugo` program does.

    An option comes from a flag, else from the environment (CENTRIFUGO_PORT, CENTRIFUGO_API_KEY), else from the file,
    else it has its default. What is unknown or not supported is an error that names it. SIGTERM and Ctrl-C stop the
    server politely, SIGHUP has it read the configuration again.
    """
    default = Path(DEFAULT_FILE)
    file = config or (default if default.exists() else None)

    def read() -> PubSubConfiguration:
        return read_configuration(file, environ=os.environ, flags=flags)

    configuration = read()
    server = PubSubServer(configuration)
    if check:
        click.echo(f"{file or 'The configuration without a file'} is fine.")
        return
    if context.parent is None or context.parent.params.get("log_level") is None:
        logging.getLogger().setLevel(_LEVELS[configuration.log_level])
    if file is None:
        click.echo(f"there is no {DEFAULT_FILE}: what no flag and no variable says has its default")
    asyncio.run(_serve(server, read_again=read))


async def _serve(server: PubSubServer, *, read_again: Callable[[], PubSubConfiguration]) -> None:
    async with server:
        api = server.configuration.api
        closed = not (api.key or api.insecure)
        await server.serve(read_again=read_again, ready=lambda: tell_places(server.places(), api_is_closed=closed))
