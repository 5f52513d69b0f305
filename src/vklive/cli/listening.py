"""What commands that listen have in common: their options, and the listening itself."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from functools import wraps
from pathlib import Path

import click
from msgspec import Struct

from vklive.cli import variables
from vklive.cli.credentials import Credentials
from vklive.cli.following import Ending, follow
from vklive.cli.health_port import HealthPort
from vklive.cli.output import Output
from vklive.cli.seconds import seconds
from vklive.cli.secret_files import read_secret
from vklive.cli.stopping import until_stopped
from vklive.client import DEFAULT_API_URL, DEFAULT_WS_URL, Client, Stream
from vklive.client.credentials import TokenSource
from vklive.client.transport import Transport
from vklive.devapi.channel_url import slug_of
from vklive.devapi.topics import Topic

_FILE = click.Path(path_type=Path)


class Listening(Struct, frozen=True, kw_only=True):
    """What to listen to, as whom and for how long, as it was given on the command line.

    Attributes:
        url: the channel, its slug or its address.
        limit: how many events of the channel are enough; `None` for no end.
        duration: seconds; `None` for ever.
        retry: whether a lost or failed connection may be tried again.
        credentials: as they were given.
        source: what gives them to the client.
        health: address and port where to tell how it goes; `None` for nowhere.
    """

    url: str
    topics: frozenset[Topic]
    limit: int | None
    duration: float | None
    retry: bool
    credentials: Credentials
    source: TokenSource
    api_url: str
    ws_url: str
    origin: str
    proxy: str | None
    resume: Path | None
    health: tuple[str, int] | None

    def run(self, output: Output, *, transport: Transport | None = None) -> Ending:
        """Listen until it ends, and show what is heard.

        Args:
            output: where.
            transport: opens WebSockets; by default as the client does.
        """
        client = Client(
            credentials=self.source,
            api_url=self.api_url,
            ws_url=self.ws_url,
            origin=self.origin,
            proxy=self.proxy,
            transport=transport,
        )
        stream = client.listen(self.url, topics=self.topics, resume=self.resume)
        return asyncio.run(until_stopped(self._follow(client, stream, output), duration=self.duration))

    async def _follow(self, client: Client, stream: Stream, output: Output) -> Ending:
        async with contextlib.AsyncExitStack() as stack:
            await stack.enter_async_context(client)
            if self.health is not None:
                port = await stack.enter_async_context(HealthPort(client).open(*self.health))
                click.echo(f"health: http://{self.health[0]}:{port}/health", err=True)
            await stack.enter_async_context(stream)
            return await follow(stream, output, topics=self.topics, limit=self.limit, retry=self.retry)


_OPTIONS = (
    click.argument("url"),
    click.option(
        "--topic",
        "topics",
        multiple=True,
        type=click.Choice([topic.value for topic in Topic]),
        help="Only this one; may be repeated.",
    ),
    click.option("--no-retry", is_flag=True, help="Stop when there is no connection, instead of trying again."),
    click.option("--limit", type=click.IntRange(min=1), metavar="N", help="Stop after N events of the channel."),
    click.option("--for", "duration", type=seconds, help="Stop after this time."),
    click.option("--access-token-file", type=_FILE, help="A file with an access token."),
    click.option("--access-token", envvar=variables.ACCESS_TOKEN, show_envvar=True, help="The same; better in a file."),
    click.option("--client-id", envvar=variables.CLIENT_ID, show_envvar=True, help="Or an application's id,"),
    click.option("--client-secret-file", type=_FILE, help="with a file with its secret."),
    click.option(
        "--client-secret", envvar=variables.CLIENT_SECRET, show_envvar=True, help="The same; better in a file."
    ),
    click.option("--login", type=_FILE, envvar=variables.LOGIN, show_envvar=True, help="Or a file of `vklive login`."),
    click.option(
        "--api-url",
        envvar=variables.API_URL,
        show_envvar=True,
        default=DEFAULT_API_URL,
        show_default=True,
        help="The DevAPI.",
    ),
    click.option(
        "--ws-url",
        envvar=variables.WS_URL,
        show_envvar=True,
        default=DEFAULT_WS_URL,
        show_default=True,
        help="The pub/sub.",
    ),
    click.option(
        "--origin", envvar=variables.ORIGIN, show_envvar=True, default="", help="An Origin header, where one is wanted."
    ),
    click.option(
        "--proxy", help="A proxy, http:// or socks5://; empty for none. By default what the environment names."
    ),
    click.option("--resume", type=_FILE, help="A file that keeps how far this got; the next run goes on from there."),
    click.option("--health-port", type=click.IntRange(0, 65535), help="Tell there, over HTTP, how the listening goes."),
    click.option("--health-host", default="127.0.0.1", show_default=True, help="The address for --health-port."),
)


def listening_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the argument and the options of those that listen; it gets them as `listening`."""

    @wraps(command)
    def collect(  # noqa: PLR0913 - one argument an option
        *arguments: object,
        url: str,
        topics: tuple[str, ...],
        no_retry: bool,
        limit: int | None,
        duration: float | None,
        access_token_file: Path | None,
        access_token: str | None,
        client_id: str | None,
        client_secret_file: Path | None,
        client_secret: str | None,
        login: Path | None,
        api_url: str,
        ws_url: str,
        origin: str,
        proxy: str | None,
        resume: Path | None,
        health_port: int | None,
        health_host: str,
        **own: object,
    ) -> None:
        if not slug_of(url):
            raise click.BadParameter(f"{url!r} names no channel: give its address or the last part of it.")
        credentials = Credentials(
            access_token=(read_secret(access_token_file) if access_token_file else access_token) or None,
            client_id=client_id or None,
            client_secret=(read_secret(client_secret_file) if client_secret_file else client_secret) or None,
            login=login,
        )
        listening = Listening(
            url=url,
            topics=frozenset(map(Topic, topics)) or frozenset(Topic),
            limit=limit,
            duration=duration,
            retry=not no_retry,
            credentials=credentials,
            source=credentials.source(api_url),
            api_url=api_url,
            ws_url=ws_url,
            origin=origin,
            proxy=proxy,
            resume=resume,
            health=None if health_port is None else (health_host, health_port),
        )
        command(*arguments, listening=listening, **own)

    for option in reversed(_OPTIONS):
        collect = option(collect)
    return collect
