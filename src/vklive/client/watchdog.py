"""Notices when a program holds up its event loop, and says which line of it does.

While the loop stands still no ping is answered, and the server hangs up: what then looks like a bad network is a call
that blocks. A thread looks at the loop's heartbeat. When it is late the stack of the loop's thread is logged, once an
episode. A thread that comes late itself was stopped with the whole machine: it was suspended, or is overloaded.
"""

from __future__ import annotations

import asyncio
import logging
import sys
import threading
import time
import traceback
from collections.abc import Callable

from msgspec import Struct

from vklive.client.suspension import Suspension

_log = logging.getLogger("vklive.client.watchdog")

BLOCKED_AFTER = 1.0
"""Seconds without a heartbeat after which the loop counts as blocked."""

BEAT = 0.25
"""Seconds between two heartbeats, and between two looks at them."""

MAX_FRAMES = 12
"""Frames of a stack that are shown: the innermost."""


class Blockages(Struct):
    """How often the loop was held up, and for how many seconds in all."""

    count: int = 0
    seconds: float = 0.0


class Watch:
    """Tells blocked loops from stopped machines. It is asked every `BEAT`, and does nothing by itself.

    Args:
        stack: gives the stack of the loop's thread, as text.
    """

    def __init__(self, stack: Callable[[], str]) -> None:
        self.blockages = Blockages()
        self._stack = stack
        self._looked = 0.0
        self._blocked_since: float | None = None

    def begin(self, now: float) -> None:
        """It is watched from now on."""
        self._looked = now

    def look(self, now: float, *, beat: float) -> None:
        """Look at the heartbeat.

        Args:
            now: monotonic seconds.
            beat: when the last one was.
        """
        slept, self._looked = now - self._looked, now
        if slept > BEAT + BLOCKED_AFTER and self._blocked_since is None:
            _log.warning("the machine stood still for %.1f s: it was suspended, or is overloaded", slept - BEAT)
            return
        if now - beat < BLOCKED_AFTER:
            self._over(beat)
        elif self._blocked_since is None:
            self._blocked_since = beat
            self.blockages.count += 1
            _log.warning(
                "the event loop has been blocked for %.1f s, and no ping is answered meanwhile; it is in:\n%s",
                now - beat,
                self._stack(),
            )

    def _over(self, beat: float) -> None:
        if self._blocked_since is not None:
            held_up = beat - self._blocked_since
            self._blocked_since = None
            self.blockages.seconds += held_up
            _log.warning("the event loop goes on after %.1f s", held_up)


class Watchdog:
    """A `Watch` over the running loop, in a thread of its own. The constructor starts nothing.

    Args:
        suspension: is asked with every beat of the loop.
    """

    def __init__(self, suspension: Suspension) -> None:
        self._suspension = suspension
        self._watch = Watch(self._stack)
        self._beat = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._thread: threading.Thread | None = None
        self._loop_thread = 0
        self._stopping = threading.Event()

    @property
    def blockages(self) -> Blockages:
        """What was noticed so far."""
        return self._watch.blockages

    def start(self) -> None:
        """Watch the loop that runs."""
        self._loop_thread = threading.get_ident()
        self._stopping.clear()
        self._suspension.begin()
        self._tick()
        self._watch.begin(time.monotonic())
        self._thread = threading.Thread(target=self._run, name="vklive watchdog", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Watch no more. May be called again."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._thread is not None:
            self._stopping.set()
            self._thread.join()
            self._thread = None

    def _tick(self) -> None:
        self._beat = time.monotonic()
        self._suspension.look()
        self._timer = asyncio.get_running_loop().call_later(BEAT, self._tick)

    def _run(self) -> None:
        while not self._stopping.wait(BEAT):
            self._watch.look(time.monotonic(), beat=self._beat)

    def _stack(self) -> str:
        # There is no other way to see another thread.
        frame = sys._current_frames().get(self._loop_thread)  # noqa: SLF001 # pyright: ignore[reportPrivateUsage]
        if frame is None:
            return "(a thread that is gone)"
        return "".join(traceback.format_list(traceback.extract_stack(frame)[-MAX_FRAMES:])).rstrip()
