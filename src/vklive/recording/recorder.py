"""Records what a client hears."""

from __future__ import annotations

from collections import Counter

from vklive.events import Event, UnknownEvent
from vklive.recording.cleaning import Cleaning
from vklive.recording.lines import encode_line
from vklive.recording.writing import Lines


class Recorder:
    """Writes events as lines, in the order in which they are given, and counts them.

    Args:
        lines: where to.
        cleaning: what takes out of them what is not to be in a file.

    Attributes:
        events: how many events of the channel were recorded.
        unknown: how many of them vklive cannot read.
        gaps: how often events may have been missed.
    """

    def __init__(self, lines: Lines, *, cleaning: Cleaning) -> None:
        self._lines = lines
        self._cleaning = cleaning
        self._happened: Counter[str] = Counter()
        self.events = 0
        self.unknown = 0

    def record(self, event: Event) -> None:
        """Write one event.

        Raises:
            RecordingError: it cannot be written.
            BrokenPipeError: nobody reads any more.
        """
        self._lines.write(encode_line(self._cleaning.line(event)))
        if event.raw:
            self.events += 1
            self.unknown += isinstance(event.data, UnknownEvent)
        else:
            self._happened[event.type] += 1

    @property
    def gaps(self) -> int:
        """How often events may have been missed."""
        return self._happened["vklive.gap"]
