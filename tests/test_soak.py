"""The soak, for some seconds: long enough to see that it works, and that nothing is left of some hundred visits."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

SOAK = Path(__file__).parent.parent / "benchmarks" / "soak.py"


def test_nothing_is_left_of_those_who_came_and_went():
    command = [sys.executable, "-W", "error", str(SOAK), "--seconds", "5", "--visitors", "60"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=50)
    assert done.returncode == 0, done.stdout + done.stderr
    visits = re.search(r"visits +(\d+)", done.stdout)
    assert visits is not None
    assert int(visits[1]) > 100
