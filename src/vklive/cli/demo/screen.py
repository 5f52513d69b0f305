"""What the demo shows: one line a thing that happens, in columns, readable without colour and in a pipe.

::

    subscriber  step 2  connect to the pub/sub
    subscriber          borya_blitz     chat            Рустам: боря, ты слона зевнул
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TextIO

from rich.console import Console
from rich.text import Text

from vklive.cli import render
from vklive.cli.demo.report import Report
from vklive.cli.demo.steps import Step
from vklive.cli.escaping import escape
from vklive.events import Event

STEP_WIDTH = 6
CHANNEL_WIDTH = 14
TOPIC_WIDTH = 14
_STYLES = ("cyan", "magenta", "blue", "green")


class Screen:
    """Writes lines.

    Args:
        file: where to.
        consumers: their names; each has a colour, where there are colours.
    """

    def __init__(self, file: TextIO, *, consumers: Sequence[str]) -> None:
        self._console = Console(file=file, highlight=False, markup=False, emoji=False, soft_wrap=True)
        self._width = max(len(name) for name in consumers)
        self._styles = {name: _STYLES[index % len(_STYLES)] for index, name in enumerate(consumers)}

    def say(self, text: str) -> None:
        """Something about the demo as a whole."""
        self._console.print(Text(text, "bold"))

    def step(self, consumer: str, step: Step, detail: str) -> None:
        """A consumer has taken one of the five steps."""
        head = self._head(consumer).append(f"step {step.value}  ", "bold green").append(step.aim)
        self._console.print(head.append(f"  {detail}" if detail else "", "dim"))

    def event(self, consumer: str, event: Event) -> None:
        """A consumer has an event."""
        place = (
            f"{'':{STEP_WIDTH}}  {escape(event.channel_url):<{CHANNEL_WIDTH}}  {escape(event.topic):<{TOPIC_WIDTH}}  "
        )
        self._console.print(self._head(consumer).append(place, "dim").append_text(render.sentence(event)))

    def report(self, report: Report) -> None:
        """The summary."""
        names = list(report.consumers)
        rows = report.rows()
        label = max(len(name) for name, _ in rows)
        widths = [max(len(name), *(len(figures[index]) for _, figures in rows)) for index, name in enumerate(names)]
        self._console.print()
        self._console.print(Text(f"{report.published} events were published; heard of them:", "bold"))
        for name, figures in [("", names), *rows]:
            cells = "  ".join(f"{figure:>{width}}" for figure, width in zip(figures, widths, strict=True))
            self._console.print(Text(f"  {name:<{label}}  {cells}"))

    def _head(self, consumer: str) -> Text:
        return Text.assemble((f"{consumer:<{self._width}}  ", self._styles[consumer]))
