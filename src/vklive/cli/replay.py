"""``vklive replay``: a recording, played back."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterable, Iterator
from pathlib import Path

import click

from vklive.cli.api_key import api_key_options, given_api_key
from vklive.cli.exit_codes import ExitCode
from vklive.cli.following import Ending, end
from vklive.cli.output import ForPeople, ForPrograms, Output
from vklive.cli.recordings import BadLines, recorded
from vklive.cli.republishing import Republishing
from vklive.cli.stopping import until_stopped
from vklive.client.http import Httpx2Transport
from vklive.devapi.topics import Topic
from vklive.events import Event
from vklive.recording.playing import event_of, played

_TOPICS = [topic.value for topic in Topic]


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...|-")
@click.option(
    "--speed",
    type=click.FloatRange(min=0, max=1_000_000),
    default=1.0,
    show_default=True,
    help="2 is twice as fast as it was, 0 without any pause.",
)
@click.option("--topic", "topics", multiple=True, type=click.Choice(_TOPICS), help="Only this one; may be repeated.")
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="Stop after N events of the channel.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@click.option("--publish", "url", metavar="URL", help="Publish the events into ws channels of the server there.")
@click.option(
    "--into",
    multiple=True,
    metavar="TOPIC=WS_CHANNEL",
    help="With --publish: where the events of a topic go; by default where they were heard. May be repeated.",
)
@api_key_options
@click.pass_context
def replay(  # noqa: PLR0913 - one argument an option
    ctx: click.Context,
    *,
    files: tuple[str, ...],
    speed: float,
    topics: tuple[str, ...],
    limit: int | None,
    as_json: bool,
    url: str | None,
    into: tuple[str, ...],
    api_key_file: Path | None,
    api_key: str | None,
) -> None:
    """Play recordings back, one FILE after the other; a minus sign is stdin.

    The events are shown as `vklive listen` shows them. With --publish they go to a server instead, for example
    `vklive serve`, so that a bot can be run against them: what happened to the connection stays out, and for a channel
    that has another number there, --into says which ws channel is meant.

    Ctrl-C ends it.
    """
    if into and url is None:
        raise click.UsageError("--into says where to publish: give --publish as well.")
    places = dict(map(_place, into))
    key = None if url is None else given_api_key(api_key_file, api_key)
    bad = BadLines()
    wanted = _limited(_wanted(files, frozenset(topics), bad), limit)
    events = played(wanted, speed=speed)
    output = ForPrograms(sys.stdout) if as_json else ForPeople(sys.stdout)
    work = _show(events, output) if url is None or key is None else _publish(events, url, api_key=key, places=places)
    ending = asyncio.run(until_stopped(work))
    bad.tell_rest()
    end(ctx, ending)


def _place(given: str) -> tuple[str, str]:
    topic, _, ws_channel = given.partition("=")
    if topic not in _TOPICS or not ws_channel:
        raise click.BadParameter(f"--into {given!r}: it is TOPIC=WS_CHANNEL, with one of {', '.join(_TOPICS)}.")
    return topic, ws_channel


def _wanted(files: tuple[str, ...], topics: frozenset[str], bad: BadLines) -> Iterator[Event]:
    for each in recorded(files, bad):
        event = event_of(each.line)
        if event is not None and (not topics or event.topic in topics or not event.topic):
            yield event


def _limited(events: Iterator[Event], limit: int | None) -> Iterator[Event]:
    left = limit
    for event in events:
        yield event
        if left is not None and event.raw:
            left -= 1
            if not left:
                return


async def _show(events: AsyncIterable[Event], output: Output) -> Ending:
    async for event in events:
        output.show(event)
    return Ending(ExitCode.ENDED)


async def _publish(events: AsyncIterable[Event], url: str, *, api_key: str, places: dict[str, str]) -> Ending:
    http = Httpx2Transport()
    republishing = Republishing(http, url, api_key=api_key, places=places)
    try:
        async for event in events:
            if event.raw:
                await republishing.publish(event)
        return republishing.ending
    finally:
        click.echo(republishing.summary)
        await http.close()
