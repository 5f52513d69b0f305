"""``vklive listen``: the events of a channel, until something ends it."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys
from collections.abc import Collection
from pathlib import Path

import click

from vklive.cli import variables
from vklive.cli.credentials import Credentials
from vklive.cli.exit_codes import ExitCode
from vklive.cli.following import Ending, follow
from vklive.cli.health_port import HealthPort
from vklive.cli.output import ForPeople, ForPrograms, Output
from vklive.cli.seconds import seconds
from vklive.cli.secret_files import read_secret
from vklive.client import DEFAULT_API_URL, DEFAULT_WS_URL, Client, Stream
from vklive.devapi.topics import Topic
from vklive.escaping import escape

_FILE = click.Path(path_type=Path)


@click.command()
@click.argument("url")
@click.option(
    "--topic",
    "topics",
    multiple=True,
    type=click.Choice([topic.value for topic in Topic]),
    help="Only this one; may be repeated.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@click.option("--no-retry", is_flag=True, help="Stop when there is no connection, instead of trying again.")
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="Stop after N events of the channel.")
@click.option("--for", "duration", type=seconds, help="Stop after this time.")
@click.option("--access-token-file", type=_FILE, help="A file with an access token.")
@click.option("--access-token", envvar=variables.ACCESS_TOKEN, show_envvar=True, help="The same; better in a file.")
@click.option("--client-id", envvar=variables.CLIENT_ID, show_envvar=True, help="Or an application's id,")
@click.option("--client-secret-file", type=_FILE, help="with a file with its secret.")
@click.option("--client-secret", envvar=variables.CLIENT_SECRET, show_envvar=True, help="The same; better in a file.")
@click.option(
    "--api-url",
    envvar=variables.API_URL,
    show_envvar=True,
    default=DEFAULT_API_URL,
    show_default=True,
    help="The DevAPI.",
)
@click.option(
    "--ws-url",
    envvar=variables.WS_URL,
    show_envvar=True,
    default=DEFAULT_WS_URL,
    show_default=True,
    help="The pub/sub.",
)
@click.option(
    "--origin", envvar=variables.ORIGIN, show_envvar=True, default="", help="An Origin header, where one is wanted."
)
@click.option("--proxy", help="A proxy, http:// or socks5://; empty for none. By default what the environment names.")
@click.option("--resume", type=_FILE, help="A file that keeps how far this got; the next run goes on from there.")
@click.option("--health-port", type=click.IntRange(0, 65535), help="Tell there, over HTTP, how the listening goes.")
@click.option("--health-host", default="127.0.0.1", show_default=True, help="The address for --health-port.")
@click.pass_context
def listen(  # noqa: PLR0913 - one argument an option
    ctx: click.Context,
    *,
    url: str,
    topics: tuple[str, ...],
    as_json: bool,
    no_retry: bool,
    limit: int | None,
    duration: float | None,
    access_token_file: Path | None,
    access_token: str | None,
    client_id: str | None,
    client_secret_file: Path | None,
    client_secret: str | None,
    api_url: str,
    ws_url: str,
    origin: str,
    proxy: str | None,
    resume: Path | None,
    health_port: int | None,
    health_host: str,
) -> None:
    """Show the events of the channel URL, which is its address or the last part of it.

    What happens to the connection is told between the events. A lost connection is tried again for ever, unless
    --no-retry is given. Ctrl-C ends it.

    With --health-port, GET /health answers 200 while everything that is wanted can be heard, and 503 with the reason
    else; /stats has the numbers, /metrics the same for Prometheus.
    """
    credentials = Credentials(
        access_token=(read_secret(access_token_file) if access_token_file else access_token) or None,
        client_id=client_id or None,
        client_secret=(read_secret(client_secret_file) if client_secret_file else client_secret) or None,
    )
    credentials.check()
    client = Client(
        access_token=credentials.access_token,
        client_id=credentials.client_id,
        client_secret=credentials.client_secret,
        api_url=api_url,
        ws_url=ws_url,
        origin=origin,
        proxy=proxy,
    )
    output = ForPrograms(sys.stdout) if as_json else ForPeople(sys.stdout)
    wanted = frozenset(map(Topic, topics)) or frozenset(Topic)
    health = None if health_port is None else (health_host, health_port)
    stream = client.listen(url, topics=wanted, resume=resume)
    ending = asyncio.run(
        _listen(
            client, stream, output, topics=wanted, limit=limit, retry=not no_retry, duration=duration, health=health
        )
    )
    if ending.words:
        click.echo(f"Error: {escape(ending.words)}", err=True)
    ctx.exit(ending.code)


async def _listen(
    client: Client,
    stream: Stream,
    output: Output,
    *,
    topics: Collection[Topic],
    limit: int | None,
    retry: bool,
    duration: float | None,
    health: tuple[str, int] | None,
) -> Ending:
    """Follow a channel until it ends, the time is up, or SIGTERM comes: which is the same as the time being up."""
    loop = asyncio.get_running_loop()
    deadline = asyncio.timeout(duration)
    try:
        async with deadline:
            with contextlib.suppress(NotImplementedError):  # Windows has no such signal
                loop.add_signal_handler(signal.SIGTERM, lambda: deadline.reschedule(loop.time()))
            async with contextlib.AsyncExitStack() as stack:
                await stack.enter_async_context(client)
                if health is not None:
                    port = await stack.enter_async_context(HealthPort(client).open(*health))
                    click.echo(f"health: http://{health[0]}:{port}/health", err=True)
                await stack.enter_async_context(stream)
                return await follow(stream, output, topics=topics, limit=limit, retry=retry)
    except TimeoutError:
        if not deadline.expired():
            raise
        return Ending(ExitCode.ENDED)
