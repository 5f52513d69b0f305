"""``vklive pubsub``: the pub/sub alone, from a configuration of Centrifugo."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Callable
from pathlib import Path

import click

from vklive.server.centrifugo.configuration import PubSubConfiguration
from vklive.server.centrifugo.reading import read_configuration
from vklive.server.centrifugo.server import PubSubServer

_LEVELS = {
    "trace": logging.DEBUG,
    "debug": logging.DEBUG,
    "info": logging.INFO,
    "warn": logging.WARNING,
    "error": logging.ERROR,
    "fatal": logging.CRITICAL,
    "none": logging.CRITICAL + 1,
}


@click.command()
@click.option(
    "-c",
    "--config",
    type=click.Path(path_type=Path),
    default=Path("config.json"),
    show_default=True,
    help="A configuration file of Centrifugo v4: JSON, YAML or TOML.",
)
@click.option("--check", is_flag=True, help="Say what is wrong with the configuration, and do nothing else.")
@click.option("-a", "--address", help="Where to listen.")
@click.option("-p", "--port", type=click.IntRange(0, 65535), help="On which port; 0 takes a free one.")
@click.option("-n", "--name", help="What the node is called.")
@click.option("--health", is_flag=True, default=None, help="Tell at /health that it runs.")
@click.option("--prometheus", is_flag=True, default=None, help="Tell metrics at /metrics.")
@click.pass_context
def pubsub(
    context: click.Context,
    *,
    config: Path,
    check: bool,
    address: str | None,
    port: int | None,
    name: str | None,
    health: bool | None,
    prometheus: bool | None,
) -> None:
    """Run the pub/sub half alone, as the `centrifugo` program does.

    An option comes from a flag, else from the environment (CENTRIFUGO_PORT, CENTRIFUGO_API_KEY), else from the file,
    else it has its default. What is unknown or not supported is an error that names it. SIGTERM and Ctrl-C stop the
    server politely, SIGHUP has it read the configuration again.
    """
    flags = {"address": address, "port": port, "name": name, "health": health, "prometheus": prometheus}

    def read() -> PubSubConfiguration:
        return read_configuration(config, environ=os.environ, flags=flags)

    configuration = read()
    server = PubSubServer(configuration)
    if check:
        click.echo(f"{config} is fine.")
        return
    if context.parent is None or context.parent.params.get("log_level") is None:
        logging.getLogger().setLevel(_LEVELS[configuration.log_level])
    asyncio.run(_serve(server, read_again=read))


async def _serve(server: PubSubServer, *, read_again: Callable[[], PubSubConfiguration]) -> None:
    async with server:
        configuration = server.configuration
        click.echo(f"pub/sub   {server.ws_url}")
        if not configuration.api.disabled:
            closed = not (configuration.api.key or configuration.api.insecure)
            click.echo(
                f"HTTP API  {server.internal_url}{configuration.api.path}"
                + ("  (closed: no api_key is set)" if closed else "")
            )
        if configuration.health:
            click.echo(f"health    {server.internal_url}{configuration.health_path}")
        await server.serve(read_again=read_again)
