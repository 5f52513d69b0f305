"""What tests of programs built on vklive need: time that passes at once."""

from __future__ import annotations

from vklive.testing.clock import VirtualClock
from vklive.testing.loop import Deadlock, VirtualLoop, run_virtual

__all__ = ["Deadlock", "VirtualClock", "VirtualLoop", "run_virtual"]
