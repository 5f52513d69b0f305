"""Shows a stream of events and decides when it has ended."""

from __future__ import annotations

from collections.abc import AsyncIterable, Collection

import click
from msgspec import Struct

from vklive.cli.exit_codes import ExitCode
from vklive.cli.output import Output
from vklive.escaping import escape
from vklive.events import Event, Listening, NoAccess, Reconnecting


class Ending(Struct, frozen=True):
    """How it ended, and the words for it where somebody has to be told."""

    code: ExitCode
    words: str = ""


def end(ctx: click.Context, ending: Ending) -> None:
    """End a command so."""
    if ending.words:
        click.echo(f"Error: {escape(ending.words)}", err=True)
    ctx.exit(ending.code)


async def follow(
    events: AsyncIterable[Event], output: Output, *, topics: Collection[str], limit: int | None, retry: bool
) -> Ending:
    """Show events until there is a reason to stop.

    Args:
        events: what a client hears.
        output: where it is shown.
        topics: those that are wanted; when all of them were answered with "no access", there is nothing to wait for.
        limit: how many events of the channel are enough; ``None`` for no end. What happens to the connection does
            not count.
        retry: whether a lost or failed connection may be tried again.
    """
    refused: set[str] = set()
    shown = 0
    async for event in events:
        match event.data:
            case Reconnecting(cause=cause) if not retry:
                return Ending(ExitCode.UNREACHABLE, cause)
            case NoAccess(topic=topic):
                refused.add(topic)
            case Listening(topic=topic):
                refused.discard(topic)
            case _:
                pass
        output.show(event)
        shown += bool(event.raw)
        if limit is not None and shown >= limit:
            return Ending(ExitCode.ENDED)
        if refused.issuperset(topics):
            return Ending(ExitCode.NO_ACCESS, f"no access to any topic of {event.channel_url}")
    return Ending(ExitCode.FAILED, "the stream has ended")
