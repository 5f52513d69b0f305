"""``vklive listen``: the events of a channel, until something ends it."""

from __future__ import annotations

import sys

import click

from vklive.cli.following import end
from vklive.cli.listening import Listening, listening_options
from vklive.cli.output import ForPeople, ForPrograms


@click.command()
@listening_options
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@click.pass_context
def listen(ctx: click.Context, *, listening: Listening, as_json: bool) -> None:
    """Show the events of the channel URL, which is its address or the last part of it.

    What happens to the connection is told between the events. A lost connection is tried again for ever, unless
    --no-retry is given. Ctrl-C ends it.

    With --health-port, GET /health answers 200 while everything that is wanted can be heard, and 503 with the reason
    else; /stats has the numbers, /metrics the same for Prometheus.
    """
    end(ctx, listening.run(ForPrograms(sys.stdout) if as_json else ForPeople(sys.stdout)))
