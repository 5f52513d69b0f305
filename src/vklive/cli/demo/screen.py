"""What the demo shows: one line a thing that happens, in columns, readable without colour and in a pipe.

::

    subscriber  step 2  connect to the pub/sub
    subscriber          borya_blitz     chat            Рустам: боря, ты слона зевнул
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TextIO

from rich.text import Text

from vklive.cli import render
from vklive.cli.demo.report import Report
from vklive.cli.demo.steps import Step
from vklive.cli.output import PipeConsole
from vklive.escaping import escape
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

    Attributes:
        closed: whether the reader has gone, as in ``| head``. Then nothing more is written.
        on_closed: is called when that happens.
    """

    def __init__(self, file: TextIO, *, consumers: Sequence[str]) -> None:
        self.closed = False
        self.on_closed: Callable[[], object] = lambda: None
        self._console = PipeConsole(file=file, highlight=False, markup=False, emoji=False, soft_wrap=True)
        self._width = max(len(name) for name in consumers)
        self._styles = {name: _STYLES[index % len(_STYLES)] for index, name in enumerate(consumers)}

    def say(self, text: str) -> None:
        """Something about the demo as a whole."""
        self._print(Text(f"-- {text}", "bold"))

    def step(self, consumer: str, step: Step, detail: str) -> None:
        """A consumer has taken one of the five steps."""
        head = self._name(consumer).append(f"step {step.value}  ", "bold green").append(step.aim)
        self._print(head.append(f"  {detail}" if detail else "", "dim"))

    def gap(self, consumer: str, channel_url: str, *, topics: Sequence[str], reason: str) -> None:
        """Some events of a channel may be missing."""
        missing = f"some of {', '.join(topics)} may be missing here: {reason}"
        self._print(self._columns(consumer, (channel_url, CHANNEL_WIDTH)).append(escape(missing), "yellow"))

    def event(self, consumer: str, event: Event) -> None:
        """A consumer has an event. One without a topic concerns the connection, and so all channels."""
        place = ((event.channel_url, CHANNEL_WIDTH), (event.topic, TOPIC_WIDTH)) if event.topic else ()
        self._print(self._columns(consumer, *place).append_text(render.sentence(event)))

    def report(self, report: Report) -> None:
        """The summary."""
        names = list(report.consumers)
        rows = report.rows()
        label = max(len(name) for name, _ in rows)
        widths = [max(len(name), *(len(figures[index]) for _, figures in rows)) for index, name in enumerate(names)]
        self._print(Text())
        self._print(Text(f"{report.published} events were published; heard of them:", "bold"))
        for name, figures in [("", names), *rows]:
            cells = "  ".join(f"{figure:>{width}}" for figure, width in zip(figures, widths, strict=True))
            self._print(Text(f"  {name:<{label}}  {cells}"))

    def _name(self, consumer: str) -> Text:
        return Text.assemble((f"{consumer:<{self._width}}  ", self._styles[consumer]))

    def _columns(self, consumer: str, *columns: tuple[str, int]) -> Text:
        placed = "".join(f"{escape(text):<{width}}  " for text, width in (("", STEP_WIDTH), *columns))
        return self._name(consumer).append(placed, "dim")

    def _print(self, line: Text) -> None:
        if self.closed:
            return
        try:
            self._console.print(line)
        except BrokenPipeError:
            # Whoever shows something may be deep inside of a client: it is not theirs to end the demo for it.
            self.closed = True
            self.on_closed()
